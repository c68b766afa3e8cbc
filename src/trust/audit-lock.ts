/** One writer at a time among all processes of this machine; the system lets go of it when a process ends, however it ends. */
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'libsql';

/** A writer has it for one write to the disk; who cannot get it for this long is told so. */
const defaultWaitMs = 15_000;

/** SQLite's own lock on an empty database: the one that Node can take without a native part of ours. */
export class AuditLock {
  readonly #db: InstanceType<typeof Database>;

  /** @throws what SQLite throws where the file cannot be made */
  constructor(
    file: string,
    private readonly waitMs = defaultWaitMs,
  ) {
    this.#db = new Database(file);
    // Waiting inside SQLite blocks the event loop.
    this.#db.exec('PRAGMA busy_timeout = 0');
  }

  /** @throws Error where others have it for too long */
  async hold<Result>(work: () => Promise<Result>): Promise<Result> {
    await this.#take();
    try {
      return await work();
    } finally {
      this.#db.exec('ROLLBACK');
    }
  }

  close(): void {
    this.#db.close();
  }

  async #take(): Promise<void> {
    const until = performance.now() + this.waitMs;
    for (;;) {
      try {
        this.#db.exec('BEGIN IMMEDIATE');
        return;
      } catch (error) {
        if (!isBusy(error)) throw error;
        if (performance.now() > until) throw new Error('another process holds its lock', { cause: error });
        await sleep(1 + Math.random() * 4);
      }
    }
  }
}

function isBusy(error: unknown): boolean {
  return /^SQLITE_(BUSY|LOCKED)/.test(String((error as { code?: unknown }).code));
}
