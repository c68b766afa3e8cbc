/** Blocks of scores are the dot products, whatever the block. */
import { describe, expect, it } from 'vitest';
import {
  bestRows,
  type ColumnTable,
  scoreBlocks,
  type VectorTable,
} from '../../src/evaluation/similarity.ts';

function table(count: number, dimension: number, seed: number): VectorTable {
  const data = Float32Array.from({ length: count * dimension }, (_, i) => Math.sin(i * 12.9898 + seed));
  return { count, dimension, data };
}

function columnsOf({ count, dimension, data }: VectorTable): ColumnTable {
  const columns = new Float32Array(data.length);
  for (let at = 0; at < data.length; at++) {
    columns[(at % dimension) * count + Math.floor(at / dimension)] = data[at]!;
  }
  return { count, dimension, columns };
}

describe('scoreBlocks', () => {
  const [queries, gallery] = [table(7, 5, 1), table(131, 5, 2)];
  const columns = columnsOf(gallery);

  it.each([1, 3, 7, 32])('gives every dot product in blocks of %i', async (block) => {
    const seen: number[] = [];
    for await (const { first, rows } of scoreBlocks(queries, columns, { block })) {
      for (const [at, row] of rows.entries()) {
        seen.push(first + at);
        expect(row).toHaveLength(gallery.count);
        for (let g = 0; g < gallery.count; g++) {
          let dot = 0;
          for (let d = 0; d < 5; d++) dot += queries.data[(first + at) * 5 + d]! * gallery.data[g * 5 + d]!;
          expect(row[g]).toBeCloseTo(dot, 5);
        }
      }
    }
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it('stops when it is told to', async () => {
    const controller = new AbortController();
    const run = async (): Promise<void> => {
      for await (const { first } of scoreBlocks(queries, columns, { block: 1, signal: controller.signal })) {
        expect(first).toBeLessThan(2);
        if (first === 1) controller.abort();
      }
    };
    await expect(run()).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('bestRows', () => {
  const scores = Float32Array.of(0.5, 0.9, 0.5, 0.1, 0.9, 0.7, 0.5);

  it.each([
    [[], 3, [1, 4, 5]],
    [[1, 5], 3, [4, 0, 2]],
    [[], 5, [1, 4, 5, 0, 2]],
    [[0], 100, [1, 4, 5, 2, 6, 3]],
    [[0, 1, 2, 3, 4, 5, 6], 2, []],
  ])('without %j gives the best %i, equal ones in gallery order', (ignored, size, expected) => {
    expect(bestRows(scores, ignored, size)).toEqual(expected);
  });

  it('tells float64 scores apart that are one float32', () => {
    const close = Float64Array.of(0.1, 0.1 + 1e-12, 0.1 - 1e-12, 0.1 + 2e-12, 0.1 - 2e-12);
    expect(bestRows(close, [], 3)).toEqual([3, 1, 0]);
    expect(bestRows(close, [1], 4)).toEqual([3, 0, 2, 4]);
    const infinite = Float64Array.of(Number.POSITIVE_INFINITY, 0, Number.POSITIVE_INFINITY, -1e-60);
    expect(bestRows(infinite, [], 2)).toEqual([0, 2]);
    expect(bestRows(infinite, [], 4)).toEqual([0, 2, 1, 3]);
  });
});
