/** Dot products of all queries with all of the gallery, in blocks of queries, so that memory stays bounded. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import { RowScorer } from '../gallery/row-scorer.ts';
import { TopScores } from '../gallery/top-scores.ts';

/** `count` unit vectors of `dimension` numbers, one after the other. */
export interface VectorTable {
  readonly count: number;
  readonly dimension: number;
  readonly data: Float32Array;
}

/** `count` unit vectors as the columns of a row-major [dimension, count] matrix. */
export interface ColumnTable {
  readonly count: number;
  readonly dimension: number;
  readonly columns: Float32Array;
}

export interface ScoreBlock {
  /** Row of the first query of this block. */
  readonly first: number;
  /** One a query: its score with every gallery row, -1 to 1. */
  readonly rows: readonly Float32Array[];
}

/** 32 queries against 82,161 gallery pictures (MSMT17) are 10 MB, and the product stops the event loop for under 0.1 s. */
const blockQueries = 32;

/**
 * Float32 products by ONNX Runtime, as the reference code's are by its own library: scores agree with another machine's
 * to about 1e-6, so metrics may differ in the sixth digit. The same tables give the same bits whatever was scored before.
 */
export async function* scoreBlocks(
  queries: VectorTable,
  gallery: ColumnTable,
  options: { readonly block?: number; readonly signal?: AbortSignal | undefined } = {},
): AsyncGenerator<ScoreBlock, void> {
  const { dimension } = queries;
  const block = options.block ?? blockQueries;
  const scorer = new RowScorer();
  try {
    for (let first = 0; first < queries.count; first += block) {
      await nextTurn();
      options.signal?.throwIfAborted();
      const count = Math.min(block, queries.count - first);
      const some = queries.data.subarray(first * dimension, (first + count) * dimension);
      const product = await scorer.run(some, gallery.columns, dimension);
      const rows = Array.from({ length: count }, (_, row) =>
        product.subarray(row * gallery.count, (row + 1) * gallery.count),
      );
      yield { first, rows };
    }
  } finally {
    await scorer.close();
  }
}

/**
 * The best rows of one ranking, best first; equal scores in gallery order.
 *
 * @param ignored rows that are not in this query's gallery
 * @param size at least 1
 */
export function bestRows(
  scores: Float32Array | Float64Array,
  ignored: readonly number[],
  size: number,
): number[] {
  const top = new TopScores(size + ignored.length);
  let floor = top.threshold;
  for (let row = 0; row < scores.length; row++) {
    const score = scores[row]!;
    if (score > floor) {
      top.add(score);
      floor = top.threshold;
    }
  }
  // The heap holds float32: of float64 scores, the last one wanted may lie just under its rounded self.
  const from = Number.isFinite(floor) ? floor - Math.abs(floor) * 2 ** -23 - 2 ** -149 : floor;
  const skipped = new Set(ignored);
  const best: number[] = [];
  for (let row = 0; row < scores.length; row++) {
    if (scores[row]! >= from && !skipped.has(row)) best.push(row);
  }
  return best.sort((a, b) => scores[b]! - scores[a]! || a - b).slice(0, size);
}
