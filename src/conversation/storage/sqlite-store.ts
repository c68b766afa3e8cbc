/** A Keyv store in one SQLite file: what is set in the same moment is one transaction, on the disk when it resolves. */
import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'libsql';
import type { KeyvEntry, KeyvStoreAdapter } from 'keyv';
import { steadyNow } from '../../foundation/steady-clock.ts';
import { checkSchema, SoundStatement, textOf } from '../../gallery/sound-rows.ts';

type Connection = InstanceType<typeof Database>;
type Cell = string | number | null;

interface Write {
  /** On the disk when it resolves; otherwise the end of the process cannot take it back, but a power cut at once may. */
  readonly synced: boolean;
  readonly apply: () => void;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Another process may be writing: longer waits happen between tries, so that the event loop never waits. */
const busyMs = 15_000;

/** The file itself, shared by the stores that are its namespaces. */
export class SqliteFile {
  readonly #statements = new Map<string, SoundStatement>();
  #waiting: Write[] = [];
  #flushing: Promise<void> | undefined;
  #synced = true;

  private constructor(
    readonly path: string,
    private readonly db: Connection,
  ) {}

  /** Creates the file where it is missing. @throws what libsql throws */
  static async open(path: string): Promise<SqliteFile> {
    const file = new SqliteFile(path, new Database(path));
    try {
      await file.#prepare();
      return file;
    } catch (error) {
      file.db.close();
      throw error;
    }
  }

