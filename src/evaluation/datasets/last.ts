/** LaST: persons of films, over cities and seasons. Training only. */
import { join, resolve } from 'node:path';
import type { TrainingRow, TrainingSet } from '../benchmark.ts';
import { countDifferences, persons, refusePartial } from './dataset-counts.ts';
import { malformedRow, notThisLayout } from './dataset-errors.ts';
import { inSourceOrder } from './list-file.ts';
import { datasetRoot, foldersIn, picturesIn } from './picture-folder.ts';

export const lastCounts = { trainingPictures: 71_248, trainingPersons: 5000 } as const;

const layout = {
  title: 'LaST',
  next: 'Give the folder last, which holds train/ with one folder a person.',
};
const trainingFolder = 'train';

/**
 * LaST, large-scale spatio-temporal (Shu et al., "Large-Scale Spatio-Temporal Person Re-identification: Algorithm and
 * Benchmark", IEEE TCSVT 2022).
 *
 * | part  | folders                   | pictures | persons |
 * |-------|---------------------------|---------:|--------:|
 * | train | train                     |   71,248 |   5,000 |
 * | val   | val/query, val/gallery    |   21,379 |      56 |
 * | test  | test/query, test/gallery  |  135,529 |   5,806 |
 * | all   |                           |  228,156 |  10,862 |
 *
 * Counts: the authors' page and `data/datasets/last.py`, github.com/shuxjweb/last.
 *
 * Pictures of train/ lie in one folder a person. The name's first field is the person, its last the clothes (labelled in
 * train/ alone; numbers count within the person). There are no cameras: every scene of a film is its own. The training
 * part is read, where the paper's table 1 counts all.
 */
export const last: TrainingSet = {
  name: 'last',
  title: layout.title,
  async readTraining(folder, { allowPartial }) {
    const root = await datasetRoot(resolve(folder), [trainingFolder], ['last', 'LaST']);
    const found: TrainingRow[] = [];
    for (const person of await foldersIn(root, trainingFolder, layout)) {
      const within = `${trainingFolder}/${person}`;
      for (const name of await picturesIn(root, within, layout)) found.push(rowOf(root, within, name));
    }
    if (found.length === 0) {
      throw notThisLayout(root, layout.title, `no folder in ${trainingFolder}/ holds a picture`, layout.next);
    }
    const rows = inSourceOrder(found);
    const { trainingPictures, trainingPersons } = lastCounts;
    const differences = countDifferences([
      { of: `pictures in ${trainingFolder}`, found: rows.length, published: trainingPictures },
      { of: `persons in ${trainingFolder}`, found: persons(rows), published: trainingPersons },
    ]);
    refusePartial(layout.title, root, differences, allowPartial);
    return { rows, differences };
  },
};

function rowOf(root: string, folder: string, name: string): TrainingRow {
  const source = `${folder}/${name}`;
  const [, person, clothesId] = /^(\d+)_(?:[^.]*_)?([^_.]+)\.\w+$/.exec(name) ?? [];
  if (person === undefined || clothesId === undefined) {
    throw malformedRow(
      source,
      'the name is not one of LaST: person (first) and clothes (last) are not in it',
      'Names look like PERSON_SCENE_..._CLOTHES.jpg. Take the file out of the folder or restore its name.',
    );
  }
  return { source, path: join(root, source), personId: String(Number(person)), clothesId, captions: [] };
}
