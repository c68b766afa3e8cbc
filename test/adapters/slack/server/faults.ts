/** What goes wrong by script: the next calls of a method are answered late, wrongly, or not at all. */

export type Fault =
  /** 429 with Retry-After, in seconds; nothing was done. */
  | { readonly rateLimited: number }
  /** An error of the server; nothing was done, unless `after`. */
  | { readonly status: number; readonly after?: boolean }
  /** The connection is cut: before anything was done, or when all of it was and the answer is lost. */
  | { readonly drop: 'before' | 'after' }
  /** `ok: false` with this error. */
  | { readonly error: string; readonly more?: Readonly<Record<string, string>> }
  /** Done, but answered so much later. */
  | { readonly delayMs: number };

/** A method's name, or one of the addresses beside the Web API; `*` is any of them. */
export type FaultTarget = string;

export class Faults {
  readonly #next = new Map<FaultTarget, Fault[]>();

  /** The next `times` calls of it fare so, after those that are scripted already. */
  next(target: FaultTarget, fault: Fault, times = 1): void {
    const queue = this.#next.get(target) ?? [];
    queue.push(...Array.from({ length: times }, () => fault));
    this.#next.set(target, queue);
  }

  clear(): void {
    this.#next.clear();
  }

  /** What is still to come, over all targets. */
  get left(): number {
    return [...this.#next.values()].reduce((sum, { length }) => sum + length, 0);
  }

  take(target: FaultTarget): Fault | undefined {
    return this.#next.get(target)?.shift() ?? this.#next.get('*')?.shift();
  }
}
