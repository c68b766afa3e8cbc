/** Leaves nothing of removed rows in an SQLite file: its log is emptied, and where that is not enough, it is written anew. */
import { existsSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'libsql';
import type { ByteScanner } from './byte-scanner.ts';

/** Others may be reading; an open read keeps the log. */
const patienceMs = 20_000;

/**
 * What is deleted is overwritten with zeros where it stood; but a row that moved within the tree of pages may have left a copy in
 * the free part of a page. Only a look at the bytes tells.
 *
 * @returns false where the log could not be emptied: somebody reads the file all the time
 * @throws what libsql throws
 */
export async function compactDatabase(file: string, scanner: ByteScanner): Promise<boolean> {
  if (!existsSync(file)) return true;
  const db = new Database(file);
  try {
    db.exec('PRAGMA busy_timeout = 5');
    db.exec('PRAGMA secure_delete = ON');
    if (!(await emptied(db, file))) return false;
    if (!(await holds(scanner, file))) return true;
    const written = await within(() => attempted(() => db.exec('VACUUM')));
    return written && (await emptied(db, file));
  } catch (error) {
    // What a restore put aside may be no database any more.
    if (!/^SQLITE_(NOTADB|CORRUPT)/.test(codeOf(error))) throw error;
    return !(await holds(scanner, file));
  } finally {
    db.close();
  }
}

async function emptied(db: InstanceType<typeof Database>, file: string): Promise<boolean> {
  return within(() => {
    attempted(() => db.exec('PRAGMA wal_checkpoint(TRUNCATE)'));
    return (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) === 0;
  });
}

async function within(attempt: () => boolean): Promise<boolean> {
  const until = performance.now() + patienceMs;
  for (let wait = 5; !attempt(); wait = Math.min(500, wait * 2)) {
    if (performance.now() > until) return false;
    await sleep(wait);
  }
  return true;
}

async function holds(scanner: ByteScanner, file: string): Promise<boolean> {
  let found = false;
  await scanner.scanFile(file, () => {
    found = true;
  });
  return found;
}

/** @returns false while another process is in the way */
function attempted(work: () => void): boolean {
  try {
    work();
    return true;
  } catch (error) {
    if (!/^SQLITE_(BUSY|LOCKED)/.test(codeOf(error))) throw error;
    return false;
  }
}

function codeOf(error: unknown): string {
  return String((error as { code?: unknown }).code);
}
