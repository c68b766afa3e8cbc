/** Values by key, as the conversations need them: several at once or none, and what is kept in it one by one. */

export interface Entry {
  readonly key: string;
  /** Plain JSON. */
  readonly value: unknown;
}

export interface Shelf {
  get(key: string): Promise<unknown>;
  getMany(keys: readonly string[]): Promise<unknown[]>;
  /** All of them or none; on the disk when the promise resolves. */
  set(entries: readonly Entry[]): Promise<void>;
  delete(keys: readonly string[]): Promise<void>;
  /** Everything that is kept, in no order. */
  entries(): AsyncIterable<Entry>;
}
