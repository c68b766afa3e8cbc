/** A file of talks that the disk has damaged: put under another name, and what of it can be read still is taken along. */
import { rename, stat } from 'node:fs/promises';
import { SqliteFile } from './sqlite-store.ts';
import { isDamage } from '../../gallery/gallery-database.ts';
import { textOf } from '../../gallery/sound-rows.ts';

export interface OpenedFile {
  readonly file: SqliteFile;
  /** What whoever started the program has to know. */
  readonly note?: string;
}

/** Opens the file, or a new one in the place of one that is damaged. @throws what SQLite throws for any other reason */
export async function openSound(path: string, now = new Date()): Promise<OpenedFile> {
  const inode = await inodeOf(path);
  let damaged: SqliteFile | undefined;
  try {
    damaged = await SqliteFile.open(path);
    damaged.check();
    return { file: damaged };
  } catch (error) {
    if (!isDamage(String((error as { code?: unknown }).code))) throw error;
  }
  const rows = damaged ? readable(damaged) : [];
  await damaged?.close();
  const aside = `${path}.damaged-${now.toISOString().replaceAll(/[:.]/g, '-')}`;
  // Another process may have been first.
  if (inode !== undefined && (await inodeOf(path)) === inode) await moveAway(path, aside);
  const file = await SqliteFile.open(path);
  await file.write(() => {
    for (const row of rows) file.run('INSERT OR IGNORE INTO entry VALUES (?, ?, ?)', row);
  });
  return {
    file,
    note: `The file that holds the talks was damaged. It was put aside as ${aside}; ${rows.length} of its entries could be read and are kept, the others are not known any more. A backup may have them: chatreid restore.`,
  };
}

/** The log before the file: a log that stays behind alone would be taken for one of the new file. */
async function moveAway(path: string, aside: string): Promise<void> {
  for (const part of ['-wal', '-shm', '']) {
    await rename(path + part, aside + part).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
  }
}

async function inodeOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ ino }) => ino,
    () => undefined,
  );
}

type Entry = [key: string, value: string, expires: number | null];
const pageLength = 20;

/** From both ends to where it cannot be read. */
function readable(file: SqliteFile): Entry[] {
  const found = new Map<string, Entry>();
  for (const [compare, order] of [
    ['>', 'ASC'],
    ['<', 'DESC'],
  ] as const) {
    try {
      let last = compare === '>' ? '' : '\u{10ffff}';
      for (;;) {
        const rows = file.all(
          `SELECT CAST(key AS BLOB) AS key, CAST(value AS BLOB) AS value, expires FROM entry
           WHERE entry.key ${compare} ? ORDER BY entry.key ${order} LIMIT ${pageLength}`,
          [last],
        );
        for (const row of rows) {
          const entry = entryOf(row);
          if (entry) found.set(entry[0], entry);
        }
        if (rows.length < pageLength) break;
        last = textOf(rows.at(-1)?.key as unknown as ArrayBuffer, 'key');
      }
    } catch {
      // From the other end.
    }
  }
  return [...found.values()];
}

function entryOf(row: Record<string, unknown>): Entry | undefined {
  try {
    const value = textOf(row.value as ArrayBuffer, 'value');
    JSON.parse(value);
    return [
      textOf(row.key as ArrayBuffer, 'key'),
      value,
      typeof row.expires === 'number' ? row.expires : null,
    ];
  } catch {
    return undefined;
  }
}
