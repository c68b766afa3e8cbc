/** Market-1501: six cameras on one campus, 750 persons to find. */
import { readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { ChatReidError } from '../../foundation/error.ts';
import type { Benchmark, BenchmarkRow, BenchmarkRows, TrainingRows } from '../benchmark.ts';
import { countDifferences, refusePartial } from './dataset-counts.ts';
import { acrossCameras } from '../protocol.ts';

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
const pictureFolders = [queryFolder, galleryFolder, trainingFolder];
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
 * sequence, frame, box. Junk is dropped; distractors stay in the gallery and are never right.
 */
export const market1501: Benchmark = {
  name: 'market1501',
  title,
  settings: [{ name: 'across-cameras', title: 'across cameras', protocol: acrossCameras, quirks: [] }],
  async read(folder, { allowPartial }) {
    const root = await datasetRoot(resolve(folder));
    const [query, test] = await Promise.all(
      [queryFolder, galleryFolder].map((name) => names(join(root, name))),
    );
    const rows = market1501Rows(root, query!, test!);
    refusePartial(title, root, rows.differences, allowPartial);
    return rows;
  },
  async readTraining(folder, { allowPartial }) {
    const root = await datasetRoot(resolve(folder));
    const rows = market1501TrainingRows(root, await names(join(root, trainingFolder)));
    refusePartial(title, root, rows.differences, allowPartial);
    return rows;
  },
};

/**
 * @param root absolute path of the folder that both lie in
 * @param query names in query/, in any order; what is no .jpg is passed over
 * @param test names in bounding_box_test/, likewise
 * @throws ChatReidError DATASET_INVALID naming a malformed row, or a folder without pictures
 */
export function market1501Rows(
  root: string,
  query: readonly string[],
  test: readonly string[],
): BenchmarkRows {
  const queries = rowsOf(root, queryFolder, query);
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

/** @param train names in bounding_box_train/, as in {@link market1501Rows} */
export function market1501TrainingRows(root: string, train: readonly string[]): TrainingRows {
  const rows = rowsOf(root, trainingFolder, train).map((row) => ({ ...row, captions: [] }));
  const { trainingPictures, trainingPersons } = market1501Counts;
  const differences = countDifferences([
    { of: `pictures in ${trainingFolder}`, found: rows.length, published: trainingPictures },
    { of: `persons in ${trainingFolder}`, found: persons(rows), published: trainingPersons },
  ]);
  return { rows, differences };
}

/** The folder itself or, as the archive unpacks, the one inside it. */
async function datasetRoot(folder: string): Promise<string> {
  const inner = await names(folder);
  if (pictureFolders.some((name) => inner.includes(name))) return folder;
  return inner.includes(versionFolder) ? join(folder, versionFolder) : folder;
}

function rowsOf(root: string, folder: string, all: readonly string[]): BenchmarkRow[] {
  const pictures = all.filter((name) => /^[^.].*\.jpe?g$/i.test(name)).sort();
  if (pictures.length === 0) throw notThisLayout(root, `its folder ${folder} holds no .jpg picture`);
  return pictures.map((name) => ({
    ...parseName(name, `${folder}/${name}`),
    source: `${folder}/${name}`,
    path: join(root, folder, name),
  }));
}

async function names(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    throw notThisLayout(folder, `there is no folder ${basename(folder)} that can be read`, error);
  }
}

function parseName(name: string, source: string): { personId: string; cameraId: string } {
  const [, personId, cameraId] = /^(-1|\d{4})_c([1-6])(?!\d)/.exec(name) ?? [];
  if (personId === undefined || cameraId === undefined || Number(personId) > 1501) {
    throw new ChatReidError(
      'DATASET_INVALID',
      `${source} is not named as ${title} names its pictures: person (-1, 0000 to 1501) and camera (1 to 6) are not in it.`,
      'Names look like 0002_c1s1_000451_03.jpg. Take the file out of the folder or restore its name.',
    );
  }
  return { personId, cameraId };
}

function persons(rows: readonly { readonly personId: string }[]): number {
  return new Set(rows.map((row) => row.personId)).size;
}

function notThisLayout(folder: string, missing: string, cause?: unknown): ChatReidError {
  return new ChatReidError(
    'DATASET_INVALID',
    `${folder} does not hold ${title} in its public layout: ${missing}.`,
    `Give the folder that holds ${queryFolder}/ and ${galleryFolder}/, as the archive ${versionFolder} unpacks.`,
    cause,
  );
}
