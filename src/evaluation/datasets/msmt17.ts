/** MSMT17: fifteen cameras indoors and outdoors, 3,060 persons to find. */
import { join, resolve } from 'node:path';
import type { Benchmark, BenchmarkRow } from '../benchmark.ts';
import { acrossCameras } from '../protocol.ts';
import { countDifferences, persons, refusePartial } from './dataset-counts.ts';
import { malformedRow, notThisLayout } from './dataset-errors.ts';
import { inSourceOrder, linesOf, refuseDuplicates } from './list-file.ts';
import { datasetRoot, everythingIn } from './picture-folder.ts';
import { type Found, listedThere, refuseNone } from './pictures-there.ts';

export const msmt17Counts = {
  queries: 11_659,
  gallery: 82_161,
  persons: 3060,
  trainingPictures: 30_248,
  validationPictures: 2373,
  trainingPersons: 1041,
} as const;

const layout = {
  title: 'MSMT17',
  next: 'Give the folder that holds list_train.txt, list_val.txt, list_query.txt and list_gallery.txt beside train/ and test/ (MSMT17_V1) or mask_train_v2/ and mask_test_v2/ (MSMT17_V2).',
};
const lists = {
  train: 'list_train.txt',
  validation: 'list_val.txt',
  query: 'list_query.txt',
  gallery: 'list_gallery.txt',
};
const pictureFolders = {
  train: ['train', 'mask_train_v2'],
  test: ['test', 'mask_test_v2'],
};
const marks = [...Object.values(lists), ...pictureFolders.train, ...pictureFolders.test];

/**
 * MSMT17 (Wei et al., "Person Transfer GAN to Bridge Domain Gap for Person Re-Identification", CVPR 2018).
 *
 * | list             | folder | pictures | persons |
 * |------------------|--------|---------:|--------:|
 * | list_train.txt   | train  |   30,248 |   1,041 |
 * | list_val.txt     | train  |    2,373 |         |
 * | both             | train  |   32,621 |   1,041 |
 * | list_query.txt   | test   |   11,659 |   3,060 |
 * | list_gallery.txt | test   |   82,161 |   3,060 |
 *
 * 126,441 pictures of 4,101 persons in fifteen cameras; nobody is in train and test. Counts: torchreid and fast-reid
 * `datasets/.../msmt17.py` (32,621, 11,659, 82,161, 4,101), LaST's `data/datasets/msmt17.py` (30,248 of 1,041; 3,060).
 *
 * Version 1 has train/ and test/; in version 2 faces are masked and the folders are mask_train_v2/ and mask_test_v2/.
 * A line of a list is `PPPP/PPPP_NNN_CC_TIME_FFFF_B.jpg ID`: the camera is the name's third field, 01 to 15. Persons of
 * train and of test are numbered apart, both from 0.
 *
 * The training part is both lists, 32,621 pictures, as in fast-reid's `combineall`; torchreid leaves list_val.txt out.
 */
export const msmt17: Benchmark = {
  name: 'msmt17',
  title: layout.title,
  settings: [{ name: 'across-cameras', title: 'across cameras', protocol: acrossCameras, quirks: [] }],
  async read(folder, { allowPartial }) {
    const { root, test } = await partsOf(folder);
    const { there, differences: leftOut } = await rowsOf(
      root,
      test,
      [[lists.query], [lists.gallery]],
      allowPartial,
    );
    const [queries = [], gallery = []] = there;
    const counts = countDifferences([
      { of: `pictures in ${lists.query}`, found: queries.length, published: msmt17Counts.queries },
      { of: `persons in ${lists.query}`, found: persons(queries), published: msmt17Counts.persons },
      { of: `pictures in ${lists.gallery}`, found: gallery.length, published: msmt17Counts.gallery },
      { of: `persons in ${lists.gallery}`, found: persons(gallery), published: msmt17Counts.persons },
    ]);
    const differences = [...leftOut, ...counts];
    refusePartial(layout.title, root, differences, allowPartial);
    return { queries, gallery, differences };
  },
  async readTraining(folder, { allowPartial }) {
    const { root, train } = await partsOf(folder);
    const both = [lists.train, lists.validation];
    const { there, differences: leftOut } = await rowsOf(root, train, [both], allowPartial);
    const rows = there.flat();
    const { trainingPictures, validationPictures, trainingPersons } = msmt17Counts;
    const counts = countDifferences([
      {
        of: `pictures in ${lists.train} and ${lists.validation}`,
        found: rows.length,
        published: trainingPictures + validationPictures,
      },
      { of: 'persons in them', found: persons(rows), published: trainingPersons },
    ]);
    const differences = [...leftOut, ...counts];
    refusePartial(layout.title, root, differences, allowPartial);
    return { rows: rows.map((row) => ({ ...row, captions: [] })), differences };
  },
};

