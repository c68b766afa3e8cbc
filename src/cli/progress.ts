/** How far long work has come: a bar with rate and remaining time on a terminal, a line every few seconds elsewhere. */
import type { Writable } from 'node:stream';
import { Presets, SingleBar } from 'cli-progress';
import { grouped } from './output.ts';

export interface Progress {
  /**
   * @param total undefined while it is not known yet
   * @param pace of whoever does the work, where they measure it; otherwise it is measured here from call to call
   */
  update(done: number, total: number | undefined, pace?: Pace): void;
  /** Leaves the cursor on a line of its own. Safe to call twice. */
  stop(): void;
}

export interface Pace {
  readonly perSecond: number;
  readonly secondsLeft?: number;
}

export interface ProgressOptions {
  /** What is counted, in the plural: `pictures`. */
  readonly noun: string;
  /** Milliseconds between two plain lines. Default 5,000. */
  readonly every?: number;
  /** Milliseconds. Default: the monotonic clock. */
  readonly now?: () => number;
}

export function progressOn(
  stream: Writable & { readonly isTTY?: boolean },
  options: ProgressOptions,
): Progress {
  return stream.isTTY === true ? new Bar(stream, options) : new Lines(stream, options);
}

/** Work in phases: each counts something of its own, at its own pace. */
export class PhasedProgress {
  #noun: string | undefined;
  #progress: Progress | undefined;

  constructor(private readonly stream: Writable & { readonly isTTY?: boolean }) {}

  /** @param noun what this phase counts; another noun begins another phase */
  update(noun: string, done: number, total: number | undefined, pace?: Pace): void {
    if (noun !== this.#noun) {
      this.stop();
      this.#noun = noun;
      this.#progress = progressOn(this.stream, { noun });
    }
    this.#progress?.update(done, total, pace);
  }

  stop(): void {
    this.#progress?.stop();
  }
}

/** Rate over the whole run: what was there before the run began does not count as fast. */
class Stopwatch {
  #start: { readonly at: number; readonly done: number } | undefined;

  constructor(private readonly now: () => number) {}

  measure(done: number, total: number | undefined): Pace {
    const at = this.now();
    this.#start ??= { at, done };
    const seconds = (at - this.#start.at) / 1000;
    const rate = seconds > 0 ? (done - this.#start.done) / seconds : 0;
    return {
      perSecond: rate,
      ...(rate > 0 && total !== undefined ? { secondsLeft: (total - done) / rate } : {}),
    };
  }
}

class Lines implements Progress {
  readonly #watch: Stopwatch;
  readonly #now: () => number;
  #said: number;

  constructor(
    private readonly stream: Writable,
    private readonly options: ProgressOptions,
  ) {
    this.#now = options.now ?? (() => performance.now());
    this.#watch = new Stopwatch(this.#now);
    this.#said = this.#now();
  }

  update(done: number, total: number | undefined, pace = this.#watch.measure(done, total)): void {
    const { rate, left } = words(pace);
    if (this.#now() - this.#said < (this.options.every ?? 5000)) return;
    this.#said = this.#now();
    const of = total === undefined ? '' : ` of ${grouped(total)}`;
    this.stream.write(`${grouped(done)}${of} ${this.options.noun} · ${rate} a second · ${left} left\n`);
  }

  stop(): void {}
}

class Bar implements Progress {
  readonly #bar: SingleBar;
  readonly #watch: Stopwatch;
  #started = false;

  constructor(stream: Writable, options: ProgressOptions) {
    this.#watch = new Stopwatch(options.now ?? (() => performance.now()));
    this.#bar = new SingleBar(
      {
        stream,
        format: `{bar} {percentage} % · {done} of {all} ${options.noun} · {rate}/s · {left} left`,
        hideCursor: true,
        clearOnComplete: true,
        stopOnComplete: false,
        gracefulExit: false,
        linewrap: null,
        fps: 5,
      },
      Presets.shades_classic,
    );
  }

  update(done: number, total: number | undefined, pace = this.#watch.measure(done, total)): void {
    const { rate, left } = words(pace);
    const all = total ?? Math.max(done, 1);
    const values = {
      done: grouped(done),
      all: total === undefined ? '?' : grouped(total),
      rate,
      left,
    };
    if (!this.#started) {
      this.#started = true;
      this.#bar.start(all, done, values);
    }
    this.#bar.setTotal(all);
    this.#bar.update(done, values);
  }

  stop(): void {
    if (this.#started) this.#bar.stop();
    this.#started = false;
  }
}

function words({ perSecond, secondsLeft }: Pace): { rate: string; left: string } {
  return {
    rate: grouped(Math.round(perSecond)),
    left: secondsLeft === undefined ? '–:––' : clock(secondsLeft),
  };
}

/** 0:07, 12:40, 3:05:00 */
function clock(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  const two = (value: number) => String(value).padStart(2, '0');
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes}:${two(whole % 60)}`
    : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
}
