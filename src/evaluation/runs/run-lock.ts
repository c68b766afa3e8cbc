/** One process at a time works on a run. */
import Database from 'libsql';
import { ChatReidError } from '../../foundation/error.ts';

/** An exclusive lock of SQLite on a file of its own: it dies with its process, so none can be stale. */
export class RunLock {
  private constructor(private readonly db: InstanceType<typeof Database>) {}

  /** @throws ChatReidError EVALUATION_BUSY while another process, or this one, holds it; whatever the disk refuses */
  static take(file: string): RunLock {
    const db = new Database(file);
    try {
      db.exec('PRAGMA busy_timeout = 0');
      db.exec('BEGIN EXCLUSIVE');
      return new RunLock(db);
    } catch (error) {
      db.close();
      if (!/^SQLITE_(BUSY|LOCKED)/.test(String((error as { code?: unknown }).code))) throw error;
      throw new ChatReidError(
        'EVALUATION_BUSY',
        'Another chatreid process is working on this very evaluation.',
        'Wait until it has finished, or stop it; then run the same command again: it goes on where that one stopped.',
        error,
      );
    }
  }

  /** Safe to call twice. */
  release(): void {
    if (this.db.open) this.db.close();
  }
}
