/** Listing a data set's pictures: each folder is read once, no file is opened or looked at. */
import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { anyLayout, type Layout, notThisLayout, unreadable } from './dataset-errors.ts';

/**
 * Names of the pictures right in a folder, in code-unit order: .jpg, .jpeg, .png and .bmp, whatever the case. Hidden
 * files (macOS writes `._NAME.jpg` beside each picture) and anything else (Thumbs.db, a folder or a pipe of such a name)
 * are passed over. A link counts, wherever it leads: that is seen when the picture is opened.
 *
 * @param folder relative to root; '.' is the root itself
 * @returns none where the folder has none: see {@link somePicturesIn}
 * @throws ChatReidError DATASET_INVALID when the folder cannot be read
 */
export async function picturesIn(root: string, folder: string, layout = anyLayout): Promise<string[]> {
  const entries = await entriesIn(root, folder, layout);
  return entries
    .filter((entry) => (entry.isFile() || entry.isSymbolicLink()) && isPictureName(entry.name))
    .map(({ name }) => name)
    .sort();
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
  const entries = await entriesIn(root, folder, layout);
  const names: string[] = [];
  for (const entry of entries) {
    const { name } = entry;
    if (name.startsWith('.') || name === '__MACOSX') continue;
    const linked = entry.isSymbolicLink() && (await isFolder(join(root, folder, name)));
    if (linked || entry.isDirectory()) names.push(name);
  }
  return names.sort();
}

export function isPictureName(name: string): boolean {
  return /^[^.].*\.(jpe?g|png|bmp)$/i.test(name);
}

/**
 * Names of everything in a folder, hidden files and all, in no order. Empty where no folder is there.
 *
 * @throws ChatReidError DATASET_INVALID when the folder is there and cannot be read
 */
export async function everythingIn(folder: string): Promise<Set<string>> {
  const names = await readdir(folder).catch((error: unknown) => {
    const refusal = unreadable(folder, error);
    if (refusal) throw refusal;
    return [];
  });
  return new Set(names);
}

/**
 * The folder that was given or, where an archive unpacks into a folder of its own, that one inside it.
 *
 * @param marks names of which the right folder holds at least one
 * @param inside names of the folder that the archives unpack
 * @returns the given folder where neither has a mark: what is missing is for the reader to say
 * @throws ChatReidError DATASET_INVALID when one of them is there and cannot be read
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

async function entriesIn(root: string, folder: string, layout: Layout): Promise<Dirent[]> {
  try {
    return await readdir(join(root, folder), { withFileTypes: true });
  } catch (error) {
    throw noFolder(root, folder, layout, error);
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isDirectory(),
    (error: unknown) => {
      const refusal = unreadable(path, error);
      if (refusal) throw refusal;
      return false;
    },
  );
}

function noFolder(root: string, folder: string, layout: Layout, cause: unknown): Error {
  const named = folder === '.' ? basename(root) : folder;
  const missing = `there is no folder ${named} that can be read`;
  return (
    unreadable(join(root, folder), cause) ?? notThisLayout(root, layout.title, missing, layout.next, cause)
  );
}
