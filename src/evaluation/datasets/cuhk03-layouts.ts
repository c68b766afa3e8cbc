/** The two layouts in which CUHK03 is passed on: torchreid's prepared folder, and the cropped CUHK03-NP. */
import { basename, join } from 'node:path';
import type { BenchmarkRow } from '../benchmark.ts';
import { type Layout, malformedRow, notThisLayout } from './dataset-errors.ts';
import { inSourceOrder, jsonOf, refuseDuplicates, refuseMissing } from './list-file.ts';
import { datasetRoot, everythingIn, somePicturesIn } from './picture-folder.ts';

/** Whose boxes: drawn by hand, or found by a detector. The spelling of the public files. */
export type Boxes = 'labeled' | 'detected';
/** The three lists of a split, as the public files call them. */
export type Part = 'train' | 'query' | 'gallery';

export const cuhk03Layout: Layout = {
  title: 'CUHK03',
  next: 'Give the folder that torchreid or fast-reid prepares (images_labeled/, images_detected/ and the splits_*.json beside them), or the cropped CUHK03-NP (labeled/ and detected/, each with query/, bounding_box_test/ and bounding_box_train/).',
};
const croppedFolders = { train: 'bounding_box_train', query: 'query', gallery: 'bounding_box_test' };
const rawFiles = ['cuhk03_release', 'cuhk-03.mat', 'cuhk03_release.zip'];
const restore = 'Prepare the folder again, or restore the file.';

/** A row of a split, with the two ways to say who it shows. */
interface SplitRow {
  readonly row: string;
  readonly source: string;
  /** As the split numbers persons: within this list alone. */
  readonly number: string;
  /** `PAIR_PPP` of the picture's name: the same person in every split. */
  readonly person: string;
  readonly cameraId: string;
}

/** The folder itself, or the one inside it under a usual name. */
export function cuhk03Root(folder: string): Promise<string> {
  const marks = ['labeled', 'detected', 'images_labeled', 'images_detected', ...rawFiles];
  return datasetRoot(folder, marks, ['cuhk03', 'CUHK03', 'cuhk03-np', 'CUHK03-NP', 'cuhk03_np']);
}

/** One list of the new protocol, whichever of the two layouts is there. */
export async function newProtocolRows(root: string, boxes: Boxes, part: Part): Promise<BenchmarkRow[]> {
  const here = await everythingIn(root);
  const file = newSplits(boxes);
  if (here.has(file)) {
    const rows = await splitRows(root, boxes, file, 0, part);
    return inSourceOrder(rows.map((row) => benchmarkRow(root, row, row.number)));
  }
  if (here.has(boxes)) return croppedRows(root, boxes, part);
  throw notHere(root, here, `neither ${file} nor a folder ${boxes}`);
}

/** How many pictures there are in all, and one test set a split: its persons are named alike in every split. */
export async function classicTestSets(
  root: string,
  boxes: Boxes,
): Promise<{ readonly pictures: number; readonly testSets: readonly (readonly BenchmarkRow[])[] }> {
  const here = await everythingIn(root);
  const file = `splits_classic_${boxes}.json`;
  if (!here.has(file)) {
    if (here.has(boxes)) {
      throw notThisLayout(
        root,
        cuhk03Layout.title,
        'the cropped CUHK03-NP that is here has no classic splits',
        'For the classic protocol give the folder that torchreid or fast-reid prepares from cuhk-03.mat.',
      );
    }
    throw notHere(root, here, `no ${file}`);
  }
  const splits = await splitsOf(root, file);
  const testSets = [];
  for (const at of splits.keys()) testSets.push(await splitRows(root, boxes, file, at, 'query', splits));
  const train = await splitRows(root, boxes, file, 0, 'train', splits);
  return {
    pictures: train.length + testSets[0]!.length,
    testSets: testSets.map((rows) => inSourceOrder(rows.map((row) => benchmarkRow(root, row, row.person)))),
  };
}

