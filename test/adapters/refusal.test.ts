/** Refusals: nobody who is turned away is missing from what is told, and nobody can fill a trail with it. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Refusal, Refusals } from '../../adapters/refusal.ts';

const told: Refusal[] = [];
const tell = (refusal: Refusal) => void told.push(refusal);
beforeEach(() => {
  told.length = 0;
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('the first of a person is told at once, the rest of the minute as one, and then it begins anew', () => {
  const refusals = new Refusals('web', tell);
  for (let time = 0; time < 1000; time++) refusals.add('web:203.0.113.9', 'wrong token');
  const one = { platform: 'web', user: 'web:203.0.113.9', why: 'wrong token' };
  expect(told).toEqual([{ ...one, times: 1 }]);
  vi.advanceTimersByTime(60_000);
  expect(told).toEqual([
    { ...one, times: 1 },
    { ...one, times: 999 },
  ]);
  refusals.add('web:203.0.113.9', 'wrong token');
  expect(told.at(-1)).toEqual({ ...one, times: 1 });
  expect(told).toHaveLength(3);
});

test('another reason is another entry', () => {
  const refusals = new Refusals('web', tell);
  refusals.add('web:203.0.113.9', 'wrong token');
  refusals.add('web:203.0.113.9', 'other host');
  expect(told.map(({ why }) => why)).toEqual(['wrong token', 'other host']);
});

test('of a crowd sixty are named a minute, and all are counted', () => {
  const refusals = new Refusals('slack', tell);
  for (let user = 0; user < 5000; user++) refusals.add(`slack:T9/U${user}`, 'other workspace');
  vi.advanceTimersByTime(60_000);
  expect(told).toHaveLength(61);
  expect(told.at(-1)).toEqual({
    platform: 'slack',
    user: 'slack:',
    why: 'other workspace',
    times: 4940,
  });
  expect(told.reduce((sum, { times }) => sum + times, 0)).toBe(5000);
});

test('what is left is told at the end, and where nobody is told nothing is kept', () => {
  const refusals = new Refusals('discord', tell);
  for (let time = 0; time < 3; time++) refusals.add('discord:7', 'no role');
  refusals.flush();
  expect(told.map(({ times }) => times)).toEqual([1, 2]);
  new Refusals('discord', undefined).add('discord:7', 'no role');
  expect(vi.getTimerCount()).toBe(0);
});
