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
 * to about 1e-6, so metrics may differ in the sixth digit. Holds one transposed copy of the gallery.
 */
export async function* scoreBlocks(
  queries: VectorTable,
  gallery: VectorTable,
  options: { readonly block?: number; readonly signal?: AbortSignal | undefined } = {},
): AsyncGenerator<ScoreBlock, void> {
  const { dimension } = queries;
  const block = options.block ?? blockQueries;
  const columns = transposed(gallery);
  const scorer = new RowScorer();
  try {
    for (let first = 0; first < queries.count; first += block) {
      await nextTurn();
      options.signal?.throwIfAborted();
      const count = Math.min(block, queries.count - first);
      const some = queries.data.subarray(first * dimension, (first + count) * dimension);
      const product = await scorer.run(some, columns, dimension);
      const rows = Array.from({ length: count }, (_, row) =>
        product.subarray(row * gallery.count, (row + 1) * gallery.count),
      );
      yield { first, rows };
    }
  } finally {
    await scorer.close();
  }
}

/** [count, dimension] -> [dimension, count], in tiles that stay in the processor's cache. */
function transposed({ count, dimension, data }: VectorTable): Float32Array {
  const columns = new Float32Array(data.length);
  const tile = 64;
  for (let start = 0; start < count; start += tile) {
    const end = Math.min(count, start + tile);
    for (let d = 0; d < dimension; d++) {
      for (let row = start; row < end; row++) columns[d * count + row] = data[row * dimension + d]!;
    }
  }
  return columns;
}

/** The `size` highest scores of one row, highest first, rows to be ignored left out. */
export function bestScores(
  scores: Float32Array,
  ignored: readonly number[] | Int32Array,
  size: number,
): number[] {
  const top = new TopScores(size + ignored.length);
  for (const score of scores) if (score > top.threshold) top.add(score);
  const skipped = new Set<number>(ignored);
  const floor = top.threshold;
  const best: number[] = [];
  for (let row = 0; row < scores.length; row++) {
    if (scores[row]! >= floor && !skipped.has(row)) best.push(scores[row]!);
  }
  return best.sort((a, b) => b - a).slice(0, size);
}
