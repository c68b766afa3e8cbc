/** A storage that neither keeps nor gives back what is being forgotten, whatever those who use it still have in memory. */
import type { Forgotten } from '../../trust/forget/forgotten.ts';
import type { ConversationStorage } from './conversation-storage.ts';
import type { ChangingShelf, Entry, Shelf } from './shelf.ts';
import { withoutForgotten } from './without-forgotten.ts';

/** What is being forgotten at the moment: mostly nothing. */
export type Forgetting = ReadonlySet<Forgotten>;

export function forgetfulStorage(its: ConversationStorage, forgetting: Forgetting): ConversationStorage {
  const forgetful = (shelf: ChangingShelf) => new ForgetfulShelf(shelf, forgetting);
  return {
    ...its,
    inbox: forgetful(its.inbox),
    talks: forgetful(its.talks),
    events: forgetful(its.events),
    posts: forgetful(its.posts),
  };
}

class ForgetfulShelf implements ChangingShelf {
  readonly unsynced: Shelf['unsynced'];

  constructor(
    private readonly its: ChangingShelf,
    private readonly forgetting: Forgetting,
  ) {
    const { unsynced } = its;
    this.unsynced = unsynced && {
      set: (entries) => unsynced.set(this.#all(entries)),
      delete: (keys) => unsynced.delete(keys),
    };
  }

  async get(key: string): Promise<unknown> {
    return this.#without(await this.its.get(key));
  }

  async getMany(keys: readonly string[]): Promise<unknown[]> {
    return (await this.its.getMany(keys)).map((value) => this.#without(value));
  }

  set(entries: readonly Entry[]): Promise<void> {
    return this.its.set(this.#all(entries));
  }

  change(key: string, change: (value: unknown) => unknown): Promise<boolean> {
    return this.its.change(key, (value) => this.#without(change(value)));
  }

  delete(keys: readonly string[]): Promise<void> {
    return this.its.delete(keys);
  }

  async *entries(): AsyncGenerator<Entry> {
    for await (const { key, value } of this.its.entries()) yield { key, value: this.#without(value) };
  }

  #all(entries: readonly Entry[]): readonly Entry[] {
    if (this.forgetting.size === 0) return entries;
    return entries.map(({ key, value }) => ({ key, value: this.#without(value) }));
  }

  #without(value: unknown): unknown {
    let left = value;
    for (const forgotten of this.forgetting) left = withoutForgotten(left, forgotten);
    return left;
  }
}
