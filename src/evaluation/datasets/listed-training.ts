/** The training part of data sets whose pictures are named by lists: the same checks for each. */
import { join } from 'node:path';
import type { TrainingRows } from '../benchmark.ts';
import { type Layout, notThisLayout } from './dataset-errors.ts';
import { inSourceOrder, linesOf, refuseDuplicates } from './list-file.ts';
import { listedThere, refuseNone } from './pictures-there.ts';

/** A line of a list, understood: what the data set says of a picture, and where it says so. */
export interface ListedPicture {
  /** E.g. `train_vis.txt line 12`. */
  readonly row: string;
  /** Relative to the root of the data set, with forward slashes. */
  readonly source: string;
  readonly personId: string;
  readonly cameraId?: string;
  readonly clothesId?: string;
  readonly modality?: string;
}

/**
 * @param list relative to root
 * @param parse one line; throws a malformed row
 * @returns in the order of the lines, each picture once, whether it is there or not
 * @throws ChatReidError DATASET_INVALID when the list cannot be read, is empty, or names a picture twice
 */
export async function listedPictures<Picture extends ListedPicture>(
  root: string,
  list: string,
  layout: Layout,
  parse: (text: string, row: string) => Picture,
): Promise<Picture[]> {
  const all = await linesOf(root, list, layout);
  const listed = all.map(({ number, text }) => parse(text, `${list} line ${number}`));
  if (listed.length === 0) throw notThisLayout(root, layout.title, `${list} names no picture`, layout.next);
  refuseDuplicates(listed);
  return listed;
}

/**
 * @param lists what names them, for the refusal, e.g. `train-set-bbox.txt`
 * @returns the rows that are left, and a sentence about the others
 * @throws ChatReidError DATASET_INVALID naming the first line whose picture is not there, unless a part is allowed; when
 *   none is there
 */
export async function trainingRowsOf(
  root: string,
  listed: readonly ListedPicture[],
  lists: string,
  layout: Layout,
  allowPartial: boolean,
): Promise<TrainingRows> {
  const next = 'Complete the folder, or take the lines out of the list.';
  const { there, differences } = await listedThere(root, [listed], { next, allowPartial });
  const left = there.flat();
  refuseNone(root, layout, left, `no picture that ${lists} names is there`);
  const rows = left.map(({ row: _, ...picture }) => ({
    ...picture,
    path: join(root, picture.source),
    captions: [],
  }));
  return { rows: inSourceOrder(rows), differences };
}
