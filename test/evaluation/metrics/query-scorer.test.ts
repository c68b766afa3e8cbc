/** One query under a protocol: counting equals sorting, and the order of the gallery does not matter without ties. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { queryScorer } from '../../../src/evaluation/metrics/query-scorer.ts';
import { hitShare } from '../../../src/evaluation/metrics/retrieval-metrics.ts';
import { acrossCameras, type Labelled, type Protocol } from '../../../src/evaluation/protocol.ts';
import { cuhk03Classic } from '../../../src/evaluation/protocols/cuhk03-classic.ts';
import { sysuMm01 } from '../../../src/evaluation/protocols/sysu-mm01.ts';

const persons: Protocol = { ...acrossCameras, cmc: 'persons' };
const query: Labelled = { personId: '0', cameraId: '1' };

const row = fc.record({
  personId: fc.constantFrom('0', '0', '1', '2', '3', '4'),
  cameraId: fc.constantFrom('1', '2', '3'),
  score: fc.oneof(
    fc.integer({ min: -2, max: 2 }),
    fc.constantFrom(0, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
    fc.double({ noNaN: true, min: -1, max: 1 }),
  ),
});

describe('queryScorer', () => {
  it('finds a person where a sort finds one', () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 40 }), (gallery) => {
        const scores = Float64Array.from(gallery, ({ score }) => score);
        const order = [...gallery.keys()]
          .filter((at) => gallery[at]!.personId !== '0' || gallery[at]!.cameraId !== '1')
          .sort((a, b) => (scores[a] === scores[b] ? a - b : scores[a]! > scores[b]! ? -1 : 1));
        const place = [...new Set(order.map((at) => gallery[at]!.personId))].indexOf('0') + 1;
        const scored = queryScorer(persons, gallery, { tau: 0, seed: 0 })(query, 0, scores);
        if (place === 0) expect(scored).toBeUndefined();
        else expect([place - 1, place].map((k) => hitShare(scored!, k))).toEqual([0, 1]);
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ['pictures', acrossCameras, false],
    ['persons', sysuMm01, false],
    ['expected galleries', cuhk03Classic, true],
  ] as const)(
    'does not depend on the order of the gallery where no scores tie: %s',
    (_, protocol, corrected) => {
      const shuffled = fc
        .uniqueArray(row, { minLength: 2, maxLength: 30, selector: ({ score }) => score + 0 })
        .chain((rows) => fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, { minLength: rows.length })));
      fc.assert(
        fc.property(shuffled, ([rows, turned]) => {
          const scored = [rows, turned].map((gallery) =>
            queryScorer(protocol, gallery, { tau: 0.5, seed: 0, corrected })(
              { ...query, cameraId: '3' },
              0,
              Float64Array.from(gallery, ({ score }) => score),
            ),
          );
          const [one, other] = scored.map((outcome) => outcome && { ...outcome, ignored: [], curve: [] });
          expect(other).toEqual(one);
          for (let k = 1; scored[0] && scored[1] && k <= rows.length; k++) {
            expect(hitShare(scored[1], k)).toBeCloseTo(hitShare(scored[0], k), 12);
          }
        }),
      );
    },
  );

  it('draws single-shot galleries from the seed, on and on', () => {
    const gallery = Array.from({ length: 40 }, (_, at) => ({ personId: String(at % 4), cameraId: '2' }));
    const scores = Float32Array.from(gallery, (_, at) => (at * 7) % 11);
    const curves = (seed: number): unknown[] => {
      const score = queryScorer(cuhk03Classic, gallery, { tau: 0, seed });
      return [0, 1, 2].map((at) => score(query, at, scores)?.curve);
    };
    expect(curves(1)).toEqual(curves(1));
    expect(curves(1)).not.toEqual(curves(2));
    expect(new Set(curves(1).map((curve) => JSON.stringify(curve))).size).toBeGreaterThan(1);
  });

  it('says what is ignored, and refuses scores of another gallery', () => {
    const gallery = ['1', '2', '1'].map((cameraId) => ({ personId: '0', cameraId }));
    const score = queryScorer(acrossCameras, gallery, { tau: 0, seed: 0 });
    expect(score(query, 0, Float32Array.of(3, 2, 1))).toMatchObject({
      firstRank: 1,
      considered: 1,
      ignored: [0, 2],
    });
    expect(() => score(query, 7, Float32Array.of(3, 2))).toThrow(
      expect.objectContaining({
        code: 'OPTION_INVALID',
        message: expect.stringMatching(/row 7 has 2 .* of 3/),
      }),
    );
  });
});
