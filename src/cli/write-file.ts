/** A result file that is there whole or not at all. */
import { access, chmod, constants, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { asChatReidError, ChatReidError } from '../foundation/error.ts';
import { makePrivateFolder } from '../foundation/home.ts';
import { removeLeftovers } from '../foundation/leftovers.ts';

/** Followed by the number of the process that writes it. */
const partPrefix = '.chatreid-part-';

/**
 * Readable for the owner of the account only, and so are folders that it makes.
 *
 * @param mode of the file, whatever the umask
 * @returns its absolute path. @throws ChatReidError STORAGE_DENIED, STORAGE_FULL, INTERNAL naming the file
 */
export async function writeWhole(path: string, bytes: Uint8Array, mode = 0o600): Promise<string> {
  const target = resolve(path);
  const part = join(dirname(target), `${partPrefix}${process.pid}-${basename(target)}`);
  try {
    await makePrivateFolder(dirname(target));
    await removeLeftovers(dirname(target), partPrefix);
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

/**
 * Hours of work should not end at a name that cannot be written: asked before they begin, a folder in the way and a folder
 * that cannot be made or written are told at once.
 *
 * @throws ChatReidError OPTION_INVALID, STORAGE_DENIED
 */
export async function checkWritable(path: string, option: string): Promise<void> {
  const target = resolve(path);
  if ((await stat(target).catch(() => undefined))?.isDirectory()) {
    throw new ChatReidError(
      'OPTION_INVALID',
      `${target} is a folder: ${option} names a file.`,
      `Give the name of a file, such as ${option} ${join(path, 'report.html')}`,
    );
  }
  try {
    await makePrivateFolder(dirname(target));
    await access(dirname(target), constants.W_OK);
  } catch (error) {
    throw asChatReidError(error, `preparing ${target}`);
  }
}
