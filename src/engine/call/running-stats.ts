/** Counters over the lives of several children. */
import type { CacheStats, EngineStats } from '../engine.ts';

const noCache: CacheStats = { hits: 0, misses: 0, bytes: 0, limitBytes: 0 };

export const noStats: EngineStats = {
  prompts: 0,
  tokens: 0,
  pictureTokens: 0,
  restarts: 0,
  caches: { features: noCache, featuresOnDisk: noCache, prefixes: noCache },
};

export class RunningStats {
  #past: EngineStats = noStats;
  #now: EngineStats = noStats;

  /** The counters of the child that lives. */
  update(stats: EngineStats): void {
    this.#now = stats;
  }

  /** The child has died: its counts stay, and what it held in memory is gone. */
  bank(): void {
    const sum = add(this.#past, this.#now);
    const { features, featuresOnDisk, prefixes } = sum.caches;
    this.#past = {
      ...sum,
      caches: { features: { ...features, bytes: 0 }, featuresOnDisk, prefixes: { ...prefixes, bytes: 0 } },
    };
    this.#now = noStats;
  }

  total(restarts: number): EngineStats {
    return { ...add(this.#past, this.#now), restarts };
  }
}

function add(past: EngineStats, now: EngineStats): EngineStats {
  const cache = (before: CacheStats, after: CacheStats): CacheStats => ({
    hits: before.hits + after.hits,
    misses: before.misses + after.misses,
    // Sizes are states, not counts: the latest that is known stands.
    bytes: after.bytes || before.bytes,
    limitBytes: after.limitBytes || before.limitBytes,
  });
  return {
    prompts: past.prompts + now.prompts,
    tokens: past.tokens + now.tokens,
    pictureTokens: past.pictureTokens + now.pictureTokens,
    restarts: past.restarts,
    caches: {
      features: cache(past.caches.features, now.caches.features),
      featuresOnDisk: cache(past.caches.featuresOnDisk, now.caches.featuresOnDisk),
      prefixes: cache(past.caches.prefixes, now.caches.prefixes),
    },
  };
}
