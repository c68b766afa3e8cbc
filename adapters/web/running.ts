/** Work that is under way: who stops waits for it, for a while. */
export class Running {
  readonly #all = new Set<Promise<unknown>>();

  add(work: Promise<unknown>): void {
    this.#all.add(work);
    void work.catch(() => undefined).finally(() => this.#all.delete(work));
  }

  /** @returns when nothing runs any more, or `graceMs` are over */
  async settle(graceMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, graceMs);
    });
    await Promise.race([Promise.allSettled(this.#all), over]);
    clearTimeout(timer);
  }
}
