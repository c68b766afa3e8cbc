/** Market-1501: six cameras on one campus, 750 persons to find. */
import { join, resolve } from 'node:path';
import type { Benchmark, BenchmarkRow, BenchmarkRows, TrainingRows } from '../benchmark.ts';
import { acrossCameras } from '../protocol.ts';
import { countDifferences, persons, refusePartial } from './dataset-counts.ts';
import { malformedRow } from './dataset-errors.ts';
import { datasetRoot, somePicturesIn } from './picture-folder.ts';

export const market1501Counts = {
  queries: 3368,
  persons: 750,
  testPictures: 19_732,
  distractors: 2798,
  junk: 3819,
  trainingPictures: 12_936,
  trainingPersons: 751,
} as const;

const title = 'Market-1501';
const queryFolder = 'query';
const galleryFolder = 'bounding_box_test';
const trainingFolder = 'bounding_box_train';
const versionFolder = 'Market-1501-v15.09.15';
const layout = {
  title,
  next: `Give the folder that holds ${queryFolder}/ and ${galleryFolder}/, as the archive ${versionFolder} unpacks.`,
};
const distractor = '0000';
const junk = '-1';

/**
 * Market-1501, version 15.09.15 (Zheng et al., "Scalable Person Re-identification: A Benchmark", ICCV 2015).
 *
 * | folder             | pictures | persons | of these: distractors (0000) | junk (-1) |
 * |--------------------|---------:|--------:|-----------------------------:|----------:|
 * | query              |    3,368 |     750 |                            0 |         0 |
 * | bounding_box_test  |   19,732 |     750 |                        2,798 |     3,819 |
 * | gallery, junk out  |   15,913 |     750 |                        2,798 |         - |
 * | bounding_box_train |   12,936 |     751 |                            0 |         0 |
 *
 * Six cameras on one campus; every picture 64 x 128 pixels. A name is `PPPP_cCsS_FFFFFF_BB.jpg`: person, camera,
 * sequence, frame, box. Junk is dropped; distractors stay in the gallery, are never right and
 * never looked for.
 */
export const market1501: Benchmark = {
  name: 'market1501',
  title,
  settings: [{ name: 'across-cameras', title: 'across cameras', protocol: acrossCameras, quirks: [] }],
  async read(folder, { allowPartial }) {
    const root = await rootOf(folder);
    const query = await somePicturesIn(root, queryFolder, layout);
    const rows = market1501Rows(root, query, await somePicturesIn(root, galleryFolder, layout));
    refusePartial(title, root, rows.differences, allowPartial);
    return rows;
  },
  async readTraining(folder, { allowPartial }) {
    const root = await rootOf(folder);
    const rows = market1501TrainingRows(root, await somePicturesIn(root, trainingFolder, layout));
    refusePartial(title, root, rows.differences, allowPartial);
    return rows;
  },
};

/**
 * @param root absolute path of the folder that both lie in
 * @param query names of the pictures in query/, in their order
 * @param test names of those in bounding_box_test/, likewise
 * @throws ChatReidError DATASET_INVALID naming a malformed row
 */
export function market1501Rows(
  root: string,
  query: readonly string[],
  test: readonly string[],
): BenchmarkRows {
  const queries = rowsOf(root, queryFolder, query);
  const nobody = queries.find((row) => row.personId === distractor);
  if (nobody !== undefined) {
    throw malformedRow(
      nobody.source,
      `this is a distractor (${distractor}), and ${title} looks for none`,
      'Take the file out of the folder.',
    );
  }
  const boxes = rowsOf(root, galleryFolder, test);
  const gallery = boxes.filter((row) => row.personId !== junk);
  const known = gallery.filter((row) => row.personId !== distractor);
  const counts = market1501Counts;
  const differences = countDifferences([
    { of: `pictures in ${queryFolder}`, found: queries.length, published: counts.queries },
    { of: `persons in ${queryFolder}`, found: persons(queries), published: counts.persons },
    { of: `pictures in ${galleryFolder}`, found: boxes.length, published: counts.testPictures },
    { of: `persons in ${galleryFolder}`, found: persons(known), published: counts.persons },
    {
      of: `distractors (0000) in ${galleryFolder}`,
      found: gallery.length - known.length,
      published: counts.distractors,
    },
    {
      of: `junk pictures (-1) in ${galleryFolder}`,
      found: boxes.length - gallery.length,
      published: counts.junk,
    },
  ]);
  return { queries: queries.filter((row) => row.personId !== junk), gallery, differences };
}

/** @param train names of the pictures in bounding_box_train/, in their order */
export function market1501TrainingRows(root: string, train: readonly string[]): TrainingRows {
  const rows = rowsOf(root, trainingFolder, train).map((row) => ({ ...row, captions: [] }));
  const { trainingPictures, trainingPersons } = market1501Counts;
  const differences = countDifferences([
    { of: `pictures in ${trainingFolder}`, found: rows.length, published: trainingPictures },
    { of: `persons in ${trainingFolder}`, found: persons(rows), published: trainingPersons },
  ]);
  return { rows, differences };
}

function rootOf(folder: string): Promise<string> {
  return datasetRoot(resolve(folder), [queryFolder, galleryFolder, trainingFolder], [versionFolder]);
}

function rowsOf(root: string, folder: string, names: readonly string[]): BenchmarkRow[] {
  return names.map((name) => ({
    ...parseName(name, `${folder}/${name}`),
    source: `${folder}/${name}`,
    path: join(root, folder, name),
  }));
}

function parseName(name: string, source: string): { personId: string; cameraId: string } {
  const [, personId, cameraId] = /^(-1|\d{4})_c([1-6])(?!\d)/.exec(name) ?? [];
  if (personId === undefined || cameraId === undefined || Number(personId) > 1501) {
    throw malformedRow(
      source,
      `the name is not one of ${title}: person (-1, 0000 to 1501) and camera (1 to 6) are not in it`,
      'Names look like 0002_c1s1_000451_03.jpg. Take the file out of the folder or restore its name.',
    );
  }
  return { personId, cameraId };
}
