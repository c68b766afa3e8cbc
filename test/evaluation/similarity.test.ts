/** Blocks of scores are the dot products, whatever the block. */
import { describe, expect, it } from 'vitest';
import { scoreBlocks, type VectorTable } from '../../src/evaluation/similarity.ts';

function table(count: number, dimension: number, seed: number): VectorTable {
  const data = Float32Array.from({ length: count * dimension }, (_, i) => Math.sin(i * 12.9898 + seed));
  return { count, dimension, data };
}

describe('scoreBlocks', () => {
  const [queries, gallery] = [table(7, 5, 1), table(131, 5, 2)];

  it.each([1, 3, 7, 32])('gives every dot product in blocks of %i', async (block) => {
    const seen: number[] = [];
    for await (const { first, rows } of scoreBlocks(queries, gallery, { block })) {
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
      for await (const { first } of scoreBlocks(queries, gallery, { block: 1, signal: controller.signal })) {
        expect(first).toBeLessThan(2);
        if (first === 1) controller.abort();
      }
    };
    await expect(run()).rejects.toMatchObject({ name: 'AbortError' });
  });
});
