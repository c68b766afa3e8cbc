/** How late this process's event loop answers while something is going on. */
import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Milliseconds. */
export interface Lag {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

const nanosecondsInMs = 1e6;

/**
 * What node's own monitor says at a resolution of 1 ms, nothing taken off: an idle loop shows a little over 1 ms, its own
 * timer.
 */
export async function lagWhile(work: () => Promise<unknown>): Promise<Lag> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  try {
    await work();
  } finally {
    delay.disable();
  }
  return {
    p50: delay.percentile(50) / nanosecondsInMs,
    p99: delay.percentile(99) / nanosecondsInMs,
    max: delay.max / nanosecondsInMs,
  };
}

/** Calls the work again and again for this long; what is under way at the end is waited for. */
export async function keepDoing(ms: number, work: (time: number) => Promise<unknown>): Promise<number> {
  const end = performance.now() + ms;
  let times = 0;
  while (performance.now() < end) await work(times++);
  return times;
}
