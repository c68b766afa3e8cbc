/** Where the program keeps everything: CHATREID_HOME, or the platform's data folder. */
import { constants } from 'node:fs';
import { access, mkdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import envPaths from 'env-paths';
import { ChatReidError, messageOf } from './error.ts';
import { finishRestore } from './pending-restore.ts';

export interface Home {
  readonly root: string;
  /** Pictures and their metadata and embeddings: what must never be lost. */
  readonly galleries: string;
  /** Everything that can be computed again. */
  readonly cache: string;
}

export function homeFolder(env: NodeJS.ProcessEnv = process.env): Home {
  const chosen = env.CHATREID_HOME?.trim();
  const root = chosen ? resolve(chosen) : envPaths('chatreid', { suffix: '' }).data;
  return { root, galleries: join(root, 'galleries'), cache: join(root, 'cache') };
}

/**
 * Makes the folders that are not there yet, for the owner of the account only: they hold pictures of people. The mode
 * of a folder that is already there is left as it is.
 *
 * @throws ChatReidError STORAGE_FULL, STORAGE_DENIED whatever else is the reason that nothing can be kept there
 */
export async function prepareHome({ root, cache }: Home): Promise<void> {
  try {
    await makePrivateFolder(root);
    await finishRestore(root);
    await makePrivateFolder(cache);
    await access(root, constants.W_OK | constants.X_OK);
  } catch (error) {
    if (error instanceof ChatReidError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    const full = code === 'ENOSPC' || code === 'EDQUOT';
    throw new ChatReidError(
      full ? 'STORAGE_FULL' : 'STORAGE_DENIED',
      full ? `The disk that holds ${root} is full.` : `Nothing can be kept in ${root}: ${reason(error)}.`,
      full
        ? 'Free some space, or set CHATREID_HOME to a folder on another disk.'
        : 'Set CHATREID_HOME to a folder you can write.',
      error,
    );
  }
}

/**
 * With the folders above it that are missing, all with mode 0700. Node's own recursive mkdir never returns where a
 * folder that exists answers ENOENT for whatever is made in it, as /proc does.
 */
export async function makePrivateFolder(path: string): Promise<void> {
  const make = () => mkdir(path, { mode: 0o700 });
  try {
    await make();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Some systems answer EROFS or EACCES for a folder that is there.
    if (await isFolder(path)) return;
    const parent = dirname(path);
    if (code !== 'ENOENT' || parent === path || (await isFolder(parent))) throw error;
    await makePrivateFolder(parent);
    await make().catch(async (again: unknown) => {
      // Somebody else may have been faster.
      if (!(await isFolder(path))) throw again;
    });
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

function reason(error: unknown): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EROFS':
      return 'it is on a disk that is mounted for reading only';
    case 'EACCES':
    case 'EPERM':
      return 'there is no permission to write';
    case 'EEXIST':
    case 'ENOTDIR':
      return 'it is, or lies below, something that is not a folder';
    case 'ENOENT':
      return 'no folder can be made there';
    default:
      return messageOf(error);
  }
}
