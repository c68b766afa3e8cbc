/** The talks at one moment, for a backup: a copy of the SQLite file, while others read and write it. */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { SqliteFile } from './sqlite-store.ts';
import { storageFailure } from './storage-failure.ts';

export const stateFileName = 'state.sqlite';

/**
 * @param folder CHATREID_HOME/conversations
 * @param into the copy's path, where nothing may be
 * @returns false where there are no talks in this folder
 * @throws ChatReidError CONVERSATION_DAMAGED, CONVERSATION_BUSY, STORAGE_*
 */
export async function copyState(folder: string, into: string): Promise<boolean> {
  const path = join(folder, stateFileName);
  const some = await access(path).then(
    () => true,
    () => false,
  );
  if (!some) return false;
  try {
    const file = await SqliteFile.open(path);
    try {
      await file.copyInto(into);
    } finally {
      await file.close();
    }
    return true;
  } catch (error) {
    throw storageFailure(error, path);
  }
}
