/** Galleries that are drawn several times: their union as the rows, each draw as a trial. */
import type { BenchmarkRow, Trial } from '../benchmark.ts';

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
