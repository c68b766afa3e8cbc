/** Long lists in slices: order kept, few at a time, and no further slice after an error. */
import { expect, it } from 'vitest';
import { inSlices } from '../../../src/engine/process/slices.ts';

const items = Array.from({ length: 10 }, (_, i) => i);
const never = (): void => expect.fail('nothing went wrong');

it('keeps the order, whichever slice is done first', async () => {
  let under = 0;
  let most = 0;
  const run = async (slice: readonly number[]) => {
    most = Math.max(most, ++under);
    for (let turn = slice[0] ?? 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
    under--;
    return slice.map((item) => item * 2);
  };
  expect(await inSlices(items, 3, 2, run, never)).toEqual(items.map((item) => item * 2));
  expect(most).toBe(2);
  expect(await inSlices([], 3, 2, run, never)).toEqual([]);
});

it('ends with the first error and begins nothing after it', async () => {
  const begun: number[] = [];
  const run = async (slice: readonly number[]) => {
    begun.push(slice[0] ?? 0);
    if (slice.includes(4)) throw new Error('four');
    return slice;
  };
  let told: unknown;
  const giveUp = (error: unknown): void => {
    told = error;
  };
  await expect(inSlices(items, 2, 1, run, giveUp)).rejects.toThrow('four');
  expect(told).toMatchObject({ message: 'four' });
  expect(begun).toEqual([0, 2, 4]);
});
