/** The text files that name a data set's rows, one a line. */
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { anyLayout, malformedRow, notThisLayout } from './dataset-errors.ts';
import { missingPictures } from './missing-pictures.ts';

export interface Line {
  /** From 1, as an editor shows it. */
  readonly number: number;
  /** Without white space at its ends. Never empty. */
  readonly text: string;
}

/**
 * The lines that are not empty. A byte-order mark and Windows line ends are passed over.
 *
 * @param path of the file
 * @throws ChatReidError DATASET_INVALID when it cannot be read
 */
export async function linesOf(path: string, layout = anyLayout): Promise<Line[]> {
  return linesIn(await textOf(path, layout));
}

/** As {@link linesOf}, of a text. */
export function linesIn(text: string): Line[] {
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .map((line, at) => ({ number: at + 1, text: line.trim() }))
    .filter((line) => line.text !== '');
}

/** The whole of a text file. @throws ChatReidError DATASET_INVALID when it cannot be read */
export async function textOf(path: string, layout = anyLayout): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof RangeError || (error as NodeJS.ErrnoException).code === 'ERR_STRING_TOO_LONG') {
      throw malformedRow(
        path,
        'the file is longer than one text can be (half a gigabyte)',
        'Split the file, or take the part of the data set that you need.',
        error,
      );
    }
    throw notThisLayout(
      dirname(path),
      layout.title,
      `there is no file ${basename(path)} that can be read`,
      layout.next,
      error,
    );
  }
}

/**
 * A file of JSON. What is in it is unknown: the reader checks each row.
 *
 * @throws ChatReidError DATASET_INVALID when it cannot be read or is not JSON
 */
export async function jsonOf(path: string, layout = anyLayout): Promise<unknown> {
  const text = await textOf(path, layout);
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw malformedRow(
      path,
      'this is not JSON',
      'Restore the file from the data set, then try again.',
      error,
    );
  }
}

/**
 * @param rows in any order; `row` names where each stands, e.g. `list_query.txt line 12`
 * @throws ChatReidError DATASET_INVALID naming the first row whose source stands in an earlier row
 */
export function refuseDuplicates(rows: readonly { readonly source: string; readonly row: string }[]): void {
  const first = new Map<string, string>();
  for (const { source, row } of rows) {
    const earlier = first.get(source);
    if (earlier !== undefined) {
      throw malformedRow(
        row,
        `${source} is there a second time, first in ${earlier}`,
        'Take one of the two lines out of the list.',
      );
    }
    first.set(source, row);
  }
}

/**
 * @param rows each with its source relative to root, and `row`: where the list names it, e.g. `list_query.txt line 12`
 * @param next what to do, one sentence
 * @throws ChatReidError DATASET_INVALID naming the first row whose file is not there, and how many there are
 */
export async function refuseMissing(
  root: string,
  rows: readonly { readonly source: string; readonly row: string }[],
  next: string,
): Promise<void> {
  const missing = await missingPictures(rows.map(({ source }) => join(root, source)));
  const first = rows.find(({ source }) => missing.has(join(root, source)));
  if (!first) return;
  const more = missing.size > 1 ? ` (nor are ${missing.size - 1} other pictures that are listed)` : '';
  throw malformedRow(first.row, `${first.source} is not in ${root}${more}`, next);
}

/** In code-unit order of their sources, as every reader gives its rows. */
export function inSourceOrder<Row extends { readonly source: string }>(rows: readonly Row[]): Row[] {
  return rows.toSorted((a, b) => (a.source < b.source ? -1 : a.source > b.source ? 1 : 0));
}
