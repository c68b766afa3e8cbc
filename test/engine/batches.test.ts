/** Batches: everything once, within the limits, with little padding. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { batches, type Stretch } from '../../src/engine/batches.ts';

const stretch = (start: number, end: number): Stretch => ({ start, end });

test('one shape is one batch, up to the limit', () => {
  const equal = Array.from({ length: 10 }, () => stretch(5, 15));
  expect(batches(equal, { tokens: 1000, context: 1e6, padding: true }).map((batch) => batch.length)).toEqual([
    10,
  ]);
  expect(batches(equal, { tokens: 40, context: 1e6, padding: true }).map((batch) => batch.length)).toEqual([
    4, 4, 2,
  ]);
  expect(batches(equal, { tokens: 1000, context: 45, padding: true }).map((batch) => batch.length)).toEqual([
    3, 3, 3, 1,
  ]);
});

test('something longer than the limit still runs, alone', () => {
  expect(
    batches([stretch(0, 500), stretch(0, 3)], { tokens: 100, context: 100, padding: true }).map(
      (b) => b.length,
    ),
  ).toEqual([1, 1]);
});

test('anything is run once, within the limits, at most a quarter of it padding', () => {
  const one = fc.tuple(fc.nat(300), fc.integer({ min: 1, max: 200 }));
  fc.assert(
    fc.property(fc.array(one, { maxLength: 60 }), (lengths) => {
      const all = lengths.map(([start, length]) => stretch(start, start + length));
      const runs = batches(all, { tokens: 512, context: 4096, padding: true });
      expect(new Set(runs.flat())).toEqual(new Set(all));
      expect(runs.flat()).toHaveLength(all.length);
      for (const run of runs) {
        const longest = Math.max(...run.map(({ start, end }) => end - start));
        const real = run.reduce((sum, { start, end }) => sum + end - start, 0);
        if (run.length > 1) expect(run.length * longest).toBeLessThanOrEqual(512);
        expect(real / (run.length * longest)).toBeGreaterThanOrEqual(0.75);
      }
    }),
  );
});

test('without padding only one shape shares a run', () => {
  const all = [stretch(0, 10), stretch(1, 11), stretch(0, 10), stretch(0, 11), stretch(1, 11)];
  const runs = batches(all, { tokens: 1000, context: 1e6, padding: false });
  expect(runs.map((run) => run.map(({ start, end }) => [start, end]))).toEqual([
    [
      [0, 10],
      [0, 10],
    ],
    [
      [1, 11],
      [1, 11],
    ],
    [[0, 11]],
  ]);
});
