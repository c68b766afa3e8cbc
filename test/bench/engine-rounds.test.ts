/** The modes that the benchmark compares do what their names say: seen in what they compute, not in how long it takes. */
import { expect, test } from 'vitest';
import { modeNames } from '../../bench/engine-modes.ts';
import { timeModes, type TimedMode } from '../../bench/engine-rounds.ts';
import { tinyModel } from '../support/tiny-model.ts';

test('each cache saves what it is for', async () => {
  const size = { width: 64, height: 128 };
  const candidates = 5;
  const timed = await timeModes({
    model: tinyModel,
    size,
    modes: modeNames,
    candidates,
    sample: 2,
    rounds: 2,
  });
  const find = (turn: string, mode: string) =>
    timed.find((row) => row.turn === turn && row.mode === mode) as TimedMode;
  for (const row of timed) expect(row.rates).toHaveLength(2);

  const naive = find('text follow-up', 'naive');
  expect(naive.visionTokens).toBe(10);
  expect(find('text follow-up', 'features only').visionTokens).toBe(0);
  expect(find('text follow-up', 'features only').tokens).toBe(naive.tokens);
  expect(find('text follow-up', 'prefixes only').tokens).toBeLessThan(naive.tokens);
  expect(find('text follow-up', 'batching only').visionTokens).toBe(10);
  expect(find('text follow-up', 'all').visionTokens).toBe(0);
  expect(find('text follow-up', 'all').tokens).toBe(find('text follow-up', 'prefixes only').tokens);
  // One question for all five.
  const choice = find('text follow-up', 'best choice');
  expect(choice.visionTokens).toBe(0);
  expect(choice.tokens).toBeLessThan(find('text follow-up', 'all').tokens / 2);

  expect(find('new picture', 'naive').visionTokens).toBe(20);
  // The new query picture: for each candidate anew, or once.
  expect(find('new picture', 'prefixes only').visionTokens).toBe(10);
  expect(find('new picture', 'all').visionTokens).toBe(10 / candidates);
  expect(find('new picture', 'batching only').visionTokens).toBe(10 + 10 / candidates);
});
