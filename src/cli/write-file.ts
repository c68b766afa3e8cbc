/** A result file that is there whole or not at all. */
import { chmod, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { asChatReidError } from '../foundation/error.ts';
import { makePrivateFolder } from '../foundation/home.ts';

/**
 * Readable for the owner of the account only, and so are folders that it makes.
 *
 * @param mode of the file, whatever the umask
 * @returns its absolute path. @throws ChatReidError STORAGE_DENIED, STORAGE_FULL, INTERNAL naming the file
 */
export async function writeWhole(path: string, bytes: Uint8Array, mode = 0o600): Promise<string> {
  const target = resolve(path);
  const part = `${target}.${process.pid}.part`;
  try {
    await makePrivateFolder(dirname(target));
    await writeFile(part, bytes, { mode: 0o600 });
    if (mode !== 0o600) await chmod(part, mode);
    await rename(part, target);
  } catch (error) {
    // Below a file there is nothing to remove either.
    await rm(part, { force: true }).catch(() => {});
    throw asChatReidError(error, `writing ${target}`);
  }
  return target;
}
