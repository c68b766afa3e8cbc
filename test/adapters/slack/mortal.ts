/** A process that ends between any two steps: what it was about to do is never done, what it was told is never heard. */
import type { JournalShelves } from '../../../adapters/journal.ts';
import type { Shelf } from '../../../src/conversation/storage/shelf.ts';

const never = new Promise<never>(() => {});

export class Mortal {
  /** Steps that were begun or ended so far. */
  steps = 0;
  readonly died: Promise<void>;
  #die: () => void = () => {};

  /** @param lifespan steps after which it is dead */
  constructor(private readonly lifespan: number) {
    this.died = new Promise((resolve) => {
      this.#die = resolve;
    });
  }

  get alive(): boolean {
    return this.steps < this.lifespan;
  }

  /** It may die before the step, so that it is not done, and after it, so that nobody here knows. */
  async step<T>(work: () => Promise<T>): Promise<T> {
    if (!this.#tick()) return never;
    const done = await work();
    return this.#tick() ? done : never;
  }

  shelves({ events, posts }: JournalShelves): JournalShelves {
    return { events: this.#shelf(events), posts: this.#shelf(posts) };
  }

  /** For the client library. */
  fetch(real: typeof fetch): typeof fetch {
    return (...args) => this.step(() => real(...args));
  }

  #tick(): boolean {
    if (this.alive) this.steps++;
    if (this.alive) return true;
    this.#die();
    return false;
  }

  #shelf(shelf: Shelf): Shelf {
    return {
      get: (key) => shelf.get(key),
      getMany: (keys) => shelf.getMany(keys),
      set: (entries) => this.step(() => shelf.set(entries)),
      delete: (keys) => this.step(() => shelf.delete(keys)),
      entries: () => shelf.entries(),
    };
  }
}
