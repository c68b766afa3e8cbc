/** A lock among all processes of this machine that dies with its process, however it ends: none can be stale. */
import { truncateSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'libsql';

/**
 * SQLite's own lock on an empty database: the one that Node can take without a native part of ours. The file itself is only
 * where the lock lies, and stays: who would remove it could take it away from under somebody.
 */
export class ProcessLock {
  private constructor(
    private readonly file: string,
    private readonly db: InstanceType<typeof Database>,
  ) {}

  /** Makes the file where it is missing, and takes nothing yet. @throws what SQLite throws where it cannot be made */
  static open(file: string): ProcessLock {
    const lock = new ProcessLock(file, new Database(file));
    // Waiting inside SQLite blocks the event loop.
    lock.db.exec('PRAGMA busy_timeout = 0');
    return lock;
  }

  /** @returns undefined while another process, or this one, holds it. @throws what SQLite throws where the file cannot be made */
  static take(file: string): ProcessLock | undefined {
    const lock = ProcessLock.open(file);
    let taken = false;
    try {
      taken = lock.#begin();
    } finally {
      if (!taken) lock.release();
    }
    return taken ? lock : undefined;
  }

  /** Alone for as long as the work takes. @param waitMs for others @throws Error where they have it for longer */
  async hold<Result>(waitMs: number, work: () => Promise<Result>): Promise<Result> {
    const until = performance.now() + waitMs;
    while (!this.#begin()) {
      if (performance.now() > until) throw new Error('another process holds its lock');
      await sleep(1 + Math.random() * 4);
    }
    try {
      return await work();
    } finally {
      this.db.exec('ROLLBACK');
    }
  }

  /** Safe to call twice. */
  release(): void {
    if (this.db.open) this.db.close();
  }

  #begin(): boolean {
    try {
      this.db.exec('BEGIN EXCLUSIVE');
      return true;
    } catch (error) {
      const code = String((error as { code?: unknown }).code);
      if (/^SQLITE_(BUSY|LOCKED)/.test(code)) return false;
      if (code !== 'SQLITE_NOTADB') throw error;
    }
    // Nothing is ever written into it, and nobody can hold one that is damaged.
    truncateSync(this.file);
    this.db.exec('BEGIN EXCLUSIVE');
    return true;
  }
}
