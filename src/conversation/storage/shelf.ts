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
  /**
   * The same shelf, whose writes the end of the process cannot take back but a power cut at once may: cheaper, for what may
   * then be done again. Absent where there is no difference.
   */
  readonly unsynced?: Pick<Shelf, 'set' | 'delete'> | undefined;
  /** Everything that is kept, in no order. */
  entries(): AsyncIterable<Entry>;
}

/** One whose entries can be changed while others write them. */
export interface ChangingShelf extends Shelf {
  /**
   * Replaces a value by what becomes of it, unless somebody else has written meanwhile: then their value is changed. It keeps
   * its age.
   *
   * @param change may be called several times; undefined removes the entry, the very same value leaves it alone
   * @returns whether something was written
   */
  change(key: string, change: (value: unknown) => unknown): Promise<boolean>;
}
