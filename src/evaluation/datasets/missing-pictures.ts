/** Which pictures that a list names are not there. Folders are listed, no picture is opened. */
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { lookahead } from '../../gallery/lookahead.ts';
import { unreadable } from './dataset-errors.ts';

/** From so many pictures in one folder, listing it once is cheaper than looking each up. */
const worthListing = 16;

/**
 * A name that the listing lacks, and a link, is looked up all the same: file systems differ in what they take for the
 * same name (capitals, accents in one character or two), and the file system has the last word.
 *
 * @param paths absolute, each once or more often
 * @returns those at which there is no file, in their order, each once
 * @throws ChatReidError DATASET_INVALID when it may not be told, since a folder may not be entered
 */
export async function missingPictures(paths: Iterable<string>): Promise<Set<string>> {
  const folders = new Map<string, Set<string>>();
  for (const path of paths) {
    const folder = dirname(path);
    const known = folders.get(folder);
    if (known) known.add(path);
    else folders.set(folder, new Set([path]));
  }
  const missing = new Set<string>();
  const looked = lookahead(folders, 16, ([folder, pictures]) => missingIn(folder, pictures));
  for await (const paths of looked) for (const path of paths) missing.add(path);
  return missing;
}

async function missingIn(folder: string, pictures: ReadonlySet<string>): Promise<string[]> {
  const names = pictures.size < worthListing ? new Set<string>() : await filesIn(folder);
  const missing: string[] = [];
  for (const path of pictures) {
    if (!names.has(basename(path)) && !(await isFile(path))) missing.push(path);
  }
  return missing;
}

/** Names of the files right in a folder, links left out. Empty where it cannot be listed: each is looked up then. */
async function filesIn(folder: string): Promise<Set<string>> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return new Set(entries.flatMap((entry) => (entry.isFile() ? [entry.name] : [])));
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isFile(),
    (error: unknown) => {
      const refusal = unreadable(path, error);
      if (refusal) throw refusal;
      return false;
    },
  );
}
