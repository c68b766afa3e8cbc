/** What cannot wait goes first: commands must be acknowledged within three seconds, and an answer takes longer than that anyway. */

/** However many commands come, an answer does not wait longer than that: milliseconds. */
const mostMs = 250;

export class Urgency {
  readonly #waiting = new Set<() => void>();
  #running = 0;

  /** Work that others wait for. */
  async first<Value>(work: () => Promise<Value>): Promise<Value> {
    this.#running++;
    try {
      return await work();
    } finally {
      this.#running--;
      if (this.#running === 0) for (const go of [...this.#waiting]) go();
    }
  }

  /** Resolves when nothing urgent runs, or after a moment. */
  async calm(): Promise<void> {
    if (this.#running === 0) return;
    await new Promise<void>((resolve) => {
      const go = () => {
        clearTimeout(timer);
        this.#waiting.delete(go);
        resolve();
      };
      const timer = setTimeout(go, mostMs);
      this.#waiting.add(go);
    });
  }
}
