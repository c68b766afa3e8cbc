/** Similarities of pairs by bins of a fiftieth. */
import { describe, expect, it } from 'vitest';
import { ScoreHistogram } from '../../../src/evaluation/metrics/score-histogram.ts';

describe('ScoreHistogram', () => {
  it('counts right and wrong answers of all queries, and no ignored one', () => {
    const histogram = new ScoreHistogram();
    histogram.add(Float32Array.from([0.99, 0.5, 0.51, -0.5]), { positives: [0], ignored: [1] }, 0);
    histogram.add(Float64Array.from([0.505, -1, 1, 0]), { positives: [2], ignored: [] }, 1);
    histogram.add(
      Float64Array.from([1.0000001, -7, Number.POSITIVE_INFINITY]),
      { positives: [1], ignored: [0] },
      2,
    );
    const filled = histogram.bins().filter(({ genuine, impostors }) => genuine + impostors > 0);
    expect(filled).toEqual([
      { from: -1, to: -0.98, genuine: 1, impostors: 1 },
      { from: -0.5, to: -0.48, genuine: 0, impostors: 1 },
      { from: 0, to: 0.02, genuine: 0, impostors: 1 },
      { from: 0.5, to: 0.52, genuine: 0, impostors: 2 },
      { from: 0.98, to: 1, genuine: 2, impostors: 1 },
    ]);
  });

  it('has a place for the number just under 1', () => {
    const histogram = new ScoreHistogram();
    const scores = Float64Array.of(1 - 2 ** -53, 1 - 2 ** -53, 1 - 2 ** -53);
    histogram.add(scores, { positives: [0], ignored: [1] }, 0);
    expect(histogram.bins().at(-1)).toEqual({ from: 0.98, to: 1, genuine: 1, impostors: 1 });
  });

  it('has 100 bins from -1 to 1, each beginning where the one before ends', () => {
    const bins = new ScoreHistogram().bins();
    expect(bins).toHaveLength(100);
    expect([bins[0]!.from, bins.at(-1)!.to]).toEqual([-1, 1]);
    for (const [at, { from }] of bins.slice(1).entries()) expect(from).toBe(bins[at]!.to);
  });

  it('names the score that is no number', () => {
    const scores = Float32Array.from([0, Number.NaN]);
    expect(() => new ScoreHistogram().add(scores, { positives: [], ignored: [] }, 3)).toThrow(
      expect.objectContaining({ message: expect.stringMatching(/query row 3 against gallery row 1 /) }),
    );
  });
});
