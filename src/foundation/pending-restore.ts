/** The last step of a restore: parts of the home folder change places, finished by whoever comes next after a kill. */
import { mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { asChatReidError } from './error.ts';
import { syncFolder } from './sync-folder.ts';

/** Folders of the home that a restore replaces, the caches too: they are of pictures that may not be there any more. */
export const homeParts = ['galleries', 'conversations', 'audit', 'cache'] as const;

export type HomePart = (typeof homeParts)[number];

/** Lies in the folder of what is restored, beside the parts. */
export interface RestorePlan {
  /** Parts that are there and not empty: they move into the folder `replaced` of the home. */
  readonly moves: readonly HomePart[];
  readonly replaced: string;
}

/** All parts, complete and verified, empty ones too. The restore is decided when a folder of this name is there. */
export const restoredName = 'restored';
export const planName = 'plan.json';

/**
 * Does nothing where no restore was decided. May run again after a kill at any step, and twice at once: a part that is
 * not in the folder any more has been moved, and a folder that is not empty is never overwritten.
 *
 * @throws ChatReidError STORAGE_*, INTERNAL
 */
export async function finishRestore(root: string): Promise<void> {
  const restored = join(root, restoredName);
  if (!(await isThere(restored))) return;
  try {
    // The plan goes last, when every part is in its place: a process that ended while it removed the folder leaves it without.
    const plan = await readPlan(restored).catch(unless('ENOENT'));
    for (const part of plan ? homeParts : []) {
      if (!(await isThere(join(restored, part)))) continue;
      if (plan?.moves.includes(part)) await moveAway(root, part, plan.replaced);
      await rename(join(restored, part), join(root, part)).catch(unless('ENOENT'));
    }
    await syncFolder(root);
    await rm(restored, { recursive: true, force: true });
    await syncFolder(root);
  } catch (error) {
    // Another process has finished it meanwhile.
    if (!(await isThere(restored))) return;
    throw asChatReidError(error, `finishing the restore of ${root}`);
  }
}

async function moveAway(root: string, part: HomePart, replaced: string): Promise<void> {
  const folder = join(root, replaced);
  await mkdir(folder, { mode: 0o700 }).catch(unless('EEXIST'));
  if (await isThere(join(folder, part))) return;
  await rename(join(root, part), join(folder, part)).catch(unless('ENOENT', 'ENOTEMPTY', 'EEXIST'));
  await syncFolder(folder);
}

/** It was on the disk before the restore was decided, and is ours. */
async function readPlan(restored: string): Promise<RestorePlan> {
  return JSON.parse(await readFile(join(restored, planName), 'utf8')) as RestorePlan;
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function unless(...codes: string[]): (error: NodeJS.ErrnoException) => undefined {
  return (error) => {
    if (codes.includes(error.code ?? '')) return undefined;
    throw error;
  };
}
