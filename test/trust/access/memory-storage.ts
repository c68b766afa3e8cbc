/** Talks kept in memory, for tests of thousands of short ones. */
import type { ConversationStorage } from '../../../src/conversation/storage/conversation-storage.ts';
import type { ChangingShelf, Entry } from '../../../src/conversation/storage/shelf.ts';

class MemoryShelf implements ChangingShelf {
  /** As JSON, as any other shelf keeps it. */
  readonly #kept = new Map<string, string>();

  async get(key: string): Promise<unknown> {
    const value = this.#kept.get(key);
    return value === undefined ? undefined : JSON.parse(value);
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
    const value = was === undefined ? undefined : change(was);
    if (was === undefined || value === was) return false;
    if (value === undefined) this.#kept.delete(key);
    else this.#kept.set(key, JSON.stringify(value));
    return true;
  }

  async *entries(): AsyncGenerator<Entry> {
    for (const key of [...this.#kept.keys()]) yield { key, value: await this.get(key) };
  }
}

export function memoryStorage(): ConversationStorage {
  return {
    inbox: new MemoryShelf(),
    talks: new MemoryShelf(),
    events: new MemoryShelf(),
    posts: new MemoryShelf(),
    tidy: async () => undefined,
    close: async () => undefined,
  };
}
