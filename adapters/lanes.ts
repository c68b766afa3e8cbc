/** Work in lanes: one after the other in each, whatever the one before comes to. */
export class Lanes {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Begins when everything that was put into this lane before has ended. */
  run<T>(lane: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(lane) ?? Promise.resolve();
    const mine = before.then(work, work);
    const ended = mine.catch(() => undefined);
    this.#last.set(lane, ended);
    void ended.then(() => {
      if (this.#last.get(lane) === ended) this.#last.delete(lane);
    });
    return mine;
  }
}
