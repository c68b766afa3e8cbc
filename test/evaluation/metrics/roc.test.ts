/** Error rates of verification, worked out by hand. */
import { describe, expect, it } from 'vitest';
import { PairScores } from '../../../src/evaluation/metrics/pair-scores.ts';
import { roc } from '../../../src/evaluation/metrics/roc.ts';

function pairsOf(genuine: readonly number[], impostors: readonly number[]): PairScores {
  const pairs = new PairScores();
  const positives = genuine.map((_, row) => row);
  pairs.add(Float64Array.from([...genuine, ...impostors]), { positives, ignored: [] }, 0);
  return pairs;
}

describe('roc', () => {
  it('gives the least non-match rate that a false match rate leaves', () => {
    const found = roc(pairsOf([0.9, 0.8, 0.6, 0.3], [0.7, 0.5, 0.4, 0.2, 0.1]), [0.1, 0.2, 0.4, 0.99]);
    expect(found.operatingPoints).toEqual([
      { rate: 0.1, threshold: 0.7, falseMatchRate: 0, falseNonMatchRate: 0.5, bound: 0 },
      { rate: 0.2, threshold: 0.5, falseMatchRate: 0.2, falseNonMatchRate: 0.25, bound: 0 },
      { rate: 0.4, threshold: 0.4, falseMatchRate: 0.4, falseNonMatchRate: 0.25, bound: 0 },
      { rate: 0.99, threshold: 0.1, falseMatchRate: 0.8, falseNonMatchRate: 0, bound: 0 },
    ]);
    expect(found.areaUnderCurve.value).toBeCloseTo((5 + 5 + 4 + 2) / 20, 15);
    // From (0.2, 0.25) on, the next impostor raises FMR to 0.4: both are 0.25 a quarter of the way.
    expect(found.equalErrorRate).toEqual({ value: 0.25, bound: 0 });
    expect(found.genuine).toBe(4);
    expect(found.impostors).toBe(5);
  });

  it('keeps a genuine pair that ties with the impostor over the rate outside', () => {
    const { operatingPoints } = roc(pairsOf([0.9, 0.5], [0.5, 0.1]), [0.1]);
    expect(operatingPoints[0]).toMatchObject({ threshold: 0.5, falseNonMatchRate: 0.5, falseMatchRate: 0 });
  });

  it('reads fast-reid with its labels turned: impostors rejected where genuine pairs are', () => {
    const { fastReid, operatingPoints } = roc(
      pairsOf([0.9, 0.8, 0.7, 0.35], [0.3, 0.4, 0.5, 0.2]),
      [0.01, 0.2],
    );
    expect(fastReid).toEqual([
      // The curve's very first point rejects nothing at all, and is as near as the one that rejects two impostors.
      { rate: 0.01, value: 0 },
      // Rejecting the weakest of four genuine pairs is nearest to 0.2, and rejects two impostors first.
      { rate: 0.2, value: 0.5 },
    ]);
    expect(operatingPoints.map(({ falseNonMatchRate }) => 1 - falseNonMatchRate)).toEqual([0.75, 0.75]);
  });

  it('is perfect where the kinds are apart, and a half where they are alike', () => {
    const apart = roc(pairsOf([0.9, 0.8], [0.1, 0.2]));
    expect([apart.areaUnderCurve.value, apart.equalErrorRate.value]).toEqual([1, 0]);
    const alike = roc(pairsOf([0.5, 0.5], [0.5, 0.5, 0.5]));
    expect([alike.areaUnderCurve.value, alike.equalErrorRate.value]).toEqual([0.5, 0.5]);
    const turned = roc(pairsOf([0.1], [0.9]));
    expect([turned.areaUnderCurve.value, turned.equalErrorRate.value]).toEqual([0, 1]);
  });

  it('draws its curve from no match to all, in a few points', () => {
    const genuine = Array.from({ length: 3000 }, (_, i) => Math.sin(i) * 0.4 + 0.5);
    const impostors = Array.from({ length: 20_000 }, (_, i) => Math.cos(i * 1.3) * 0.6 - 0.3);
    const { curve, exactFrom } = roc(pairsOf(genuine, impostors));
    expect(curve.length).toBeGreaterThan(100);
    expect(curve.length).toBeLessThanOrEqual(200);
    expect(curve[0]).toEqual({ falseMatchRate: 0, falseNonMatchRate: 1 });
    expect(curve.at(-1)).toEqual({ falseMatchRate: 1, falseNonMatchRate: 0 });
    for (const [at, point] of curve.slice(1).entries()) {
      expect(point.falseMatchRate).toBeGreaterThanOrEqual(curve[at]!.falseMatchRate);
      expect(point.falseNonMatchRate).toBeLessThanOrEqual(curve[at]!.falseNonMatchRate);
    }
    expect(exactFrom).toBeUndefined();
  });

  it('refuses rates that are none and data without both kinds of pairs', () => {
    for (const rate of [0, 1, Number.NaN, -0.1]) {
      expect(() => roc(pairsOf([0.5], [0.4]), [rate])).toThrow(
        expect.objectContaining({ code: 'OPTION_INVALID' }),
      );
    }
    for (const pairs of [pairsOf([], [0.4]), pairsOf([0.5], []), new PairScores()]) {
      expect(() => roc(pairs)).toThrow(expect.objectContaining({ code: 'DATASET_INVALID' }));
    }
  });
});
