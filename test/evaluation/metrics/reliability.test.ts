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