  async #prepare(): Promise<void> {
    this.db.exec('PRAGMA busy_timeout = 5');
    await this.#retry(() => this.db.exec('PRAGMA journal_mode = WAL'));
    // FULL syncs the log at every commit: a message that was accepted outlasts a power cut.
    this.db.exec('PRAGMA synchronous = FULL');
    await this.#retry(() => checkSchema(this.db));
    // A talk that is forgotten leaves no readable words in free pages.
    this.db.exec('PRAGMA secure_delete = ON');
    await this.#retry(() =>
      this.db.exec(
        'CREATE TABLE IF NOT EXISTS entry (key TEXT PRIMARY KEY, value TEXT NOT NULL, expires INTEGER) WITHOUT ROWID; ' +
          'CREATE INDEX IF NOT EXISTS entry_expires ON entry (expires) WHERE expires IS NOT NULL',
      ),
    );
  }

  all(sql: string, values: readonly Cell[]): Record<string, Cell>[] {
    return this.#statement(sql).all(values) as Record<string, Cell>[];
  }

  run(sql: string, values: readonly Cell[]): number {
    return this.#statement(sql).run(values);
  }

  /** @throws SQLITE_CORRUPT where it is not the file that it was */
  check(): void {
    const said = this.all('PRAGMA quick_check(1)', [])[0]?.quick_check;
    if (said !== 'ok') throw Object.assign(new Error(String(said)), { code: 'SQLITE_CORRUPT' });
    this.all('SELECT key FROM entry', []);
  }

  /** Joins the transaction that is about to be written, which is synced where one of its parts asks for it. */
  write(apply: () => void, synced = true): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ synced, apply, resolve, reject });
      this.#flushing ??= this.#flush();
    });
  }

  /** A copy as of one moment, whole in one file. @param path must not be there */
  async copyInto(path: string): Promise<void> {
    await this.#retry(() => this.run('VACUUM INTO ?', [path]));
  }

  /** What was deleted is in the log still, until it is emptied; gives up quietly while others are reading. */
  emptyLog(): void {
    try {
      this.db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch (error) {
      if (!isBusy(error)) throw error;
    }
  }

  async close(): Promise<void> {
    await this.#flushing;
    if (!this.db.open) return;
    this.#statements.clear();
    try {
      this.emptyLog();
    } catch {
      // A full disk, or a damaged file: told by whoever uses it next. The log is kept, and nothing in it is lost.
    }
    this.db.close();
  }

  async #flush(): Promise<void> {
    while (this.#waiting.length > 0) {
      // One turn of the event loop: everything that is written at this moment goes into one sync of the disk.
      await new Promise((resolve) => setImmediate(resolve));
      const writes = this.#waiting;
      this.#waiting = [];
      try {
        await this.#retry(() => this.#transaction(writes));
        for (const { resolve } of writes) resolve();
      } catch (error) {
        for (const { reject } of writes) reject(error);
      }
    }
    this.#flushing = undefined;
  }

  #transaction(writes: readonly Write[]): void {
    this.#syncs(writes.some(({ synced }) => synced));
    this.db.exec('BEGIN IMMEDIATE');
    try {
      for (const { apply } of writes) apply();
      this.db.exec('COMMIT');
    } catch (error) {
      this.#rollback();
      throw error;
    }
  }

  #rollback(): void {
    try {
      if (this.db.inTransaction) this.db.exec('ROLLBACK');
    } catch {
      // The error that made us roll back is the one worth telling.
    }
  }

  /** Between transactions: FULL syncs the log at every commit, NORMAL leaves that to the next one that is synced. */
  #syncs(synced: boolean): void {
    if (this.#synced === synced) return;
    this.db.exec(`PRAGMA synchronous = ${synced ? 'FULL' : 'NORMAL'}`);
    this.#synced = synced;
  }

  async #retry<T>(attempt: () => T): Promise<T> {
    const deadline = performance.now() + busyMs;
    for (;;) {
      try {
        return attempt();
      } catch (error) {
        if (!isBusy(error) || performance.now() > deadline) throw error;
      }
      await sleep(2 + Math.random() * 15);
    }
  }

  #statement(sql: string): SoundStatement {
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = new SoundStatement(this.db, sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

function isBusy(error: unknown): boolean {
  return /^SQLITE_(BUSY|LOCKED)/.test(String((error as { code?: unknown }).code));
}

/** For whoever asks for a value that the disk has damaged: nothing that anybody would take for one of theirs. */
export const unreadable = JSON.stringify({ value: 'This cannot be read any more.' });

function writtenValue(bytes: unknown): string {
  try {
    return textOf(bytes as ArrayBuffer, 'value');
  } catch {
    return unreadable;
  }
}

const upsert =
  'INSERT INTO entry (key, value, expires) VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires = excluded.expires';
const pageLength = 200;

export class SqliteStore extends EventEmitter implements KeyvStoreAdapter {
  /** By its dialect Keyv knows that the store can be iterated. */
  readonly opts = { dialect: 'sqlite', url: 'sqlite' };
  namespace?: string;

  /**
   * @param ttl milliseconds that an entry is kept after it was last written. Not Keyv's: it goes by a wall clock that may be set
   * @param synced whether writes are on the disk when they resolve, or safe from the end of the process only
   */
  constructor(
    private readonly file: SqliteFile,
    private readonly ttl: number,
    private readonly synced = true,
  ) {
    super();
  }

  async get<Value>(key: string): Promise<Value | undefined> {
    const [row] = this.file.all(
      'SELECT CAST(value AS BLOB) AS value FROM entry WHERE key = ? AND expires >= ?',
      [key, steadyNow()],
    );
    return row && (writtenValue(row.value) as Value);
  }

  async getMany<Value>(keys: string[]): Promise<(Value | undefined)[]> {
    return Promise.all(keys.map((key) => this.get<Value>(key)));
  }

  async set(key: string, value: string): Promise<void> {
    await this.setMany([{ key, value }]);
  }

  async setMany(entries: KeyvEntry[]): Promise<void> {
    const expires = steadyNow() + this.ttl;
    await this.file.write(() => {
      for (const { key, value } of entries) this.file.run(upsert, [key, String(value), expires]);
    }, this.synced);
  }

  /** @returns false where the value is not `was` any more */
  async swap(key: string, was: string, now: string): Promise<boolean> {
    let changed = 0;
    await this.file.write(() => {
      changed = this.file.run('UPDATE entry SET value = ? WHERE key = ? AND value = ?', [now, key, was]);
    }, this.synced);
    return changed > 0;
  }

  async delete(key: string): Promise<boolean> {
    return this.deleteMany([key]);
  }

  async deleteMany(keys: string[]): Promise<boolean> {
    let removed = 0;
    await this.file.write(() => {
      for (const key of keys) removed += this.file.run('DELETE FROM entry WHERE key = ?', [key]);
    }, this.synced);
    return removed > 0;
  }

  async clear(): Promise<void> {
    const [from, to] = this.#range();
    await this.file.write(() => {
      this.file.run('DELETE FROM entry WHERE key >= ? AND key < ?', [from, to]);
    });
  }

  async *iterator<Value>(): AsyncGenerator<(string | Awaited<Value> | undefined)[], void> {
    let [from, to] = this.#range();
    for (;;) {
      const rows = this.file.all(
        'SELECT key, CAST(value AS BLOB) AS value FROM entry WHERE key >= ? AND key < ? ORDER BY key LIMIT ?',
        [from, to, pageLength],
      );
      for (const { key, value } of rows) yield [String(key), writtenValue(value) as Awaited<Value>];
      const last = rows.at(-1)?.key;
      if (rows.length < pageLength || typeof last !== 'string') return;
      from = `${last}\u0000`;
    }
  }

  /** Keys of the namespace: from `talks:` to the one before `talks;`. */
  #range(): [string, string] {
    return [`${this.namespace}:`, `${this.namespace};`];
  }
}
