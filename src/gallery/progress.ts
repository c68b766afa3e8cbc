/** How fast a long job goes and how long it will still take; drawing it is somebody else's business. */

export interface ProgressReport {
  readonly done: number;
  readonly total: number;
  /** Over the last ten seconds or so. */
  readonly perSecond: number;
  /** Undefined until there is something to judge by. */
  readonly secondsLeft?: number;
}

const windowMs = 10_000;

export class Progress {
  #samples: { readonly at: number; readonly done: number }[];
  #done = 0;

  constructor(
    private total: number,
    /** Milliseconds. */
    private readonly now: () => number = () => performance.now(),
  ) {
    this.#samples = [{ at: now(), done: 0 }];
  }

  advance(count: number): void {
    this.#done += count;
    const at = this.now();
    this.#samples.push({ at, done: this.#done });
    // The last sample before the window stays, so that the window is always full.
    while ((this.#samples[1]?.at ?? at) <= at - windowMs) this.#samples.shift();
  }

  report(): ProgressReport {
    const first = this.#samples[0];
    const seconds = (this.now() - (first?.at ?? 0)) / 1000;
    const perSecond = seconds > 0 ? (this.#done - (first?.done ?? 0)) / seconds : 0;
    const left = this.total - this.#done;
    return {
      done: this.#done,
      total: this.total,
      perSecond,
      ...(left <= 0 ? { secondsLeft: 0 } : perSecond > 0 ? { secondsLeft: left / perSecond } : {}),
    };
  }
}
