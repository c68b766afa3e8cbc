/** A shelf in memory: what a journal keeps, for tests that need no disk. */
import type { Entry, Shelf } from '../../src/conversation/storage/shelf.ts';
import type { JournalShelves } from '../../adapters/journal.ts';

export class MemoryShelf implements Shelf {
  /** As JSON, so that nobody changes what is kept. */
  readonly #kept = new Map<string, string>();

  async get(key: string): Promise<unknown> {
    const kept = this.#kept.get(key);
    return kept === undefined ? undefined : (JSON.parse(kept) as unknown);
  }

  async getMany(keys: readonly string[]): Promise<unknown[]> {
    return Promise.all(keys.map((key) => this.get(key)));
  }

  async set(entries: readonly Entry[]): Promise<void> {
    for (const { key, value } of entries) this.#kept.set(key, JSON.stringify(value));
  }

  async delete(keys: readonly string[]): Promise<void> {
    for (const key of keys) this.#kept.delete(key);
  }

  async change(key: string, change: (value: unknown) => unknown): Promise<boolean> {
    const was = await this.get(key);
    const value = change(was);
    if (was === undefined || value === was) return false;
    await (value === undefined ? this.delete([key]) : this.set([{ key, value }]));
    return true;
  }

  async *entries(): AsyncGenerator<Entry> {
    for (const [key, value] of [...this.#kept]) yield { key, value: JSON.parse(value) as unknown };
  }
}

/** What survives a restart of a process that a test plays. */
export function memoryShelves(): JournalShelves {
  return { events: new MemoryShelf(), posts: new MemoryShelf() };
}