/** Where the lists lie, and what this version calls its picture folders: version 1 where both are there, as torchreid. */
async function partsOf(folder: string): Promise<{ root: string; train: string; test: string }> {
  const root = await datasetRoot(resolve(folder), marks, ['MSMT17_V1', 'MSMT17_V2']);
  const here = await everythingIn(root);
  const [train, test] = [pictureFolders.train, pictureFolders.test].map((names) =>
    names.find((name) => here.has(name)),
  );
  if (!train && !test) {
    throw notThisLayout(root, layout.title, `none of ${marks.slice(4).join('/, ')}/ is there`, layout.next);
  }
  return { root, train: train ?? pictureFolders.train[0]!, test: test ?? pictureFolders.test[0]! };
}

/** @param parts the lists of each part */
async function rowsOf(
  root: string,
  folder: string,
  parts: readonly (readonly string[])[],
  allowPartial: boolean,
): Promise<Found<BenchmarkRow[][]>> {
  const listed = [];
  for (const names of parts) listed.push(await partOf(root, folder, names));
  const next = `Complete the folder ${folder}, or take the lines out of the list.`;
  const { there, differences } = await listedThere(root, listed, { next, allowPartial });
  for (const [at, names] of parts.entries())
    refuseNone(root, layout, there[at]!, `no picture that ${names.join(' or ')} names is there`);
  const rows = there.map((part) =>
    inSourceOrder(part.map(({ row: _, ...labels }) => ({ ...labels, path: join(root, labels.source) }))),
  );
  return { there: rows, differences };
}

async function partOf(root: string, folder: string, names: readonly string[]): Promise<ListedPicture[]> {
  const listed = [];
  for (const name of names) {
    for (const { number, text } of await linesOf(root, name, layout)) {
      listed.push(parseLine(text, folder, `${name} line ${number}`));
    }
  }
  if (listed.length === 0) {
    throw notThisLayout(root, layout.title, `no picture is named in ${names.join(' and ')}`, layout.next);
  }
  refuseDuplicates(listed);
  return listed;
}

interface ListedPicture {
  readonly row: string;
  readonly source: string;
  readonly personId: string;
  readonly cameraId: string;
}

function parseLine(text: string, folder: string, row: string): ListedPicture {
  const [, path, camera, person] =
    /^((?:[^/\s]+\/)*[^/_\s]+_[^/_\s]+_(\d{2})_[^/\s]+) (\d+)$/.exec(text) ?? [];
  const cameraId = Number(camera);
  if (path === undefined || person === undefined || !(cameraId >= 1 && cameraId <= 15)) {
    throw malformedRow(
      row,
      `"${text}" is no picture with its person, or its camera (the third field of the name) is not 01 to 15`,
      'Lines look like 0000/0000_000_01_0303morning_0008_0.jpg 0. Restore the list from the data set.',
    );
  }
  return { row, source: `${folder}/${path}`, personId: String(Number(person)), cameraId: String(cameraId) };
}