function newSplits(boxes: Boxes): string {
  return `splits_new_${boxes}.json`;
}

function notHere(root: string, here: ReadonlySet<string>, missing: string): Error {
  const raw = rawFiles.find((name) => here.has(name));
  if (raw !== undefined) {
    return notThisLayout(
      root,
      cuhk03Layout.title,
      `${raw} is the release itself, one MATLAB file with all pictures inside, and has not been unpacked`,
      'Have torchreid or fast-reid open the data set once (torchreid.data.datasets.image.cuhk03.CUHK03 with its two cuhk03_new_protocol_config_*.mat): that writes images_labeled/, images_detected/ and the splits_*.json. Then give that folder.',
    );
  }
  return notThisLayout(root, cuhk03Layout.title, `${missing} is there`, cuhk03Layout.next);
}

async function croppedRows(root: string, boxes: Boxes, part: Part): Promise<BenchmarkRow[]> {
  const folder = `${boxes}/${croppedFolders[part]}`;
  const names = await somePicturesIn(root, folder, cuhk03Layout);
  return names.map((name) => {
    const source = `${folder}/${name}`;
    const [, personId, cameraId] = /^(\d{4})_c([12])_\d+\.\w+$/.exec(name) ?? [];
    if (personId === undefined || cameraId === undefined || Number(personId) < 1 || Number(personId) > 1467) {
      throw malformedRow(
        source,
        'the name is not one of CUHK03-NP: person (0001 to 1467), camera (1 or 2) and number are not in it',
        'Names look like 0001_c1_1.png. Take the file out of the folder or restore its name.',
      );
    }
    return { source, path: join(root, source), personId, cameraId };
  });
}

function benchmarkRow(root: string, { source, cameraId }: SplitRow, personId: string): BenchmarkRow {
  return { source, path: join(root, source), personId, cameraId };
}

async function splitsOf(root: string, file: string): Promise<readonly unknown[]> {
  const splits = await jsonOf(join(root, file), cuhk03Layout);
  if (Array.isArray(splits) && splits.length > 0) return splits;
  throw malformedRow(file, 'this is no list of splits', restore);
}

async function splitRows(
  root: string,
  boxes: Boxes,
  file: string,
  at: number,
  part: Part,
  splits?: readonly unknown[],
): Promise<SplitRow[]> {
  const where = `${file} split ${at + 1} ${part}`;
  const split: unknown = (splits ?? (await splitsOf(root, file)))[at];
  const listed: unknown = (split as Partial<Record<Part, unknown>> | null)?.[part];
  if (!Array.isArray(listed) || listed.length === 0)
    throw malformedRow(where, 'this is no list of pictures', restore);
  const rows = listed.map((entry, row) => parseEntry(entry, `images_${boxes}`, `${where} row ${row + 1}`));
  refuseDuplicates(rows);
  await refuseMissing(root, rows, `Complete the folder images_${boxes}: have torchreid prepare it again.`);
  return rows;
}

/** An entry is [path on the machine that prepared it, person, camera], person and camera from 0. */
function parseEntry(entry: unknown, folder: string, row: string): SplitRow {
  const [path, person, camera]: readonly unknown[] = Array.isArray(entry) ? entry : [];
  const name = typeof path === 'string' ? basename(path.replaceAll('\\', '/')) : '';
  const [, pair, within, view] = /^([1-5])_(\d{3})_([12])_\d{2}\.\w+$/.exec(name) ?? [];
  if (pair === undefined || !Number.isSafeInteger(person) || camera !== Number(view) - 1) {
    throw malformedRow(
      row,
      `${JSON.stringify(entry)} is no picture with its person and camera`,
      'Rows look like ["images_labeled/1_001_1_01.png", 0, 0]. Prepare the folder again, or restore the row.',
    );
  }
  return {
    row,
    source: `${folder}/${name}`,
    number: String(person),
    person: `${pair}_${within}`,
    cameraId: String(view),
  };
}
