/** Calibration: confidences between 0 and 1 that behave as probabilities should, and thresholds that follow the gallery's size. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/foundation/package-root.ts';
import { Calibration } from '../../src/retrieval/calibration.ts';
import { decide } from '../../src/retrieval/decision.ts';
import { calibrationNumbers } from '../support/calibration-numbers.ts';

const calibration = new Calibration(calibrationNumbers);
const score = fc.double({ min: -1, max: 1, noNaN: true });
const size = fc.integer({ min: 1, max: 1_000_000 });

const alone = (score: number, of: number, negatives: number[] = []) =>
  calibration.confidences('image', [{ score, negatives }], of)[0]!;

test('confidence rises with similarity, falls with the size of the gallery, and stays in 0..1', () => {
  fc.assert(
    fc.property(score, score, size, size, (a, b, m, n) => {
      const [low, high] = a < b ? [a, b] : [b, a];
      const [small, large] = m < n ? [m, n] : [n, m];
      const c = alone(low, large);
      expect(c).toBeGreaterThanOrEqual(0);
      expect(alone(high, large)).toBeGreaterThanOrEqual(c);
      expect(alone(high, small)).toBeLessThanOrEqual(1);
      expect(alone(low, small)).toBeGreaterThanOrEqual(c);
    }),
  );
});

test('a list of confidences falls as its scores do', () => {
  fc.assert(
    fc.property(fc.array(score, { minLength: 1, maxLength: 100 }), size, (scores, of) => {
      const falling = scores.toSorted((a, b) => b - a);
      const list = calibration.confidences(
        'image',
        falling.map((score) => ({ score })),
        of,
      );
      expect(list).toEqual(list.toSorted((a, b) => b - a));
    }),
  );
});

test('the number of matches is the one that agrees with itself', () => {
  const scores = [0.8, 0.75, 0.7, 0.55, 0.3];
  const list = calibration.confidences(
    'image',
    scores.map((score) => ({ score })),
    5000,
  );
  const matches = 1 + list.reduce((sum, p) => sum + p, 0);
  for (const [i, score] of scores.entries()) {
    const odds = (Math.exp(calibration.logLikelihoodRatio('image', score)) * matches) / (5000 - matches);
    expect(list[i]).toBeCloseTo(odds / (1 + odds), 4);
  }
});

test('several good likenesses strengthen each other', () => {
  const one = alone(0.8, 5000);
  const four = calibration.confidences(
    'image',
    [0.8, 0.8, 0.8, 0.8].map((score) => ({ score })),
    5000,
  );
  expect(four[0]).toBeGreaterThan(one);
});

test('a candidate that looks like somebody ruled out loses confidence, one that does not keeps it', () => {
  const plain = alone(0.8, 100);
  expect(alone(0.8, 100, [0.95])).toBeLessThan(plain / 2);
  expect(alone(0.8, 100, [-0.5])).toBeCloseTo(plain, 2);
});

test('the larger the gallery, the more likeness "found" takes; a stricter rate takes more', () => {
  fc.assert(
    fc.property(size, size, (m, n) => {
      const [small, large] = m < n ? [m, n] : [n, m];
      expect(calibration.foundFrom('image', 0.01, large)).toBeGreaterThanOrEqual(
        calibration.foundFrom('image', 0.01, small),
      );
      expect(calibration.foundFrom('image', 0.001, small)).toBeGreaterThan(
        calibration.foundFrom('image', 0.01, small),
      );
    }),
  );
});

test('at a table point the threshold is the measured one', () => {
  // One picture searched at a rate of 1e-3 is one pair at 1e-3.
  expect(calibration.foundFrom('image', 1e-3, 1)).toBeCloseTo(0.6, 9);
});

test('decisions: strong is found, middling or doubtful is unsure, weak or nobody is not in the gallery', () => {
  const at = (of: number, ...scores: [filterScore: number, confidence: number][]) =>
    decide(
      calibration,
      'image',
      scores.map(([filterScore, confidence]) => ({ filterScore, confidence })),
      of,
      0.01,
    );
  expect(at(100, [0.95, 0.9]).decision).toBe('found');
  expect(at(100, [0.95, 0.3]).decision).toBe('unsure');
  expect(at(100, [0.6, 0.9]).decision).toBe('unsure');
  expect(at(100, [0.2, 0.9], [0.6, 0.1]).decision).toBe('unsure');
  expect(at(100, [0.2, 0.9]).decision).toBe('unsure');
  expect(at(100, [0.2, 0.1]).decision).toBe('not-in-gallery');
  expect(at(100, [0.95, 0.3]).decisionDetail.sentence).toMatch(/less likely the person than not/);
  expect(at(0).decision).toBe('not-in-gallery');
  expect(at(0).decisionDetail.sentence).toMatch(/no picture matches/);
  expect(at(1, [0.95, 0.9]).decisionDetail.sentence).toMatch(/1 picture /);
});

test('a folder without a usable calibration is named with what to do', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'chatreid-calibration-'));
  try {
    await expect(Calibration.read(folder)).rejects.toMatchObject({ code: 'MODEL_MISSING' });
    await writeFile(join(folder, 'chatreid.json'), '{"filter": {"tau": {"image": "high"}}}');
    await expect(Calibration.read(folder)).rejects.toMatchObject({ code: 'MODEL_DAMAGED' });
    await writeFile(join(folder, 'chatreid.json'), '{');
    await expect(Calibration.read(folder)).rejects.toMatchObject({ code: 'MODEL_DAMAGED' });
  } finally {
    await rm(folder, { recursive: true });
  }
});

describe('the shipped calibration', async () => {
  const shipped = await Calibration.read(join(packageRoot(), 'model/chatreid-tiny'));

  test.each(['image', 'text', 'mixed'] as const)(
    'nobody is found for a %s query by no likeness at all',
    (kind) => {
      const [confidence] = shipped.confidences(kind, [{ score: -0.2 }], 1000);
      expect(confidence).toBeLessThan(0.01);
      const ranking = [{ filterScore: -0.2, confidence: confidence! }];
      expect(decide(shipped, kind, ranking, 1000, 0.01).decision).toBe('not-in-gallery');
    },
  );
});
