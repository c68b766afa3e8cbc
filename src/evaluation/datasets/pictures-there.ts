/** Rows whose pictures are there: the others are refused or, where a part may be, left out and told. */
import { join } from 'node:path';
import { type Layout, malformedRow, notThisLayout } from './dataset-errors.ts';
import { missingPictures } from './missing-pictures.ts';
import { someOf } from './some-of.ts';

export interface AllowPartial {
  /** False refuses a row whose picture is not there. */
  readonly allowPartial: boolean;
  /** What to do about such rows, one or two sentences. */
  readonly next?: string;
}

export interface FindPictures<Row> extends AllowPartial {
  /** Absolute path of the row's picture; undefined for a row that needs none. */
  readonly pathOf: (row: Row) => string | undefined;
  /** The picture as the data set names it. */
  readonly sourceOf: (row: Row) => string;
  /** Where the row stands, e.g. `reid_raw.json record 17`. */
  readonly nameOf: (row: Row) => string;
  /** In front of the name in a refusal, where the name alone does not say which file. */
  readonly file?: string;
}

/** @typeParam Rows the rows that are left, in their order */
export interface Found<Rows> {
  readonly there: Rows;
  /** One sentence about the others, for a benchmark's `differences`. Empty where there are none. */
  readonly differences: readonly string[];
}

/**
 * @param rows in the order in which they are named
 * @throws ChatReidError DATASET_INVALID naming the first row whose picture is not there, and how many there are, unless
 *   a part is allowed
 */
export async function picturesThere<Row>(
  rows: readonly Row[],
  { pathOf, sourceOf, nameOf, file, next = 'Complete the folder.', allowPartial }: FindPictures<Row>,
): Promise<Found<readonly Row[]>> {
  const missing = await missingPictures(eachPath(rows, pathOf));
  if (missing.size === 0) return { there: rows, differences: [] };
  const isThere = (row: Row): boolean => {
    const path = pathOf(row);
    return path === undefined || !missing.has(path);
  };
  const absent = rows.filter((row) => !isThere(row));
  const first = absent[0]!;
  if (!allowPartial) {
    const others = absent.length - 1;
    const more =
      others === 0 ? '' : others === 1 ? '; 1 more row has none' : `; ${others} more rows have none`;
    throw malformedRow(
      file === undefined ? nameOf(first) : `${file} ${nameOf(first)}`,
      `there is no picture at ${sourceOf(first)}${more}`,
      `${next} Or pass --allow-partial to leave such rows out.`,
    );
  }
  const rowsWere = absent.length === 1 ? '1 row was' : `${absent.length} rows were`;
  const named = someOf(absent.map((row) => `${sourceOf(row)} (${nameOf(row)})`));
  return {
    there: rows.filter(isThere),
    differences: [`${rowsWere} left out because no picture is there: ${named}`],
  };
}

/** A row of a list: where it stands, e.g. `list_query.txt line 12`, and its picture, relative to the data set's root. */
export interface NamedRow {
  readonly row: string;
  readonly source: string;
}

/**
 * {@link picturesThere} for the lists of a data set. A picture that several lists name counts once.
 *
 * @returns each list without the rows that are left out; a list may be empty: see {@link refuseNone}
 * @throws ChatReidError DATASET_INVALID as there, and, whether a part is allowed or not, naming a row that leads out of
 *   the root
 */
export async function listedThere<Row extends NamedRow>(
  root: string,
  lists: readonly (readonly Row[])[],
  partial: AllowPartial,
): Promise<Found<Row[][]>> {
  const pictures = new Map<string, Row>();
  for (const one of lists.flat()) {
    if (!pictures.has(one.source)) pictures.set(one.source, one);
  }
  for (const { row, source } of pictures.values()) {
    if (!source.split(/[/\\]/).includes('..')) continue;
    throw malformedRow(
      row,
      `${source} leads out of the data set`,
      'Restore the row from the data set, or take it out of the list.',
    );
  }
  const { there, differences } = await picturesThere([...pictures.values()], {
    pathOf: ({ source }) => join(root, source),
    sourceOf: ({ source }) => source,
    nameOf: ({ row }) => row,
    ...partial,
  });
  const left = new Set(there.map(({ source }) => source));
  return { there: lists.map((list) => list.filter(({ source }) => left.has(source))), differences };
}

/**
 * @param missing what is said where there is no row, e.g. `no picture that list_query.txt names is there`
 * @throws ChatReidError DATASET_INVALID when there is no row
 */
export function refuseNone(root: string, layout: Layout, rows: readonly unknown[], missing: string): void {
  if (rows.length > 0) return;
  throw notThisLayout(root, layout.title, missing, layout.next);
}

/** Without a second list of millions of paths. */
function* eachPath<Row>(
  rows: readonly Row[],
  pathOf: (row: Row) => string | undefined,
): Generator<string, void> {
  for (const row of rows) {
    const path = pathOf(row);
    if (path !== undefined) yield path;
  }
}
