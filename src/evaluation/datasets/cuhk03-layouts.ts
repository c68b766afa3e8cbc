/** The two layouts in which CUHK03 is passed on: torchreid's prepared folder, and the cropped CUHK03-NP. */
import { basename, join } from 'node:path';
import type { BenchmarkRow } from '../benchmark.ts';
import { type Layout, malformedRow, notThisLayout } from './dataset-errors.ts';
import { inSourceOrder, jsonOf, refuseDuplicates } from './list-file.ts';
import { datasetRoot, everythingIn, somePicturesIn } from './picture-folder.ts';
import { type Found, listedThere, refuseNone } from './pictures-there.ts';

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

/**
 * Lists of the new protocol, whichever of the two layouts is there.
 *
 * @returns one list of rows a part, none of them empty
 */
export async function newProtocolRows(
  root: string,
  boxes: Boxes,
  parts: readonly Part[],
  allowPartial: boolean,
): Promise<Found<BenchmarkRow[][]>> {
  const here = await everythingIn(root);
  const file = newSplits(boxes);
  if (here.has(file)) {
    const [split] = await splitsOf(root, file);
    const lists = parts.map((part) => splitRows(split, boxes, `${file} split 1 ${part}`, part));
    const { there, differences } = await listedThere(root, lists, missing(boxes, allowPartial));
    for (const [at, part] of parts.entries()) {
      refuseNone(root, cuhk03Layout, there[at]!, `no picture that ${file} split 1 ${part} names is there`);
    }
    return { there: there.map((rows) => inOrder(root, rows, ({ number }) => number)), differences };
  }
  if (here.has(boxes)) {
    const there = [];
    for (const part of parts) there.push(await croppedRows(root, boxes, part));
    return { there, differences: [] };
  }
  throw notHere(root, here, `neither ${file} nor a folder ${boxes}`);
}

export interface ClassicSplits {
  /** Pictures of the first split, in all. */
  readonly pictures: number;
  /** One a split: its persons are named alike in every split. Empty where none of its pictures is there. */
  readonly testSets: readonly (readonly BenchmarkRow[])[];
}

export async function classicSplits(
  root: string,
  boxes: Boxes,
  allowPartial: boolean,
): Promise<Found<ClassicSplits>> {
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
  const lists = splits.map((split, at) => splitRows(split, boxes, `${file} split ${at + 1} query`, 'query'));
  const training = splitRows(splits[0], boxes, `${file} split 1 train`, 'train');
  const { there, differences } = await listedThere(root, [training, ...lists], missing(boxes, allowPartial));
  const [train = [], ...tests] = there;
  return {
    there: {
      pictures: train.length + tests[0]!.length,
      testSets: tests.map((rows) => inOrder(root, rows, ({ person }) => person)),
    },
    differences,
  };
}

function missing(boxes: Boxes, allowPartial: boolean): { next: string; allowPartial: boolean } {
  return {
    next: `Complete the folder images_${boxes}: have torchreid prepare it again.`,
    allowPartial,
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

/** @param personOf which of the two ways to say who it is */
function inOrder(
  root: string,
  rows: readonly SplitRow[],
  personOf: (row: SplitRow) => string,
): BenchmarkRow[] {
  return inSourceOrder(
    rows.map((row) => ({
      source: row.source,
      path: join(root, row.source),
      personId: personOf(row),
      cameraId: row.cameraId,
    })),
  );
}

async function splitsOf(root: string, file: string): Promise<readonly unknown[]> {
  const splits = await jsonOf(root, file, cuhk03Layout);
  if (Array.isArray(splits) && splits.length > 0) return splits;
  throw malformedRow(file, 'this is no list of splits', restore);
}

/** @param where names the list, e.g. `splits_new_labeled.json split 1 query` */
function splitRows(split: unknown, boxes: Boxes, where: string, part: Part): SplitRow[] {
  const listed: unknown = (split as Partial<Record<Part, unknown>> | null)?.[part];
  if (!Array.isArray(listed) || listed.length === 0)
    throw malformedRow(where, 'this is no list of pictures', restore);
  const rows = listed.map((entry, row) => parseEntry(entry, `images_${boxes}`, `${where} row ${row + 1}`));
  refuseDuplicates(rows);
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
