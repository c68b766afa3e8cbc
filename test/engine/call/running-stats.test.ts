/** Counters of several children add up; what a dead one held in memory is gone, what it left on disk is not. */
import { expect, it } from 'vitest';
import { noStats, RunningStats } from '../../../src/engine/call/running-stats.ts';
import type { EngineStats } from '../../../src/engine/engine.ts';

const cache = { hits: 3, misses: 1, bytes: 100, limitBytes: 1000 };
const one: EngineStats = {
  prompts: 5,
  tokens: 70,
  pictureTokens: 45,
  restarts: 0,
  caches: { features: cache, featuresOnDisk: cache, prefixes: cache },
};

it('adds up', () => {
  const stats = new RunningStats();
  expect(stats.total(0)).toEqual(noStats);
  stats.update({ ...one, prompts: 4 });
  stats.update(one);
  expect(stats.total(0)).toEqual(one);

  stats.bank();
  const alone = stats.total(1);
  expect(alone).toMatchObject({ prompts: 5, tokens: 70, pictureTokens: 45, restarts: 1 });
  expect(alone.caches.features).toEqual({ ...cache, bytes: 0 });
  expect(alone.caches.featuresOnDisk).toEqual(cache);

  stats.update(one);
  const both = stats.total(1);
  expect(both).toMatchObject({ prompts: 10, tokens: 140, pictureTokens: 90 });
  expect(both.caches.prefixes).toEqual({ hits: 6, misses: 2, bytes: 100, limitBytes: 1000 });
});
