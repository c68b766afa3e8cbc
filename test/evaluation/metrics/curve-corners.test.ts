/** A chart's points are points of the curve, few, and where the curve bends. */
import { describe, expect, it } from 'vitest';
import { curveCorners } from '../../../src/evaluation/metrics/curve-corners.ts';

describe('curveCorners', () => {
  it('keeps a short curve as it is', () => {
    expect(
      curveCorners(
        4,
        (at) => at / 3,
        (at) => at / 3,
        5,
      ),
    ).toEqual([0, 1, 2, 3]);
  });

  it.each([
    ['even', (at: number) => at / 99_999, (at: number) => 1 - at / 99_999],
    [
      'steep at first',
      (at: number) => Math.max(0, at - 500) / 99_499,
      (at: number) => Math.max(0, 1 - at / 600),
    ],
    ['flat', () => 0, (at: number) => at / 99_999],
    ['upright', (at: number) => at / 99_999, () => 0.5],
    ['nowhere', () => 1, () => 1],
  ])('is within its number on a curve that is %s', (_, x, y) => {
    const kept = curveCorners(100_000, x, y, 200);
    expect(kept.length).toBeLessThanOrEqual(200);
    expect([kept[0], kept.at(-1)]).toEqual([0, 99_999]);
    expect(kept.every((at, i) => i === 0 || at > kept[i - 1]!)).toBe(true);
  });

  it('has points in every decade of small rates', () => {
    const kept = curveCorners(
      1_000_001,
      (at) => at / 1e6,
      (at) => Math.sqrt(at / 1e6),
      200,
    );
    for (const decade of [1e-5, 1e-4, 1e-3, 1e-2, 1e-1]) {
      expect(kept.filter((at) => at / 1e6 >= decade && at / 1e6 < 10 * decade).length).toBeGreaterThan(10);
    }
  });
});
