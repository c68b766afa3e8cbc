/** Reliability bins, expected calibration error and Brier score. */
import { describe, expect, it } from 'vitest';
import { reliability } from '../../../src/evaluation/metrics/reliability.ts';

describe('reliability', () => {
  it('is worked out as in the paper that defines it', () => {
    const { bins, ece, brier } = reliability([0.1, 0.2, 0.9, 1, 0.5], [false, true, true, true, false], 2);
    expect(bins.map((bin) => [bin.from, bin.to, bin.count])).toEqual([
      [0, 0.5, 3],
      [0.5, 1, 2],
    ]);
    expect(bins[0]?.confidence).toBeCloseTo(0.8 / 3, 15);
    expect(bins[0]?.accuracy).toBeCloseTo(1 / 3, 15);
    expect(ece).toBeCloseTo((3 / 5) * (1 / 3 - 0.8 / 3) + (2 / 5) * 0.05, 15);
    expect(brier).toBeCloseTo((0.01 + 0.64 + 0.01 + 0 + 0.25) / 5, 15);
  });

  it('is 0 for a confidence that means what it says and holds both ends of the scale', () => {
    expect(reliability([0, 1, 0, 1], [false, true, false, true]).ece).toBe(0);
    expect(reliability([0, 1], [true, false]).ece).toBe(1);
  });

  it.each([5, 15, 20, 100])('puts an edge of %i bins into the bin that ends there', (binCount) => {
    for (let edge = 1; edge <= binCount; edge++) {
      const { bins } = reliability([edge / binCount], [true], binCount);
      expect(bins.findIndex(({ count }) => count === 1)).toBe(edge - 1);
      if (edge === binCount) continue;
      const over = edge / binCount + 2 ** -53;
      const bin = reliability([over], [true], binCount).bins.find(({ count }) => count === 1)!;
      expect(bin.from < over && over <= bin.to).toBe(true);
    }
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses %d bins', (binCount) => {
    expect(() => reliability([0.5], [true], binCount)).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', message: expect.stringMatching(/bins/) }),
    );
  });

  it.each([
    [[], [], /0 confidences/],
    [[0.5], [true, false], /1 confidences and 2/],
    [[0.5, Number.NaN], [true, false], /row 1 is NaN/],
    [[1.5], [true], /row 0 is 1\.5/],
  ])('refuses %j', (confidences, correct, message) => {
    expect(() => reliability(confidences, correct)).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', message: expect.stringMatching(message) }),
    );
  });
});
