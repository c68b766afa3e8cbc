/** Rows that are drawn several times: their union as the rows, each draw as a trial. */
import type { BenchmarkRow, Trial } from '../benchmark.ts';
import { inSourceOrder } from './list-file.ts';
import { someOf } from './some-of.ts';

export interface DrawnGallery {
  /** The rows that at least one draw has, in the order of the pool. */
  readonly gallery: readonly BenchmarkRow[];
  readonly trials: readonly Trial[];
}

/**
 * @param pool every row that could be drawn
 * @param draws rows of the pool, the same objects, one list a draw, in any order
 */
export function drawnGallery(
  pool: readonly BenchmarkRow[],
  draws: readonly (readonly BenchmarkRow[])[],
): DrawnGallery {
  const drawn = draws.map((draw) => new Set(draw));
  const gallery = pool.filter((row) => drawn.some((draw) => draw.has(row)));
  const trials = drawn.map((draw) => ({
    gallery: gallery.flatMap((row, at) => (draw.has(row) ? [at] : [])),
  }));
  return { gallery, trials };
}

/** The rows of all lists, each once and in the order of their sources, and the ascending row numbers of each list. */
export function union<Row extends { readonly source: string }>(
  lists: readonly (readonly Row[])[],
): { rows: Row[]; of: number[][] } {
  const bySource = new Map(lists.flat().map((row) => [row.source, row]));
  const rows = inSourceOrder([...bySource.values()]);
  const at = new Map(rows.map((row, number) => [row.source, number]));
  return { rows, of: lists.map((list) => list.map((row) => at.get(row.source)!).sort((a, b) => a - b)) };
}

/**
 * The draws that can be scored: a part of a data set may have no query or no gallery picture of one.
 *
 * @param draws each with the number by which people know it
 * @param called what people call one, e.g. `trial`
 * @returns with one sentence about the others
 */
export function scorable<
  Draw extends {
    readonly number: number;
    readonly queries: readonly unknown[];
    readonly gallery: readonly unknown[];
  },
>(draws: readonly Draw[], called: string): { kept: Draw[]; differences: string[] } {
  const isWhole = ({ queries, gallery }: Draw): boolean => queries.length > 0 && gallery.length > 0;
  const emptied = draws.filter((draw) => !isWhole(draw)).map(({ number }) => number);
  if (emptied.length === 0) return { kept: [...draws], differences: [] };
  const [were, their] =
    emptied.length === 1
      ? [`${called} ${emptied[0]} was`, 'its']
      : [`${called}s ${someOf(emptied)} were`, 'their'];
  return {
    kept: draws.filter(isWhole),
    differences: [
      `${were} left out because none of ${their} query pictures, or none of ${their} gallery pictures, is there`,
    ],
  };
}

/** Rows under their keys, both in the order of the rows. */
export function rowsByKey<Row>(rows: Iterable<Row>, keyOf: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return groups;
}
