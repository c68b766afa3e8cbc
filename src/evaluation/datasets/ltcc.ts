/** LTCC: twelve cameras over two months, persons who change their clothes. */
import { join, resolve } from 'node:path';
import type { Benchmark, BenchmarkRow, BenchmarkRows, TrainingRows } from '../benchmark.ts';
import { acrossCameras } from '../protocol.ts';
import { clothChanging, sameClothes } from '../protocols/clothes.ts';
import { countDifferences, persons, refusePartial } from './dataset-counts.ts';
import { malformedRow } from './dataset-errors.ts';
import { datasetRoot, somePicturesIn } from './picture-folder.ts';

export const ltccCounts = {
  queries: 493,
  gallery: 7050,
  testPersons: 75,
  trainingPictures: 9576,
  trainingPersons: 77,
} as const;

const title = 'LTCC';
const queryFolder = 'query';
const galleryFolder = 'test';
const trainingFolder = 'train';
const archiveFolder = 'LTCC_ReID';
const layout = {
  title,
  next: `Give the folder that holds ${queryFolder}/, ${galleryFolder}/ and ${trainingFolder}/, as ${archiveFolder} unpacks.`,
};

/**
 * LTCC (Qian et al., "Long-Term Cloth-Changing Person Re-identification", ACCV 2020).
 *
 * | folder | pictures | persons | of these: who change |
 * |--------|---------:|--------:|---------------------:|
 * | train  |    9,576 |      77 |                   46 |
 * | query  |      493 |      75 |                   45 |
 * | test   |    7,050 |      75 |                   45 |
 * | all    |   17,119 |     152 |                   91 |
 *
 * The counts are those of the release that its readers count (the read-me text quoted in QizaoWang/CAMC-CCReID,
 * `dataset/ltcc.py`); the paper's first version speaks of 17,138 pictures. Twelve cameras. A name is
 * `PPP_C_cK_NNNNNN.png`: person, clothes, camera, number. The number of an outfit counts within its person: the clothes
 * here are `PPP_C`, as Simple-CCReID `data/datasets/ltcc.py` labels them. The three settings share rows: the protocols
 * differ. The general one is that of the ChatReID paper's LTCC baselines.
 */
export const ltcc: Benchmark = {
  name: 'ltcc',
  title,
  settings: [
    { name: 'general', title: 'general (whatever the clothes)', protocol: acrossCameras, quirks: [] },
    { name: 'same-clothes', title: 'same clothes as the query', protocol: sameClothes, quirks: [] },
    {
      name: 'cloth-changing',
      title: 'cloth-changing (other clothes than the query)',
      protocol: clothChanging,
      quirks: [],
    },
  ],
  async read(folder, { allowPartial }) {
    const root = await ltccRoot(folder);
    const [query, test] = await Promise.all(
      [queryFolder, galleryFolder].map((name) => somePicturesIn(root, name, layout)),
    );
    const rows = ltccRows(root, query!, test!);
    refusePartial(title, root, rows.differences, allowPartial);
    return rows;
  },
  async readTraining(folder, { allowPartial }) {
    const root = await ltccRoot(folder);
    const rows = ltccTrainingRows(root, await somePicturesIn(root, trainingFolder, layout));
    refusePartial(title, root, rows.differences, allowPartial);
    return rows;
  },
};

/**
 * @param root absolute path of the folder that both lie in
 * @param query names of the pictures in query/, in code-unit order
 * @param test names of the pictures in test/, likewise
 * @throws ChatReidError DATASET_INVALID naming a malformed row
 */
export function ltccRows(root: string, query: readonly string[], test: readonly string[]): BenchmarkRows {
  const queries = rowsOf(root, queryFolder, query);
  const gallery = rowsOf(root, galleryFolder, test);
  const { testPersons } = ltccCounts;
  const differences = countDifferences([
    { of: `pictures in ${queryFolder}`, found: queries.length, published: ltccCounts.queries },
    { of: `persons in ${queryFolder}`, found: persons(queries), published: testPersons },
    { of: `pictures in ${galleryFolder}`, found: gallery.length, published: ltccCounts.gallery },
    { of: `persons in ${galleryFolder}`, found: persons(gallery), published: testPersons },
  ]);
  return { queries, gallery, differences };
}

/** @param train names of the pictures in train/, as in {@link ltccRows} */
export function ltccTrainingRows(root: string, train: readonly string[]): TrainingRows {
  const rows = rowsOf(root, trainingFolder, train).map((row) => ({ ...row, captions: [] }));
  const { trainingPictures, trainingPersons } = ltccCounts;
  const differences = countDifferences([
    { of: `pictures in ${trainingFolder}`, found: rows.length, published: trainingPictures },
    { of: `persons in ${trainingFolder}`, found: persons(rows), published: trainingPersons },
  ]);
  return { rows, differences };
}

function ltccRoot(folder: string): Promise<string> {
  return datasetRoot(resolve(folder), [queryFolder, galleryFolder, trainingFolder], [archiveFolder]);
}

function rowsOf(root: string, folder: string, names: readonly string[]): BenchmarkRow[] {
  return names.map((name) => {
    const source = `${folder}/${name}`;
    const [, personId, clothes, cameraId] = /^(\d{3})_(\d+)_c([1-9]|1[0-2])_\d+\.png$/.exec(name) ?? [];
    if (personId === undefined || clothes === undefined || cameraId === undefined) {
      throw malformedRow(
        source,
        `this is not named as ${title} names its pictures: person (3 digits), clothes and camera (c1 to c12) are not in it`,
        'Names look like 000_1_c9_015833.png. Take the file out of the folder or restore its name.',
      );
    }
    return {
      personId,
      cameraId,
      clothesId: `${personId}_${clothes}`,
      source,
      path: join(root, folder, name),
    };
  });
}
