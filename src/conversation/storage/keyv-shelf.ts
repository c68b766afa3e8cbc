/** A shelf of Keyv: whatever Keyv has a store for can keep talks. */
import type Keyv from 'keyv';
import type { ChangingShelf, Entry, Shelf } from './shelf.ts';
import { storageFailure } from './storage-failure.ts';

/** What Keyv has written, as it lies there: with the moment at which it expires. */
export interface RawEntries {
  get(key: string): Promise<string | undefined>;
  /** @returns false where it is not `was` any more */
  swap(key: string, was: string, now: string): Promise<boolean>;
}

export class KeyvShelf implements ChangingShelf {
  /** @param where for error sentences, without passwords */
  constructor(
    private readonly keyv: Keyv,
    private readonly where: string,
    private readonly raw: RawEntries,
    readonly unsynced: Pick<Shelf, 'set' | 'delete'> | undefined = undefined,
  ) {
    // Every failure is thrown as well; an event that nobody listens to would end the process.
    keyv.on('error', () => undefined);
  }

  get(key: string): Promise<unknown> {
    return this.#told(() => this.keyv.get<unknown>(key));
  }

  getMany(keys: readonly string[]): Promise<unknown[]> {
    return this.#told(async () => (keys.length === 0 ? [] : await this.keyv.getMany<unknown>([...keys])));
  }

  async set(entries: readonly Entry[]): Promise<void> {
    if (entries.length > 0) await this.#told(() => this.keyv.setMany([...entries]));
  }

  async delete(keys: readonly string[]): Promise<void> {
    if (keys.length > 0) await this.#told(() => this.keyv.deleteMany([...keys]));
  }

  change(key: string, change: (value: unknown) => unknown): Promise<boolean> {
    return this.#told(async () => {
      for (;;) {
        const was = await this.raw.get(key);
        if (was === undefined) return false;
        const entry = JSON.parse(was) as { readonly value: unknown };
        const value = change(entry.value);
        if (value === entry.value) return false;
        if (value === undefined) return this.keyv.delete(key);
        if (await this.raw.swap(key, was, JSON.stringify({ ...entry, value }))) return true;
      }
    });
  }

  async *entries(): AsyncGenerator<Entry> {
    const iterate = this.keyv.iterator;
    if (iterate === undefined) throw storageFailure(new Error('its entries cannot be listed'), this.where);
    try {
      for await (const [key, value] of iterate(undefined)) yield { key, value };
    } catch (error) {
      throw storageFailure(error, this.where);
    }
  }

  async #told<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw storageFailure(error, this.where);
    }
  }
}
