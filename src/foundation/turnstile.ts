/** Lets work through in the order of its coming: so many at once, so far apart, so many a minute, whatever the wall clock is set to. */

export interface TurnstileOptions {
  /** How many run at once. Default: any number. */
  readonly atOnce?: number;
  /** Milliseconds from one beginning to the next, at least. Default 0. */
  readonly betweenMs?: number;
  /** Beginnings in any minute, at most. Default: any number. */
  readonly perMinute?: number;
}

const minuteMs = 60_000;

export class Turnstile {
  readonly #waiting: (() => void)[] = [];
  readonly #options: Required<TurnstileOptions>;
  /** Of the last minute, by the clock of `performance`. */
  #begun: number[] = [];
  #running = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor({ atOnce = Infinity, betweenMs = 0, perMinute = Infinity }: TurnstileOptions) {
    this.#options = { atOnce, betweenMs, perMinute };
  }

  run<Result>(work: () => Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push(() => {
        work()
          .then(resolve, reject)
          .finally(() => {
            this.#running--;
            this.#letThrough();
          });
      });
      this.#letThrough();
    });
  }

  #letThrough(): void {
    while (this.#waiting.length > 0 && this.#running < this.#options.atOnce) {
      const waitMs = this.#waitMs();
      if (waitMs > 0) {
        this.#timer ??= setTimeout(() => {
          this.#timer = undefined;
          this.#letThrough();
        }, waitMs);
        return;
      }
      this.#running++;
      if (this.#isPaced) this.#begun.push(performance.now());
      this.#waiting.shift()?.();
    }
  }

  get #isPaced(): boolean {
    return this.#options.betweenMs > 0 || this.#options.perMinute < Infinity;
  }

  #waitMs(): number {
    const { betweenMs, perMinute } = this.#options;
    const now = performance.now();
    this.#begun = this.#begun.filter((at) => now - at < Math.max(minuteMs, betweenMs));
    const last = this.#begun.at(-1) ?? -Infinity;
    const first = this.#begun.length < perMinute ? -Infinity : (this.#begun.at(-perMinute) ?? -Infinity);
    return Math.ceil(Math.max(last + betweenMs, first + minuteMs) - now);
  }
}
