/** The draw of the next token. */
import { expect, test } from 'vitest';
import { greedy, sample, seededRandom } from '../../src/engine/sampling.ts';

const logits = Float32Array.from([Math.log(0.1), Math.log(0.5), Math.log(0.15), Math.log(0.25)]);

function shares(temperature: number, topP: number): number[] {
  const random = seededRandom(7);
  const counts = [0, 0, 0, 0];
  const draws = 20_000;
  for (let i = 0; i < draws; i++) {
    const token = sample(logits, { temperature, topP }, random);
    counts[token] = (counts[token] as number) + 1;
  }
  return counts.map((count) => count / draws);
}

function expectNear(actual: readonly number[], expected: readonly number[]): void {
  actual.forEach((share, i) => {
    expect(Math.abs(share - (expected[i] as number))).toBeLessThan(0.015);
  });
}

test('greedy takes the first of the largest', () => {
  expect(greedy(Float32Array.from([1, 3, 3, 2]))).toBe(1);
  expect(sample(logits, { temperature: 0, topP: 1 }, seededRandom(0))).toBe(1);
});

test('temperature 1 draws by the probabilities', () => {
  expectNear(shares(1, 1), [0.1, 0.5, 0.15, 0.25]);
});

test('a high temperature flattens them', () => {
  const weights = [0.1, 0.5, 0.15, 0.25].map((share) => Math.sqrt(share));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  expectNear(
    shares(2, 1),
    weights.map((weight) => weight / sum),
  );
});

test('the nucleus is the fewest tokens that reach the share', () => {
  expectNear(shares(1, 0.7), [0, 0.5 / 0.75, 0, 0.25 / 0.75]);
  expectNear(shares(1, 0.5), [0, 1, 0, 0]);
});

test('the same seed gives the same draws', () => {
  const [a, b, c] = [seededRandom(1), seededRandom(1), seededRandom(2)];
  const draws = (random: () => number) => Array.from({ length: 5 }, random);
  const first = draws(a);
  expect(draws(b)).toEqual(first);
  expect(draws(c)).not.toEqual(first);
  expect(first.every((draw) => draw >= 0 && draw < 1)).toBe(true);
});
