/** How soon dialogues find their target, worked out by hand. */
import { describe, expect, it } from 'vitest';
import { dialogueMetrics } from '../../../src/evaluation/metrics/dialogue-metrics.ts';

describe('dialogueMetrics', () => {
  it('counts a hit of any round so far, and this round alone beside it', () => {
    const { hits, rounds, evaluated } = dialogueMetrics(
      [
        [12, 3, 9],
        [1, 20, 2],
        [40, 30, 11],
      ],
      { hitsAt: [1, 10] },
    );
    expect([rounds, evaluated]).toEqual([2, 3]);
    expect(hits).toEqual([
      { k: 1, cumulative: [1 / 3, 1 / 3, 1 / 3], perRound: [1 / 3, 0, 0] },
      { k: 10, cumulative: [1 / 3, 2 / 3, 2 / 3], perRound: [1 / 3, 1 / 3, 2 / 3] },
    ]);
  });

  it('integrates the logarithm of the best rank', () => {
    const { bestLogRankIntegral } = dialogueMetrics([
      [8, 2, 4],
      [1, 5, 9],
    ]);
    const [first, later] = [(Math.log(8) + 0) / 2, (Math.log(2) + 0) / 2];
    expect(bestLogRankIntegral).toBeCloseTo(((first + later) / 2 + later) / 2, 15);
    expect(dialogueMetrics([[1, 1, 1]]).bestLogRankIntegral).toBe(0);
  });

  it('ranks a query without a right answer one past the gallery, or leaves it out where corrected', () => {
    const ranks = [undefined, [2, 1]];
    const strict = dialogueMetrics(ranks, { gallerySize: 30 });
    expect(strict.evaluated).toBe(2);
    expect(strict.bestLogRankIntegral).toBeCloseTo((Math.log(31) + Math.log(2) / 2) / 2, 15);
    const corrected = dialogueMetrics(ranks, { corrected: true });
    expect(corrected.evaluated).toBe(1);
    expect(corrected.bestLogRankIntegral).toBeCloseTo(Math.log(2) / 2, 15);
    expect(corrected.hits[0]).toEqual({ k: 1, cumulative: [0, 1], perRound: [0, 1] });
  });

  it('has no integral without a question, but for its limit where corrected', () => {
    expect(dialogueMetrics([[4], [1]])).not.toHaveProperty('bestLogRankIntegral');
    expect(dialogueMetrics([[4], [1]], { corrected: true }).bestLogRankIntegral).toBeCloseTo(Math.log(2), 15);
  });

  it.each([
    [[[1, 2], [1]], {}, 'DATASET_INVALID', /row 1 has 1 ranks, another has 2/],
    [
      [
        [1, 2],
        [0, 1],
      ],
      {},
      'DATASET_INVALID',
      /row 1 in round 0 is 0/,
    ],
    [[[1, 2.5]], {}, 'DATASET_INVALID', /row 0 in round 1 is 2\.5/],
    [[[1, 31]], { gallerySize: 30 }, 'DATASET_INVALID', /round 1 is 31: .* from 1 to 30/],
    [[[Number.NaN]], {}, 'DATASET_INVALID', /is NaN/],
    [[], {}, 'DATASET_INVALID', /nothing to measure/],
    [[[]], {}, 'DATASET_INVALID', /nothing to measure/],
    [[undefined], { corrected: true }, 'DATASET_INVALID', /nothing to measure/],
    [[undefined, [1]], {}, 'OPTION_INVALID', /row 0 has no right answer/],
    [[[1]], { hitsAt: [0] }, 'OPTION_INVALID', /first 0/],
  ])('refuses %j with %j', (ranks, options, code, message) => {
    expect(() => dialogueMetrics(ranks, options)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });
});
