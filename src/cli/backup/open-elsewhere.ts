/** Has any process this SQLite file open? Asked before the file is moved away under it. */
import { access } from 'node:fs/promises';
import Database from 'libsql';

/** False for a file that is not there, or is damaged: nobody can be using it. Changes nothing. */
export async function isOpenElsewhere(path: string): Promise<boolean> {
  const there = await access(path).then(
    () => true,
    () => false,
  );
  if (!there) return false;
  let db: InstanceType<typeof Database> | undefined;
  try {
    db = new Database(path);
    db.exec('PRAGMA busy_timeout = 5');
    // In WAL mode everybody who has it open holds a shared lock on it, and this asks for the only one.
    db.exec('PRAGMA locking_mode = EXCLUSIVE');
    db.exec('BEGIN EXCLUSIVE');
    db.exec('ROLLBACK');
    return false;
  } catch (error) {
    return /^SQLITE_(BUSY|LOCKED)/.test(String((error as { code?: unknown }).code));
  } finally {
    db?.close();
  }
}
