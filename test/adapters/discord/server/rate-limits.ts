/** Rate limits: a bucket a route and channel, and the fifty requests a second of the whole bot. */

export interface BucketSize {
  readonly limit: number;
  readonly perMs: number;
}

export interface Counted {
  readonly headers: Readonly<Record<string, string>>;
  /** Seconds to wait, where it was too much. */
  readonly retryAfter?: number;
  readonly global?: boolean;
}

const global: BucketSize = { limit: 50, perMs: 1000 };

export class RateLimits {
  readonly #buckets = new Map<string, { left: number; until: number }>();
  #all = { left: global.limit, until: 0 };

  /** @param sizes of routes by their name; `*` of all others */
  constructor(private readonly sizes: Readonly<Record<string, BucketSize>>) {}

  /** @param major the channel, guild or webhook that has a bucket of its own */
  count(route: string, major: string): Counted {
    // Answers to interactions have no limit but their own.
    const everywhere = route === 'callback' || route === 'original' || route === 'followup';
    const now = Date.now();
    if (!everywhere) {
      if (now >= this.#all.until) this.#all = { left: global.limit, until: now + global.perMs };
      if (this.#all.left === 0) return this.#tooMany(this.#all.until - now, true, {});
      this.#all.left -= 1;
    }
    const size = this.sizes[route] ?? this.sizes['*']!;
    const key = `${route} ${major}`;
    let bucket = this.#buckets.get(key);
    if (bucket === undefined || now >= bucket.until) {
      bucket = { left: size.limit, until: now + size.perMs };
      this.#buckets.set(key, bucket);
    }
    const over = bucket.left === 0;
    if (!over) bucket.left -= 1;
    const headers = {
      'x-ratelimit-limit': String(size.limit),
      'x-ratelimit-remaining': String(bucket.left),
      'x-ratelimit-reset': (bucket.until / 1000).toFixed(3),
      'x-ratelimit-reset-after': ((bucket.until - now) / 1000).toFixed(3),
      'x-ratelimit-bucket': Buffer.from(route).toString('hex'),
    };
    return over ? this.#tooMany(bucket.until - now, false, headers) : { headers };
  }

  #tooMany(ms: number, everywhere: boolean, headers: Readonly<Record<string, string>>): Counted {
    const retryAfter = ms / 1000;
    return {
      headers: { ...headers, ...limitedHeaders(retryAfter, everywhere) },
      retryAfter,
      global: everywhere,
    };
  }
}

/** Of a 429. @param seconds to wait */
export function limitedHeaders(seconds: number, everywhere: boolean): Readonly<Record<string, string>> {
  return {
    'retry-after': String(everywhere ? seconds : Math.ceil(seconds * 1000) / 1000),
    'x-ratelimit-scope': everywhere ? 'global' : 'user',
    ...(everywhere
      ? { 'x-ratelimit-global': 'true' }
      : { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset-after': String(seconds) }),
  };
}
