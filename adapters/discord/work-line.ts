/** What is done one after the other: of each channel in the order in which it came, of several side by side. */

export class WorkLine {
  readonly #last = new Map<string, Promise<void>>();

  /**
   * Takes a place in the line at once.
   *
   * @param ready what is to be done when its turn comes, once that is known; undefined: nothing
   * @returns when it is done; it does not reject, the work deals with its own failures
   */
  join(line: string, ready: Promise<(() => Promise<void>) | undefined>): Promise<void> {
    const before = this.#last.get(line) ?? Promise.resolve();
    const done = before
      .then(() => ready)
      .then((work) => work?.())
      .catch(() => undefined);
    this.#last.set(line, done);
    void done.then(() => {
      if (this.#last.get(line) === done) this.#last.delete(line);
    });
    return done;
  }
}
