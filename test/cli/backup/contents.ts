/** What of a home folder can be compared. */
import { createHash } from 'node:crypto';
import { copyFile, readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import Database from 'libsql';
import { temporaryFolder } from '../../gallery/temporary-folder.ts';

/** What a person would miss: every row of the databases, every picture and line. Whatever a cache holds is not. */
export async function contents(root: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const part of ['galleries', 'conversations', 'audit']) {
    const entries = await readdir(join(root, part), { recursive: true, withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const path = join(entry.parentPath, entry.name);
      if (!entry.isFile() || /-(wal|shm)$/.test(path)) continue;
      const name = relative(root, path);
      // A name of a talk may be a hard link or an empty file.
      if (name.includes('/talks/')) found[name] = 'named';
      else if (/\.(db|sqlite)$/.test(path)) found[name] = sha(JSON.stringify(await rowsOf(path)));
      else found[name] = sha(await readFile(path));
    }
  }
  return found;
}

/** Of a copy: the driver lets go of a file only when its statements are collected. */
async function rowsOf(path: string): Promise<unknown[]> {
  const copy = join(await temporaryFolder(), 'copy');
  await copyFile(path, copy);
  await copyFile(`${path}-wal`, `${copy}-wal`).catch(() => undefined);
  const db = new Database(copy);
  try {
    const tables = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").all([]);
    return (tables as { name: string }[]).map(({ name }) =>
      db
        .prepare(`SELECT * FROM ${name} ORDER BY 1`)
        .all([])
        .map((row) =>
          Object.values(row as object).map((cell) =>
            cell instanceof ArrayBuffer ? Buffer.from(cell).toString('hex') : cell,
          ),
        ),
    );
  } finally {
    db.close();
  }
}

function sha(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
