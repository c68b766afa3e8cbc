/** Confidence, best choice and the order of a whole list. */
import { expect, test } from 'vitest';
import type { Engine } from '../../src/engine/engine.ts';
import {
  bestChoice,
  choiceLabels,
  confidence,
  fullOrder,
  maskedOrder,
  softmax,
  yesProbability,
} from '../../src/engine/scorer.ts';
import { ask } from '../support/prompts.ts';

/** Knows only rows of scores. */
function fake(rows: number[][]): { engine: Engine; calls: unknown[][] } {
  const calls: unknown[][] = [];
  const engine = {
    score: async (...call: unknown[]) => {
      calls.push(call);
      return rows;
    },
  };
  return { engine: engine as unknown as Engine, calls };
}

test('confidence is the sigmoid of yes less no, whatever constant a row has', async () => {
  const { engine, calls } = fake([
    [2, 1],
    [-98, -99],
    [0, 800],
    [800, 0],
  ]);
  const options = { naive: true };
  const prompts = [ask('a'), ask('b'), ask('c'), ask('d')];
  const values = await confidence(engine, prompts, options);
  expect(values[0]).toBeCloseTo(1 / (1 + Math.exp(-1)), 12);
  expect(values[1]).toBeCloseTo(values[0] as number, 12);
  expect(values.slice(2)).toEqual([0, 1]);
  expect(calls).toEqual([[prompts, ['Yes', 'No'], options]]);
});

test('best choice sums to one over the labels', async () => {
  const { engine } = fake([[-1000, -1001, -1002]]);
  const shares = await bestChoice(engine, ask('x'), choiceLabels(3));
  const sum = 1 + Math.exp(-1) + Math.exp(-2);
  [1, Math.exp(-1), Math.exp(-2)].forEach((weight, i) => {
    expect(shares[i]).toBeCloseTo(weight / sum, 12);
  });
});

test('the full order takes the best, masks it and goes on, from one question', async () => {
  const { engine, calls } = fake([[1, 3, 2, 3]]);
  const labels = choiceLabels(4);
  const order = await fullOrder(engine, ask('x'), labels);
  expect(calls).toHaveLength(1);
  expect(order.map(({ label }) => label)).toEqual(['B', 'D', 'C', 'A']);
  expect(order.map(({ index }) => index)).toEqual([1, 3, 2, 0]);
  expect(order[0]?.probability).toBeCloseTo(softmax([1, 3, 2, 3])[1] as number, 12);
  expect(order[1]?.probability).toBeCloseTo(softmax([1, 2, 3])[2] as number, 12);
  expect(order.at(-1)?.probability).toBe(1);
  expect(maskedOrder([], [])).toEqual([]);
});

test('labels are single letters, 52 of them', () => {
  expect(choiceLabels(3)).toEqual(['A', 'B', 'C']);
  const all = choiceLabels(52);
  expect(new Set(all).size).toBe(52);
  expect(all.at(-1)).toBe('z');
  for (const count of [0, 53, 1.5]) {
    expect(() => choiceLabels(count)).toThrowError(expect.objectContaining({ code: 'OPTION_INVALID' }));
  }
});

test('yes and no alike is one half', () => {
  expect(yesProbability([-3, -3])).toBe(0.5);
});
