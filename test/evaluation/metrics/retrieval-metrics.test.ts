/** CMC, mAP, mINP and the filter's ceiling, against numbers worked out by hand and against brute force. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { filterCeiling } from '../../../src/evaluation/metrics/filter-ceiling.ts';
import { type PositiveRanks, rankPositives } from '../../../src/evaluation/metrics/positive-ranks.ts';
import {
  hitShare,
  meanOfTrials,
  type RetrievalSummary,
  scoreQuery,
  summarise,
} from '../../../src/evaluation/metrics/retrieval-metrics.ts';

function found(ranks: number[], kept: number, considered = 20): PositiveRanks {
  const keptPositives = ranks.filter((rank) => rank <= kept).length;
  return { ranks: Int32Array.from(ranks), considered, kept, keptPositives, best: 1 };
}

describe('metrics of a query', () => {
  it('are the textbook numbers', () => {
    const outcome = scoreQuery(3, found([2, 4, 5], 4));
    expect(outcome).toMatchObject({ query: 3, firstRank: 2, inversePenalty: 3 / 5, keptShare: 4 / 20 });
    expect(outcome?.averagePrecision).toBeCloseTo((1 / 2 + 2 / 4 + 3 / 5) / 3, 15);
    expect(outcome?.recall).toBeCloseTo(2 / 3, 15);
    expect(outcome?.ceiling).toEqual({ averagePrecision: (2 + 3 / 5) / 3, rank1: 1 });
  });

  it('do not exist without a right answer', () => {
    expect(scoreQuery(0, found([], 4))).toBeUndefined();
  });
});

describe('summarise', () => {
  it('averages over queries and accumulates the curve', () => {
    const outcomes = [found([1, 2], 5), found([3], 2), found([9], 20)].map(
      (one, row) => scoreQuery(row, one)!,
    );
    const summary = summarise(outcomes, 5);
    expect(summary.cmc).toEqual([1 / 3, 1 / 3, 2 / 3, 2 / 3, 2 / 3]);
    expect(summary.mAP).toBeCloseTo((1 + 1 / 3 + 1 / 9) / 3, 15);
    expect(summary.mINP).toBeCloseTo((1 + 1 / 3 + 1 / 9) / 3, 15);
    expect(summary.filterCeiling).toBeCloseTo((1 + 1 / 3 + 1) / 3, 15);
    expect(summary.filterCeilingRank1).toBeCloseTo(2 / 3, 15);
    expect(summary.filterRecall).toBeCloseTo(2 / 3, 15);
    expect(summary.keptShare).toBeCloseTo(27 / 60, 15);
    expect(summary.evaluated).toBe(3);
  });

  it('refuses to average nothing', () => {
    expect(() => summarise([], 5)).toThrow(expect.objectContaining({ code: 'DATASET_INVALID' }));
  });
});

describe('a curve of a query', () => {
  const drawn = { ...scoreQuery(0, found([2], 5))!, curve: [0.2, 0.7, 1] };

  it('stands for the step at the first rank, and stays where it ends', () => {
    expect([1, 2, 3, 9].map((rank) => hitShare(drawn, rank))).toEqual([0.2, 0.7, 1, 1]);
    expect([1, 2, 9].map((rank) => hitShare(scoreQuery(0, found([2], 5))!, rank))).toEqual([0, 1, 1]);
    expect(summarise([drawn, scoreQuery(1, found([2], 5))!], 4).cmc).toEqual([0.1, 0.85, 1, 1]);
  });
});

describe('meanOfTrials', () => {
  const trial = (value: number, cmc: number[], evaluated: number): RetrievalSummary => ({
    mAP: value,
    mINP: value / 2,
    cmc,
    filterCeiling: value,
    filterCeilingRank1: 1,
    filterRecall: value,
    keptShare: 0.5,
    evaluated,
  });

  it('weighs trials alike and is as long as the shortest curve', () => {
    const mean = meanOfTrials([trial(0.25, [0, 0.5, 1], 10), trial(0.75, [1, 1], 30)]);
    expect(mean).toEqual({ ...trial(0.5, [0.5, 0.75], 40), mINP: 0.25 });
  });

  it('refuses to average nothing', () => {
    expect(() => meanOfTrials([])).toThrow(expect.objectContaining({ code: 'DATASET_INVALID' }));
  });
});

describe('filter ceiling', () => {
  it('leaves a right answer first that is first without the filter, where the filter keeps nothing', () => {
    expect(filterCeiling(found([1, 4], 0))).toEqual({ averagePrecision: (1 + 2 / 4) / 2, rank1: 1 });
    expect(filterCeiling(found([2, 4], 1)).rank1).toBe(0);
  });

  /** An oracle that really reorders: right answers first among what is kept, the dropped behind in their order. */
  function oracle(scores: number[], positives: number[], tau: number): number {
    const order = scores.map((_, row) => row).sort((a, b) => scores[b]! - scores[a]! || a - b);
    const kept = order.filter((row) => scores[row]! >= tau);
    const right = (row: number): boolean => positives.includes(row);
    const best = [
      ...kept.filter(right),
      ...kept.filter((row) => !right(row)),
      ...order.filter((row) => scores[row]! < tau),
    ];
    const ranks = best.flatMap((row, place) => (right(row) ? [place + 1] : []));
    return ranks.reduce((sum, rank, i) => sum + (i + 1) / rank, 0) / ranks.length;
  }

  it('is what an oracle gets that reorders the kept pictures, and never under the filter itself', () => {
    const row = fc.record({ score: fc.integer({ min: 0, max: 9 }), right: fc.boolean() });
    fc.assert(
      fc.property(
        fc.array(row, { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 0, max: 10 }),
        (rows, tau) => {
          const scores = rows.map((one) => one.score);
          const positives = rows.flatMap((one, at) => (one.right ? [at] : []));
          fc.pre(positives.length > 0);
          const ranks = rankPositives(Float64Array.from(scores), { positives, ignored: [] }, tau, 0);
          const ceiling = filterCeiling(ranks);
          expect(ceiling.averagePrecision).toBeCloseTo(oracle(scores, positives, tau), 12);
          expect(ceiling.averagePrecision).toBeGreaterThanOrEqual(
            scoreQuery(0, ranks)!.averagePrecision - 1e-12,
          );
        },
      ),
      { numRuns: 500 },
    );
  });
});
