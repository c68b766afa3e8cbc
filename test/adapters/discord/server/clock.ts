/** The time of the local Discord, which tests move on, and its ids, which hold the time as Discord's do. */
const epoch = 1_420_070_400_000n;

export class Clock {
  #ahead = 0;
  #count = 0n;

  /** Milliseconds since 1970. */
  now(): number {
    return Date.now() + this.#ahead;
  }

  /** Time goes by for Discord alone: tokens and addresses expire. @param ms milliseconds */
  advance(ms: number): void {
    this.#ahead += ms;
  }

  /** A new id. Later ids are greater. */
  snowflake(): string {
    this.#count += 1n;
    return String(((BigInt(this.now()) - epoch) << 22n) | (this.#count & 0x3fffffn));
  }

  iso(at = this.now()): string {
    return new Date(at).toISOString().replace('Z', '000+00:00');
  }
}
