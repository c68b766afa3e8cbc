/** Ids and times as Slack gives them: no two messages have the same ts, and a later one has a larger. */

export class Clock {
  #latest = 0;
  #count = 0;

  constructor(readonly now: () => Date) {}

  /** `1779186000.000100` */
  ts(): string {
    const micros = Math.max(this.now().getTime() * 1000, this.#latest + 100);
    this.#latest = micros;
    return `${Math.floor(micros / 1e6)}.${String(micros % 1e6).padStart(6, '0')}`;
  }

  seconds(): number {
    return Math.floor(this.now().getTime() / 1000);
  }

  /** `F000000001` */
  id(prefix: string): string {
    this.#count++;
    return `${prefix}${this.#count.toString(36).toUpperCase().padStart(9, '0')}`;
  }
}
