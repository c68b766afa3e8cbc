/** The embedded store's SQLite file: short transactions, several processes, errors with a next step. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'libsql';
import { asChatReidError, ChatReidError, messageOf } from '../foundation/error.ts';
import { migrations } from './gallery-schema.ts';
import { checkSchema, SoundStatement } from './sound-rows.ts';

export type Cell = string | number | Uint8Array | null;
/** The driver gives blobs as a Buffer from get() and as an ArrayBuffer from all(): read them with {@link bytesOf}. */
export type Row = Record<string, string | number | Uint8Array | ArrayBuffer | null>;

/** A writer holds the file for a few milliseconds; one that cannot get it for this long is told so. */
const defaultBusyMs = 15_000;

/**
 * WAL mode: readers never wait for the writer, and a writer's lock dies with its process. Transactions are synchronous
 * functions, so that nothing of this process can come between BEGIN and COMMIT.
 */
export class GalleryDatabase {
  readonly #statements = new Map<string, SoundStatement>();
  #writes = 0;

  private constructor(
    readonly file: string,
    private readonly db: Connection,
    private readonly busyMs: number,
  ) {}

  /**
   * Opens or creates `gallery.db` in the folder and brings its tables up to date.
   *
   * @throws ChatReidError GALLERY_DAMAGED, STORAGE_DENIED, STORAGE_FULL, GALLERY_BUSY
   */
  static async open(folder: string, busyMs = defaultBusyMs): Promise<GalleryDatabase> {
    const file = join(folder, 'gallery.db');
    let opened: GalleryDatabase | undefined;
    try {
      opened = new GalleryDatabase(file, new Database(file), busyMs);
      await opened.#prepare();
      return opened;
    } catch (error) {
      opened?.close();
      throw storageError(error, file);
    }
  }

