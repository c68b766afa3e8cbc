/** DeepChange: a year of one block's cameras; people change clothes with the seasons. Training only. */
import { resolve } from 'node:path';
import type { TrainingSet } from '../benchmark.ts';
import { countDifferences, persons, refusePartial } from './dataset-counts.ts';
import { malformedRow } from './dataset-errors.ts';
import { type ListedPicture, listedPictures, trainingRowsOf } from './listed-training.ts';
import { datasetRoot, everythingIn } from './picture-folder.ts';

export const deepChangeCounts = { pictures: 178_407, persons: 1121 } as const;

const layout = {
  title: 'DeepChange',
  next: 'Give the folder DeepChangeDataset, which holds train-set/, train-set-bbox.txt and the four other sets with their lists.',
};
const trainingSet = 'train-set';
const otherSets = ['val-set-query', 'val-set-gallery', 'test-set-query', 'test-set-gallery'];
const listOf = (set: string): string => `${set}-bbox.txt`;

/**
 * DeepChange (Xu and Zhu, "DeepChange: A Long-Term Person Re-Identification Benchmark with Clothes Change", ICCV 2023).
 *
 * | sets                                                  | pictures | persons | cameras |
 * |-------------------------------------------------------|---------:|--------:|--------:|
 * | train-set                                             |          |         |         |
 * | val-set-query, val-set-gallery                        |          |         |         |
 * | test-set-query, test-set-gallery                      |          |         |         |
 * | all five                                              |  178,407 |   1,121 |      17 |
 *
 * Counts: the authors' page, github.com/PengBoXiangShang/deepchange. It does not say how they fall to the five sets, so
 * the sum over the five lists is what is checked; the lists of the four other sets are counted, their pictures are not
 * looked for. The paper's table 1 has 187,000 pictures, a slip: its 1,121 persons are right.
 *
 * A line of `SET-bbox.txt` is `P0318_C12_DAY_HOUR_..._....jpg,TRACKLET`, a picture of SET/ with person, camera and day.
 * Clothes are not labelled: as in Simple-CCReID (`data/datasets/deepchange.py`) the third field of the name, the day,
 * stands for them. The training part is train-set alone, where the paper seems to have taken all five.
 */
export const deepChange: TrainingSet = {
  name: 'deepchange',
  title: layout.title,
  async readTraining(folder, { allowPartial }) {
    const root = await datasetRoot(
      resolve(folder),
      [trainingSet, listOf(trainingSet)],
      ['DeepChangeDataset'],
    );
    const listed = await listedPictures(root, listOf(trainingSet), layout, parserOf(trainingSet));
    const { rows, differences: leftOut } = await trainingRowsOf(
      root,
      listed,
      listOf(trainingSet),
      layout,
      allowPartial,
    );
    const here = await everythingIn(root);
    const whole: ListedPicture[] = [...listed];
    for (const set of otherSets.filter((name) => here.has(listOf(name)))) {
      whole.push(...(await listedPictures(root, listOf(set), layout, parserOf(set))));
    }
    const counts = countDifferences([
      { of: 'pictures in the five lists', found: whole.length, published: deepChangeCounts.pictures },
      { of: 'persons in them', found: persons(whole), published: deepChangeCounts.persons },
    ]);
    const differences = [...leftOut, ...counts];
    refusePartial(layout.title, root, differences, allowPartial);
    return { rows, differences };
  },
};

function parserOf(set: string): (text: string, row: string) => ListedPicture {
  return (text, row) => {
    const [, name, person, camera, day] =
      /^([A-Za-z](\d+)_[A-Za-z](\d+)_([^_,]+)_[^,/]+),\s*\d+$/.exec(text) ?? [];
    if (name === undefined || day === undefined) {
      throw malformedRow(
        row,
        `"${text}" is no picture (person, camera and day in its name) with its tracklet`,
        'Lines look like P0318_C12_DAY_HOUR_..._....jpg,TRACKLET. Restore the list from the data set.',
      );
    }
    return {
      row,
      source: `${set}/${name}`,
      personId: String(Number(person)),
      cameraId: String(Number(camera)),
      clothesId: day,
    };
  };
}
