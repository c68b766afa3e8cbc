/** One process at a time works on a run. */
import { truncateSync } from 'node:fs';
import Database from 'libsql';
import { ChatReidError } from '../../foundation/error.ts';
import { storageError } from '../../gallery/gallery-database.ts';

/** An exclusive lock of SQLite on a file of its own: it dies with its process, so none can be stale. */
export class RunLock {
  private constructor(private readonly db: InstanceType<typeof Database>) {}

  /** @throws ChatReidError EVALUATION_BUSY while another process, or this one, holds it; whatever the disk refuses */
  static take(file: string): RunLock {
    try {
      return RunLock.#attempt(file);
    } catch (error) {
      const code = String((error as { code?: unknown }).code);
      if (code === 'SQLITE_NOTADB') {
        // Nothing is ever written into it, and nobody can hold one that is damaged. The file itself stays: it is the lock.
        truncateSync(file);
        return RunLock.#attempt(file);
      }
      if (/^SQLITE_(FULL|IOERR_WRITE)$/.test(code)) throw storageError(error, file);
      if (!/^SQLITE_(BUSY|LOCKED)/.test(code)) throw error;
      throw new ChatReidError(
        'EVALUATION_BUSY',
        'Another chatreid process is working on this very evaluation.',
        'Wait until it has finished, or stop it; then run the same command again: it goes on where that one stopped.',
        error,
      );
    }
  }

  static #attempt(file: string): RunLock {
    const db = new Database(file);
    try {
      db.exec('PRAGMA busy_timeout = 0');
      db.exec('BEGIN EXCLUSIVE');
      return new RunLock(db);
    } catch (error) {
      db.close();
      throw error;
    }
  }

  /** Safe to call twice. */
  release(): void {
    if (this.db.open) this.db.close();
  }
}
