/** The language model's answers weighed with the filter: order, probabilities, and what is read from a model folder. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Calibration } from '../../src/retrieval/calibration.ts';
import { fuse, type KindFusion, readFusion } from '../../src/retrieval/fusion.ts';
import { calibrationNumbers } from '../support/calibration-numbers.ts';

const calibration = new Calibration(calibrationNumbers);
const numbers: KindFusion = {
  pair: { filter: 0.5, language: 2, bias: -1 },
  choice: { filter: 0.5, language: 1 },
  pairs: 100,
  people: 10,
};
const llr = (score: number) => calibration.logLikelihoodRatio('image', score);
const judged = (score: number, answer: { logit?: number; strength?: number }) => ({
  candidate: { score },
  ...answer,
});
const run = (...args: [Parameters<typeof fuse>[3], Parameters<typeof fuse>[4]?, number?]) =>
  fuse(calibration, 'image', numbers, args[0], args[1] ?? [], args[2] ?? 1000);

test('a compared candidate weighs what the weights say, and its confidence follows from the shared prior', () => {
  const [first, second] = run([judged(0.5, { logit: 1 }), judged(0.6, { logit: -3 })]);
  expect(first!.candidate.score).toBe(0.5);
  expect(first!.ratio).toBeCloseTo(0.5 * llr(0.5) + 2 - 1, 12);
  expect(second!.ratio).toBeCloseTo(0.5 * llr(0.6) - 6 - 1, 12);
  const expected = calibration.posteriors([first!.ratio, second!.ratio], [{}, {}], 1000);
  expect([first!.confidence, second!.confidence]).toEqual(expected);
});

test('a choice says who, and not whether: all candidates of it weigh together what they weighed before', () => {
  const worth = (list: readonly number[]) => Math.log(list.reduce((sum, value) => sum + Math.exp(value), 0));
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          score: fc.double({ min: 0, max: 1, noNaN: true }),
          strength: fc.double({ min: -40, max: 0, noNaN: true }),
        }),
        { minLength: 1, maxLength: 30 },
      ),
      (list) => {
        const fused = run(list.map(({ score, strength }) => judged(score, { strength })));
        expect(worth(fused.map(({ ratio }) => ratio))).toBeCloseTo(
          worth(list.map(({ score }) => llr(score))),
          6,
        );
        const ratios = fused.map(({ ratio }) => ratio);
        // Equal but for rounding is in order, too.
        ratios.slice(1).forEach((ratio, at) => {
          expect(ratio).toBeLessThanOrEqual(ratios[at]! + 1e-9);
        });
      },
    ),
  );
});

test('finalists stand before those that only a choice knows', () => {
  const fused = run([judged(0.2, { logit: -5, strength: -9 }), judged(0.9, { strength: 0 })]);
  expect(fused.map(({ candidate }) => candidate.score)).toEqual([0.2, 0.9]);
});

test('somebody ruled out stays ruled out, whatever the language model says', () => {
  const twin = { candidate: { score: 0.9, negatives: [0.97] }, logit: 3 };
  const fused = run([twin, judged(0.8, { logit: 3 })]);
  expect(fused[0]!.candidate.score).toBe(0.8);
  expect(fused[1]!.confidence).toBeLessThan(0.5);
});

test('an infinite answer is a very sure one', () => {
  const fused = run([
    judged(0.5, { logit: Number.POSITIVE_INFINITY }),
    judged(0.5, { logit: Number.NEGATIVE_INFINITY }),
  ]);
  for (const { ratio, confidence } of fused) {
    expect(Number.isFinite(ratio)).toBe(true);
    expect(confidence).toBeGreaterThanOrEqual(0);
    expect(confidence).toBeLessThanOrEqual(1);
  }
});

describe('in a model folder', () => {
  test('is read where it is, missed where it is not, and refused where it is damaged', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'chatreid-fusion-'));
    const write = (content: unknown) => writeFile(join(folder, 'chatreid.json'), JSON.stringify(content));
    try {
      expect(await readFusion(folder)).toBeUndefined();
      await write({ format: 1 });
      expect(await readFusion(folder)).toBeUndefined();
      await write({ language: { files: [], calibration: { image: numbers } } });
      expect(await readFusion(folder)).toEqual({ image: numbers });
      await write({ language: { calibration: { image: { pair: 'much' } } } });
      await expect(readFusion(folder)).rejects.toMatchObject({ code: 'MODEL_DAMAGED' });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
