/** Is the person there: odds that move as they should, in galleries of every size, and agree with what measured them. */
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/foundation/package-root.ts';
import { Calibration } from '../../src/retrieval/calibration.ts';
import { decide } from '../../src/retrieval/decision.ts';
import { type PresenceNumbers, presenceOf } from '../../src/retrieval/presence.ts';

const found = {
  size: [30, 1000],
  rate: [0.1, 0.01, 0.001],
  threshold: [
    [0, 2, 4],
    [1, 3, 5],
  ],
};
const absent = { missRate: 0.1, below: -1 };
const numbers: PresenceNumbers = {
  cohort: 30,
  wide: { weights: { bias: 0.5, evidence: 1, size: 0.5, near: -2, far: -3, gap: 0.25 }, found, absent },
  narrow: { weights: { bias: -1, evidence: 1, size: 0.5 }, found, absent },
};
const ratio = (score: number): number => 20 * score - 8;
const odds = (scores: readonly number[], of: number, rate = 0.01) =>
  presenceOf(numbers, scores, ratio, of, rate);

/** Strangers by the rule that a line through them foretells: the k-th of n at 0.1 + 0.05 log(n / k). */
const strangers = (of: number, count = 100): number[] =>
  Array.from({ length: Math.min(of, count) }, (_, at) => 0.1 + 0.05 * Math.log(of / (at + 0.5)));

test('the features are those of the command that measured the weights', () => {
  // By features() of model/hpt/filter/open_set.py: evidence, near, far and gap of these very searches.
  const scores = strangers(2000);
  const value = 2000;
  const evidence = Math.log(scores.reduce((sum, score) => sum + Math.exp(ratio(score)), 0)) - Math.log(value);
  const mean = (from: number, to: number) =>
    scores.slice(from, to).reduce((sum, score) => sum + score, 0) / (to - from);
  // The line through ranks 21 to 100 is exact here, so the first stands log 2 above rank 1 of it.
  const gap = Math.log(2);
  expect(odds(scores, value).logOdds).toBeCloseTo(
    0.5 + evidence + 0.5 * Math.log(value) - 2 * mean(5, 20) - 3 * mean(20, 100) + 0.25 * gap,
    9,
  );
});

test('the more the first stands out, the likelier the person is there', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 101, max: 100_000 }),
      fc.double({ min: 0, max: 0.3, noNaN: true }),
      fc.double({ min: 0.001, max: 0.2, noNaN: true }),
      (of, above, more) => {
        const rest = strangers(of);
        const [, ...behind] = rest;
        const [weak, strong] = [rest[0]! + above, rest[0]! + above + more];
        expect(odds([strong, ...behind], of).logOdds).toBeGreaterThan(odds([weak, ...behind], of).logOdds);
      },
    ),
  );
});

test('thresholds: as measured at a point, stricter for a lower rate and never laxer in a larger gallery', () => {
  expect(odds(strangers(30), 30).foundFrom).toBeCloseTo(2, 9);
  expect(odds(strangers(1000), 1000, 0.001).foundFrom).toBeCloseTo(5, 9);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 1, max: 1e6 }), (m, n) => {
      const [small, large] = m < n ? [m, n] : [n, m];
      const at = (of: number, rate: number) => odds(strangers(of), of, rate);
      expect(at(large, 0.01).foundFrom).toBeGreaterThanOrEqual(at(small, 0.01).foundFrom);
      expect(at(small, 0.0005).foundFrom).toBeGreaterThan(at(small, 0.01).foundFrom);
      expect(at(small, 0.9).absentBelow).toBeLessThanOrEqual(at(small, 0.9).foundFrom);
    }),
  );
});

test('one candidate, two, or all alike: numbers, whatever there is', () => {
  for (const scores of [[0.5], [0.5, 0.4], Array<number>(29).fill(0.3), Array<number>(100).fill(0.3)]) {
    for (const of of [scores.length, 5000]) {
      expect(Number.isFinite(odds(scores, of).logOdds)).toBe(true);
    }
  }
});

describe('the shipped numbers', async () => {
  const shipped = await Calibration.read(join(packageRoot(), 'model/chatreid-tiny'));
  /** As strangers are in the shipped impostor table: a tenth more for each factor of ten. */
  const others = (of: number): number[] =>
    Array.from({ length: Math.min(of - 1, 99) }, (_, at) => 0.23 + 0.1 * Math.log10(of / (at + 1)));
  const decided = (scores: readonly number[], of: number) => {
    const confidences = shipped.confidences(
      'image',
      scores.map((score) => ({ score })),
      of,
    );
    return decide(
      shipped,
      'image',
      scores.map((filterScore, at) => ({ filterScore, confidence: confidences[at]! })),
      of,
      0.01,
    );
  };

  test.each([1, 3, 30, 1000, 20_000, 100_000])('the very picture is found among %i', (of) => {
    const { decision, decisionDetail } = decided([1, ...others(of)], of);
    expect(decision).toBe('found');
    expect(decisionDetail.here!).toBeGreaterThan(0.9);
  });

  test.each([100, 1000, 20_000])(
    'the same likeness says less among strangers who are much alike: %i',
    (of) => {
      const first = others(of)[0]! + 0.05;
      const here = (shift: number) => {
        const strangers = others(of).map((score) => Math.min(first, score + shift));
        return decided([first, ...strangers], of).decisionDetail.here!;
      };
      expect(here(0.04)).toBeLessThan(here(-0.1));
    },
  );

  test.each([3, 30, 1000, 20_000])('strangers as strangers are, and nobody stands out among %i', (of) => {
    const { decision, decisionDetail } = decided(
      others(of + 1).map((score) => score - 0.15),
      of,
    );
    expect(decision).toBe('not-in-gallery');
    expect(decisionDetail.sentence).toMatch(/at all is .* \(50 % before the search\)/);
    expect(decisionDetail.here!).toBeLessThan(decisionDetail.absentBelow);
  });
});
