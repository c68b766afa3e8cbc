/** Prefix keys: found exactly, the longest first, bounded, computed once. */
import { describe, expect, test } from 'vitest';
import { KeyCache } from '../../src/engine/key-cache.ts';
import type { PastKeys } from '../../src/engine/past-keys.ts';
import type { EncodedPrompt } from '../../src/engine/prompt-encoder.ts';

function prompt(ids: readonly number[], options: Partial<EncodedPrompt> = {}): EncodedPrompt {
  return {
    version: 'v@1',
    ids: Int32Array.from(ids),
    pictures: [],
    positions: { ids: new Int32Array(3 * ids.length), delta: 0 },
    marks: [],
    ...options,
  };
}

const keys = (length: number, floats = 4): PastKeys => ({
  length,
  arrays: [new Float32Array(length * floats)],
});
const picture = (pictureId: string, start = 1) => [{ start, tokens: 2, grid: [1, 2, 4] as const, pictureId }];

describe('finding', () => {
  test('the longest kept prefix wins, and is always shorter than the prompt', () => {
    const cache = new KeyCache(1e6);
    const [two, four] = [keys(2), keys(4)];
    cache.store(prompt([1, 2, 3, 4, 5]), two);
    cache.store(prompt([1, 2, 3, 4, 5]), four);
    expect(cache.longest(prompt([1, 2, 3, 4, 9]))).toBe(four);
    expect(cache.longest(prompt([1, 2, 3, 4]))).toBe(two);
    expect(cache.longest(prompt([1, 2, 7, 7, 7]))).toBe(two);
    expect(cache.longest(prompt([1, 7, 3, 4, 5]))).toBeUndefined();
    expect(cache.longest(prompt([1]))).toBeUndefined();
  });

  test('another picture, another place or another prompt version is another prefix', () => {
    const cache = new KeyCache(1e6);
    const ids = [5, 8, 8, 6, 7];
    const kept = keys(4);
    cache.store(prompt(ids, { pictures: picture('a') }), kept);
    expect(cache.longest(prompt(ids, { pictures: picture('a') }))).toBe(kept);
    expect(cache.longest(prompt(ids, { pictures: picture('b') }))).toBeUndefined();
    expect(cache.longest(prompt(ids))).toBeUndefined();
    expect(cache.longest(prompt(ids, { pictures: picture('a'), version: 'v@2' }))).toBeUndefined();
    const turned = picture('a').map((span) => ({ ...span, grid: [1, 4, 2] as const }));
    expect(cache.longest(prompt(ids, { pictures: turned }))).toBeUndefined();
  });

  test('hits and misses are counted by what a prompt marks', () => {
    const cache = new KeyCache(1e6);
    const marked = prompt([1, 2, 3, 4], { marks: [2, 3] });
    cache.longest(marked);
    cache.store(marked, keys(2));
    cache.longest(marked);
    cache.store(marked, keys(3));
    cache.longest(marked);
    cache.longest(prompt([9, 9]));
    expect(cache.stats()).toMatchObject({ hits: 1, misses: 2 });
  });
});

describe('bounds', () => {
  test('bytes stay within the limit, the least recently used go first', () => {
    const one = keys(4);
    const bytes = 4 * 4 * 4 + 4 * 4;
    const cache = new KeyCache(3 * bytes);
    const prompts = [1, 2, 3, 4].map((first) => prompt([first, 0, 0, 0, 0]));
    for (const each of prompts.slice(0, 3)) cache.store(each, one);
    expect(cache.stats().bytes).toBe(3 * bytes);
    expect(cache.longest(prompts[0] as EncodedPrompt)).toBe(one);
    cache.store(prompts[3] as EncodedPrompt, one);
    expect(cache.stats()).toMatchObject({ bytes: 3 * bytes, limitBytes: 3 * bytes });
    expect(prompts.map((each) => cache.longest(each) !== undefined)).toEqual([true, false, true, true]);
    cache.store(prompt(new Array(100).fill(7)), keys(99));
    expect(cache.stats().bytes).toBe(3 * bytes);
    cache.clear();
    expect(cache.stats().bytes).toBe(0);
  });

  test('storing the same again takes no more room', () => {
    const cache = new KeyCache(1e6);
    for (let i = 0; i < 3; i++) cache.store(prompt([1, 2, 3]), keys(2));
    expect(cache.stats().bytes).toBe(2 * 4 * 4 + 8);
    expect(cache.longest(prompt([1, 2, 3]))).toBeDefined();
  });

  test('a limit of nothing keeps nothing', () => {
    const cache = new KeyCache(0);
    cache.store(prompt([1, 2, 3]), keys(2));
    expect(cache.longest(prompt([1, 2, 3]))).toBeUndefined();
    expect(cache.stats()).toMatchObject({ bytes: 0, limitBytes: 0 });
  });

  test('a forgotten picture is in no prefix', () => {
    const cache = new KeyCache(1e6);
    const ids = [5, 8, 8, 6, 7];
    cache.store(prompt(ids, { pictures: picture('a') }), keys(4));
    cache.store(prompt(ids, { pictures: picture('b') }), keys(4));
    cache.forget('a');
    expect(cache.longest(prompt(ids, { pictures: picture('a') }))).toBeUndefined();
    expect(cache.longest(prompt(ids, { pictures: picture('b') }))).toBeDefined();
  });
});

test('what one call announces another waits for, whether it comes or not', async () => {
  const cache = new KeyCache(1e6);
  const asked = prompt([1, 2, 3]);
  expect(cache.computing(asked, 2)).toBeUndefined();
  const settle = cache.announce(asked, 2);
  const waiting = cache.computing(prompt([1, 2, 9]), 2);
  const computed = keys(2);
  settle(computed);
  expect(await waiting).toBe(computed);
  expect(cache.computing(asked, 2)).toBeUndefined();
  expect(cache.longest(asked)).toBe(computed);
  const other = prompt([4, 5, 6]);
  const giveUp = cache.announce(other, 2);
  const disappointed = cache.computing(other, 2);
  giveUp();
  expect(await disappointed).toBeUndefined();
  expect(cache.longest(other)).toBeUndefined();
});
