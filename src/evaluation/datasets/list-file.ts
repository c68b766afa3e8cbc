/** The text files that name a data set's rows, one a line. */
import { join } from 'node:path';
import { ChatReidError } from '../../foundation/error.ts';
import { anyLayout, malformedRow, noFile } from './dataset-errors.ts';
import { utf8File } from './utf8-file.ts';

export interface Line {
  /** From 1, as an editor shows it. */
  readonly number: number;
  /** Without white space at its ends. Never empty. */
  readonly text: string;
}

/**
 * The lines that are not empty. A byte-order mark and Windows line ends are passed over.
 *
 * @param root absolute path of the data set
 * @param list the file's path, relative to root
 * @throws ChatReidError DATASET_INVALID when it cannot be read, or is not UTF-8
 */
export async function linesOf(root: string, list: string, layout = anyLayout): Promise<Line[]> {
  const text = await textOf(root, list, layout);
  return text
    .split(/\r\n|\n|\r/)
    .map((line, at) => ({ number: at + 1, text: line.trim() }))
    .filter((line) => line.text !== '');
}

/** The whole of a text file without its byte-order mark. Parameters and errors as those of {@link linesOf}. */
export async function textOf(root: string, file: string, layout = anyLayout): Promise<string> {
  const { text } = await utf8File(join(root, file), {
    name: file,
    encode: 'Restore the file from the data set, or save it as UTF-8.',
    shorten: 'Split the file, or take the part of the data set that you need.',
  }).catch((error: unknown) => {
    throw error instanceof ChatReidError ? error : noFile(root, file, layout, error);
  });
  return text;
}

/**
 * A file of JSON. What is in it is unknown: the reader checks each row.
 *
 * @throws ChatReidError DATASET_INVALID as {@link linesOf}, and when it is not JSON
 */
export async function jsonOf(root: string, file: string, layout = anyLayout): Promise<unknown> {
  const text = await textOf(root, file, layout);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw malformedRow(
      join(root, file),
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

/** In code-unit order of their sources, as every reader gives its rows. */
export function inSourceOrder<Row extends { readonly source: string }>(rows: readonly Row[]): Row[] {
  return rows.toSorted((a, b) => (a.source < b.source ? -1 : a.source > b.source ? 1 : 0));
}
