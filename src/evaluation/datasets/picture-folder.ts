/** Listing a data set's pictures: each folder is read once, no file is opened or looked at. */
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { anyLayout, type Layout, notThisLayout } from './dataset-errors.ts';

/**
 * Names of the pictures right in a folder, in code-unit order: .jpg, .jpeg, .png and .bmp, whatever the case. Hidden
 * files (macOS writes `._NAME.jpg` beside each picture) and anything else (Thumbs.db) are passed over.
 *
 * @param folder relative to root; '.' is the root itself
 * @returns none where the folder has none: see {@link somePicturesIn}
 * @throws ChatReidError DATASET_INVALID when the folder cannot be read
 */
export async function picturesIn(root: string, folder: string, layout = anyLayout): Promise<string[]> {
  return (await namesIn(root, folder, layout)).filter(isPictureName).sort();
}

/** As {@link picturesIn}, @throws ChatReidError DATASET_INVALID where there is none, too. */
export async function somePicturesIn(root: string, folder: string, layout = anyLayout): Promise<string[]> {
  const pictures = await picturesIn(root, folder, layout);
  if (pictures.length > 0) return pictures;
  throw notThisLayout(root, layout.title, `its folder ${folder} holds no picture`, layout.next);
}

/**
 * Names of the folders right in a folder (links to folders too), in code-unit order, hidden ones and macOS's `__MACOSX`
 * passed over.
 *
 * @throws ChatReidError DATASET_INVALID when the folder cannot be read
 */
export async function foldersIn(root: string, folder: string, layout = anyLayout): Promise<string[]> {
  try {
    const entries = await readdir(join(root, folder), { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
      .map(({ name }) => name)
      .filter((name) => !name.startsWith('.') && name !== '__MACOSX')
      .sort();
  } catch (error) {
    throw noFolder(root, folder, layout, error);
  }
}

export function isPictureName(name: string): boolean {
  return /^[^.].*\.(jpe?g|png|bmp)$/i.test(name);
}

/** Names of everything in a folder, hidden files and all, in no order. Empty where the folder cannot be read. */
export async function everythingIn(folder: string): Promise<Set<string>> {
  return new Set(await readdir(folder).catch(() => []));
}

/**
 * The folder that was given or, where an archive unpacks into a folder of its own, that one inside it.
 *
 * @param marks names of which the right folder holds at least one
 * @param inside names of the folder that the archives unpack
 * @returns the given folder where neither has a mark: what is missing is for the reader to say
 */
export async function datasetRoot(
  folder: string,
  marks: readonly string[],
  inside: readonly string[],
): Promise<string> {
  const here = await everythingIn(folder);
  if (marks.some((mark) => here.has(mark))) return folder;
  for (const name of inside.filter((one) => here.has(one))) {
    const there = await everythingIn(join(folder, name));
    if (marks.some((mark) => there.has(mark))) return join(folder, name);
  }
  return folder;
}

async function namesIn(root: string, folder: string, layout: Layout): Promise<string[]> {
  try {
    return await readdir(join(root, folder));
  } catch (error) {
    throw noFolder(root, folder, layout, error);
  }
}

function noFolder(root: string, folder: string, layout: Layout, cause: unknown): Error {
  const named = folder === '.' ? basename(root) : folder;
  return notThisLayout(
    root,
    layout.title,
    `there is no folder ${named} that can be read`,
    layout.next,
    cause,
  );
}
