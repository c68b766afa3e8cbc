/** LLCM: nine cameras at night, visible and near infrared. Training only. */
import { resolve } from 'node:path';
import type { TrainingSet } from '../benchmark.ts';
import { countDifferences, persons, refusePartial } from './dataset-counts.ts';
import { malformedRow } from './dataset-errors.ts';
import { type ListedPicture, listedPictures, trainingRowsOf } from './listed-training.ts';
import { datasetRoot } from './picture-folder.ts';

export const llcmCounts = { visible: 16_946, infrared: 13_975, persons: 713 } as const;

const layout = {
  title: 'LLCM',
  next: 'Give the folder LLCM, which holds idx/ (with train_vis.txt and train_nir.txt), vis/ and nir/.',
};
const lists = { visible: 'idx/train_vis.txt', infrared: 'idx/train_nir.txt' } as const;

/**
 * LLCM, low-light cross-modality (Zhang and Wang, "Diverse Embedding Expansion Network and Low-Light Cross-Modality
 * Benchmark for Visible-Infrared Person Re-identification", CVPR 2023).
 *
 * | part  | visible | near infrared | together | persons |
 * |-------|--------:|--------------:|---------:|--------:|
 * | train |  16,946 |        13,975 |   30,921 |     713 |
 * | test  |   8,680 |         7,166 |   15,846 |     351 |
 * | all   |  25,626 |        21,141 |   46,767 |   1,064 |
 *
 * Counts: the paper's section 4.2 (which gives 13,909 for the test part, a slip: 15,846 is the sum, and with it the
 * total is the 46,767 of the abstract). Nine cameras.
 *
 * The lists are those that the authors' `DEEN/data_loader.py` reads: `vis/0001/0001_c01_s185535_f7010_vis.jpg ID`, the
 * path from the root and the person, numbered for training; the camera is in the name. The training part is read, where
 * the paper's table 1 counts all 46,767.
 */
export const llcm: TrainingSet = {
  name: 'llcm',
  title: layout.title,
  async readTraining(folder, { allowPartial }) {
    const root = await datasetRoot(resolve(folder), ['idx'], ['LLCM']);
    const visible = await listedPictures(root, lists.visible, layout, parserOf('visible'));
    const infrared = await listedPictures(root, lists.infrared, layout, parserOf('infrared'));
    const { rows, differences: leftOut } = await trainingRowsOf(
      root,
      [...visible, ...infrared],
      Object.values(lists).join(' or '),
      layout,
      allowPartial,
    );
    const seen = rows.filter((row) => row.modality === 'visible').length;
    const counts = countDifferences([
      { of: 'visible training pictures', found: seen, published: llcmCounts.visible },
      { of: 'infrared training pictures', found: rows.length - seen, published: llcmCounts.infrared },
      { of: 'persons in them', found: persons(rows), published: llcmCounts.persons },
    ]);
    const differences = [...leftOut, ...counts];
    refusePartial(layout.title, root, differences, allowPartial);
    return { rows, differences };
  },
};

function parserOf(modality: 'visible' | 'infrared'): (text: string, row: string) => ListedPicture {
  return (text, row) => {
    const [, source, camera, person] = /^((?:[^\s/]+\/)*\d+_c0?([1-9])_[^\s/]+) (\d+)$/.exec(text) ?? [];
    if (source === undefined || camera === undefined || person === undefined) {
      throw malformedRow(
        row,
        `"${text}" is no picture with its person, or its camera (c01 to c09) is not in the name`,
        'Lines look like vis/0001/0001_c01_s185535_f7010_vis.jpg 0. Restore the list from the data set.',
      );
    }
    return { row, source, personId: String(Number(person)), cameraId: camera, modality };
  };
}
