/** The order of work: questions before bulk, first come first served, and a suspect of a crash alone. */
import type { Side } from './protocol.ts';

/**
 * - `interactive`: somebody waits for it (scores, a few pictures, words).
 * - `bulk`: a slice of an import. Goes when no interactive work waits, but at least after every
 *   {@link bulkShare} pieces of interactive work, so that an import goes on under load.
 * - `generate`: a reply in words. Takes long but leaves the model free between its tokens, so it runs beside the others.
 */
export type Lane = 'interactive' | 'bulk' | 'generate';

export interface Queued {
  readonly lane: Lane;
  readonly side: Side;
  /** How often the child died while it had this. */
  readonly crashes: number;
}

/**
 * Pieces of work that the child has at one time. Two of bulk: pictures of the second are decoded while the model runs on
 * the first. One interactive: a second would only make both late.
 */
export const laneWidth: Readonly<Record<Lane, number>> = { interactive: 1, bulk: 2, generate: 2 };
export const bulkShare = 8;

/**
 * Callers cut large requests into slices and enqueue the next when one is done; with first come first served that makes
 * callers take turns, and a request of 1,000 pictures does not hold up one of 10.
 */
export class TaskQueue<T extends Queued> {
  #waiting: T[] = [];
  #interactiveInARow = 0;

  get waiting(): readonly T[] {
    return this.#waiting;
  }

  add(task: T): void {
    this.#waiting.push(task);
  }

  /** For work that was with a child that died. */
  putBack(task: T): void {
    this.#waiting.unshift(task);
  }

  remove(task: T): void {
    this.#waiting = this.#waiting.filter((waiting) => waiting !== task);
  }

  removeWhere(condition: (task: T) => boolean): T[] {
    const removed = this.#waiting.filter(condition);
    this.#waiting = this.#waiting.filter((task) => !condition(task));
    return removed;
  }

  /** Takes out what should go to the child now, or nothing. */
  take(sent: Iterable<Queued>, ready: (side: Side) => boolean): T | undefined {
    const running = { interactive: 0, bulk: 0, generate: 0 };
    let total = 0;
    for (const task of sent) {
      // Alone, so that a piece of work that kills the child can not take others down with it a second time.
      if (task.crashes > 0) return undefined;
      running[task.lane]++;
      total++;
    }
    const suspect = this.#waiting.find((task) => task.crashes > 0);
    if (suspect) return total === 0 && ready(suspect.side) ? this.#pick(suspect) : undefined;

    const first = (lane: Lane): T | undefined =>
      this.#waiting.find((task) => task.lane === lane && ready(task.side));
    const reply = first('generate');
    if (reply && running.generate < laneWidth.generate) return this.#pick(reply);

    const bulk = running.bulk < laneWidth.bulk ? first('bulk') : undefined;
    if (running.interactive >= laneWidth.interactive) return undefined;
    const interactive = first('interactive');
    if (bulk && (!interactive || this.#interactiveInARow >= bulkShare)) {
      this.#interactiveInARow = 0;
      return this.#pick(bulk);
    }
    if (interactive) this.#interactiveInARow++;
    return interactive && this.#pick(interactive);
  }

  #pick(task: T): T {
    this.remove(task);
    return task;
  }
}
