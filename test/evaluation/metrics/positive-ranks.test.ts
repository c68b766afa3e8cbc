/** Counting gives the places that sorting gives. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rankPositives } from '../../../src/evaluation/metrics/positive-ranks.ts';

/** The definition: sort the row stably, drop what is ignored, look where the right answers are. */
function bySorting(scores: number[], positives: number[], ignored: number[]): number[] {
  const order = scores.map((_, row) => row).filter((row) => !ignored.includes(row));
  order.sort((a, b) => (scores[a] === scores[b] ? a - b : scores[a]! > scores[b]! ? -1 : 1));
  return order.flatMap((row, place) => (positives.includes(row) ? [place + 1] : []));
}

const score = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.double({ noNaN: true, min: -1, max: 1 }),
  fc.constantFrom(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, 0, -0, 1e300, -1e300, 5e-324),
);
const rows = fc.array(fc.record({ score, role: fc.constantFrom('wrong', 'wrong', 'right', 'ignored') }), {
  minLength: 1,
  maxLength: 60,
});
const withRole = (given: { role: string }[], role: string): number[] =>
  given.flatMap((one, row) => (one.role === role ? [row] : []));

describe('rankPositives', () => {
  it('agrees with a stable sort, whatever the scores, ties and infinities included', () => {
    fc.assert(
      fc.property(rows, score, (given, tau) => {
        const scores = given.map((one) => one.score);
        const positives = withRole(given, 'right');
        const ignored = withRole(given, 'ignored');
        const found = rankPositives(Float64Array.from(scores), { positives, ignored }, tau, 0);
        const keeps = (row: number): boolean => scores[row]! >= tau;
        expect([...found.ranks]).toEqual(bySorting(scores, positives, ignored));
        const best = Math.max(...scores.filter((_, row) => !ignored.includes(row)));
        expect(found.best === best).toBe(true);
        expect(found.considered).toBe(scores.length - ignored.length);
        expect(found.keptPositives).toBe(positives.filter(keeps).length);
        expect(found.kept).toBe(scores.filter((_, row) => keeps(row) && !ignored.includes(row)).length);
      }),
      { numRuns: 2000 },
    );
  });

  it('agrees with a stable sort on a long row of float32 scores', () => {
    let state = 7;
    const random = (): number => {
      state = (state * 1103515245 + 12345) % 2147483648;
      return state / 2147483648;
    };
    const scores = Float32Array.from({ length: 5000 }, () => Math.round(random() * 3000) / 3000);
    const positives = Array.from({ length: 25 }, (_, k) => k * 199);
    const ignored = Array.from({ length: 9 }, (_, k) => k * 401 + 1);
    const found = rankPositives(scores, { positives, ignored }, 0.5, 0);
    expect([...found.ranks]).toEqual(bySorting([...scores], positives, ignored));
  });

  it.each([
    ['a right answer', { positives: [1], ignored: [] }],
    ['a wrong answer', { positives: [0], ignored: [] }],
    ['an ignored row', { positives: [0], ignored: [1] }],
    ['any row of a query without an answer', { positives: [], ignored: [] }],
  ])('refuses NaN in %s and names query and gallery row', (_, relevance) => {
    expect(() => rankPositives(Float32Array.of(0.5, Number.NaN, 0.1), relevance, 0.3, 17)).toThrow(
      expect.objectContaining({
        code: 'DATASET_INVALID',
        message: expect.stringMatching(/query row 17 .*gallery row 1 /),
      }),
    );
  });

  it('refuses NaN where nothing cuts the ranking', () => {
    const rank = (tau: number): unknown =>
      rankPositives(Float32Array.of(1, Number.NaN), { positives: [], ignored: [] }, tau, 3);
    for (const tau of [0, Number.NEGATIVE_INFINITY]) expect(() => rank(tau)).toThrow(/query row 3 /);
  });

  it('keeps what equals τ, and everything from -Infinity', () => {
    const scores = Float64Array.of(Number.NEGATIVE_INFINITY, 0.5, 0.25, 0.75, 0.5);
    const kept = (tau: number): number[] => {
      const found = rankPositives(scores, { positives: [1, 2], ignored: [3] }, tau, 0);
      return [found.kept, found.keptPositives];
    };
    expect(kept(0.5)).toEqual([2, 1]);
    expect(kept(Number.NEGATIVE_INFINITY)).toEqual([4, 2]);
    expect(kept(Number.POSITIVE_INFINITY)).toEqual([0, 0]);
  });
});
