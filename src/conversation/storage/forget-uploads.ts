/** Pictures that people sent, out of every talk: under their names there and as files. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { asChatReidError } from '../../foundation/error.ts';
import { syncFolder } from '../../foundation/sync-folder.ts';

/**
 * @param folder CHATREID_HOME/conversations/pictures; may be missing
 * @returns how many of them there were
 * @throws ChatReidError STORAGE_*
 */
export async function forgetUploads(folder: string, ids: ReadonlySet<string>): Promise<number> {
  const removed = new Set<string>();
  try {
    for (const part of await foldersOfUploads(folder, ids)) {
      let changed = false;
      for (const name of await readdir(part).catch(() => [])) {
        const id = name.slice(0, 64);
        if (!ids.has(id)) continue;
        await rm(join(part, name), { force: true });
        removed.add(id);
        changed = true;
      }
      if (changed) await syncFolder(part).catch(() => undefined);
    }
  } catch (error) {
    throw asChatReidError(error, 'removing pictures that were sent');
  }
  return removed.size;
}

/** The file of a picture that was sent. @returns undefined where it is not there */
export async function uploadedFile(folder: string, id: string): Promise<string | undefined> {
  const part = join(folder, id.slice(0, 2));
  const name = (await readdir(part).catch(() => [])).find((one) => one.startsWith(id));
  return name === undefined ? undefined : join(part, name);
}

async function foldersOfUploads(folder: string, ids: ReadonlySet<string>): Promise<string[]> {
  const talks = join(folder, 'talks');
  const starts = new Set([...ids].map((id) => id.slice(0, 2)));
  return [
    ...(await readdir(talks).catch(() => [])).map((talk) => join(talks, talk)),
    ...[...starts].map((start) => join(folder, start)),
    join(folder, 'incoming'),
  ];
}