  async #prepare(): Promise<void> {
    // A few milliseconds only: waiting inside SQLite blocks the event loop, so longer waits happen in write().
    this.db.exec('PRAGMA busy_timeout = 5');
    this.db.exec('PRAGMA page_size = 8192');
    await this.#retry(() => this.db.exec('PRAGMA journal_mode = WAL'));
    // FULL syncs the log at every commit: a file goes only when the removal of its record has outlasted a power cut.
    this.db.exec('PRAGMA synchronous = FULL');
    this.db.exec('PRAGMA foreign_keys = ON');
    // A person who is forgotten leaves no readable bytes in free pages.
    this.db.exec('PRAGMA secure_delete = ON');
    await this.#retry(() => checkSchema(this.db));
    const version = await this.read(() => this.#version());
    if (version < migrations.length) await this.write(() => this.#migrate());
    if (version > migrations.length) {
      throw new ChatReidError(
        'GALLERY_DAMAGED',
        `The gallery database ${this.file} was written by a newer chatreid (its version is ${version}, this program knows ${migrations.length}).`,
        'Update chatreid, or point CHATREID_HOME at another folder.',
      );
    }
    await this.read(() => {
      for (const table of ['clock', 'gallery', 'space', 'picture', 'entry', 'removed', 'leftover']) {
        this.get(`SELECT 1 AS x FROM ${table} LIMIT 1`);
      }
      // Damaged vectors are no reason to refuse the rest: a search tells of them, and reindex mends them.
      this.get('SELECT 1 AS x FROM vector WHERE 0');
    });
  }

  #migrate(): void {
    // Read again inside the transaction: another process may have been first.
    for (const step of migrations.slice(this.#version())) this.db.exec(step);
    this.db.exec(`PRAGMA user_version = ${migrations.length}`);
  }

  #version(): number {
    return Number(this.get('PRAGMA user_version')?.user_version ?? 0);
  }

  all(sql: string, ...values: Cell[]): Row[] {
    return this.#statement(sql).all(values);
  }

  get(sql: string, ...values: Cell[]): Row | undefined {
    return this.#statement(sql).get(values);
  }

  run(sql: string, ...values: Cell[]): number {
    return this.#statement(sql).run(values);
  }

  /** One consistent read. The body may run again, so it must not have effects of its own. */
  async read<T>(body: () => T): Promise<T> {
    return this.#retry(() => {
      this.db.exec('BEGIN');
      try {
        const result = body();
        this.db.exec('COMMIT');
        return result;
      } catch (error) {
        this.#rollback();
        throw error;
      }
    });
  }

  /** One write transaction: everything or nothing, and in turn with other processes. */
  async write<T>(body: () => T): Promise<T> {
    const result = await this.#retry(() => {
      this.db.exec('BEGIN IMMEDIATE');
      try {
        const value = body();
        this.db.exec('COMMIT');
        return value;
      } catch (error) {
        this.#rollback();
        throw error;
      }
    });
    this.#writes++;
    return result;
  }

  /** Changes whenever the database may have changed, by this process or another. Costs microseconds. */
  stamp(): string {
    return `${this.get('PRAGMA data_version')?.data_version}/${this.#writes}`;
  }

  /** The next value of the change clock; call inside write(). */
  tick(): number {
    return Number(this.get('UPDATE clock SET now = now + 1 RETURNING now')?.now);
  }

  /**
   * A copy as of one moment, whole in one file, while others read and write. Nothing that was removed is in it. Blocks the
   * event loop for as long as it takes.
   *
   * @param file must not be there
   */
  async copyInto(file: string): Promise<void> {
    // A reader is never in the way of a writer, but for moments of the log's end.
    await this.#retry(() => this.db.prepare('VACUUM INTO ?').run([file]));
  }

  /**
   * For tables that cannot be dropped because their pages are damaged: removes their lines from the schema, makes what is
   * missing, and writes the file anew without them. Others may have the file open.
   *
   * @throws ChatReidError GALLERY_DAMAGED where something else is damaged too
   */
  async rewriteSchema(remove: string, make: () => void): Promise<void> {
    this.#statements.clear();
    await this.write(() => {
      this.db.exec('PRAGMA writable_schema = ON');
      try {
        this.db.exec(remove);
      } finally {
        this.db.exec('PRAGMA writable_schema = RESET');
      }
      make();
    });
    await this.rewrite();
  }

  /** Writes the file anew, without pages that nobody uses. Others may have it open. */
  async rewrite(): Promise<void> {
    await this.#retry(() => this.db.exec('VACUUM'));
    this.checkpoint();
  }

  /** Several statements without values. */
  exec(sql: string): void {
    this.db.exec(sql);
  }

  /** Empties the write-ahead log, where removed rows could still be read. Gives up quietly while others are reading. */
  checkpoint(): void {
    try {
      this.db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch (error) {
      if (!isBusy(error)) throw storageError(error, this.file);
    }
  }

  close(): void {
    if (!this.db.open) return;
    this.#statements.clear();
    try {
      // The driver closes for good only when its statements are collected: leave one whole file behind now.
      this.db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch {
      // Another process is using the log, or the file is damaged: both are told by whoever uses it next.
    }
    this.db.close();
  }

  #rollback(): void {
    try {
      if (this.db.inTransaction) this.db.exec('ROLLBACK');
    } catch {
      // The error that made us roll back is the one worth telling.
    }
  }

  async #retry<T>(attempt: () => T): Promise<T> {
    const deadline = performance.now() + this.busyMs;
    for (;;) {
      try {
        return attempt();
      } catch (error) {
        if (!isBusy(error) || performance.now() > deadline) throw storageError(error, this.file);
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

export function bytesOf(cell: Row[string] | undefined): Uint8Array {
  if (cell instanceof Uint8Array) return cell;
  return cell instanceof ArrayBuffer ? new Uint8Array(cell) : new Uint8Array(0);
}

type Connection = InstanceType<typeof Database>;

function isBusy(error: unknown): boolean {
  return /^SQLITE_(BUSY|LOCKED)/.test(String((error as { code?: unknown }).code));
}

/**
 * What SQLite says of a file that is not as it was written. Statements are fixed and values are checked, so that an error in a
 * statement, in a type or in a constraint comes from what it found in the file.
 */
export function isDamage(code: string): boolean {
  return /^SQLITE_(CORRUPT|NOTADB|ERROR|SCHEMA|FORMAT|MISMATCH|CONSTRAINT|TOOBIG)/.test(code);
}

/** SQLite's error codes as ours. */
export function storageError(error: unknown, file: string): ChatReidError {
  const code = String((error as { code?: unknown }).code ?? '');
  if (isBusy(error)) {
    return new ChatReidError(
      'GALLERY_BUSY',
      `Another process keeps writing to ${file}.`,
      'Wait until the other chatreid process has finished, or stop it; then run the same command again.',
      error,
    );
  }
  if (isDamage(code)) {
    return new ChatReidError(
      'GALLERY_DAMAGED',
      `The gallery database ${file} is damaged: ${messageOf(error)}`,
      'Run: chatreid gallery reindex (it mends a damaged index from the pictures). Where that fails too, restore a backup (chatreid restore), or move the file away and import the sources again; the pictures beside it are untouched.',
      error,
    );
  }
  // A quota or a file-size limit is an IOERR_WRITE to SQLite; only ENOSPC is SQLITE_FULL.
  if (/^SQLITE_(FULL|IOERR_(WRITE|SHMSIZE))$/.test(code) || ['EFBIG', 'ENOSPC', 'EDQUOT'].includes(code)) {
    return new ChatReidError(
      'STORAGE_FULL',
      `The disk did not take what was written to ${file}: ${messageOf(error)}`,
      'Free some space, then run the same command again: it goes on where it stopped.',
      error,
    );
  }
  if (/^SQLITE_IOERR/.test(code) && code !== 'SQLITE_IOERR_NOMEM') {
    return new ChatReidError(
      'GALLERY_DAMAGED',
      `The disk failed while reading or writing ${file}: ${messageOf(error)} (${code})`,
      'Check the disk and its file system, then run the same command again; restore a backup if it fails the same way.',
      error,
    );
  }
  if (/^SQLITE_(READONLY|CANTOPEN|PERM|AUTH)/.test(code)) {
    return new ChatReidError(
      'STORAGE_DENIED',
      `The gallery database ${file} cannot be opened or written: ${messageOf(error)}`,
      'Check the permissions of CHATREID_HOME.',
      error,
    );
  }
  return asChatReidError(error, `using ${file}`);
}
