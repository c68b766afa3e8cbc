/** Where features of pictures lie in the cache folder (a folder a model, in it a file a picture), and how they are forgotten. */
import { createHash } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { asChatReidError } from '../foundation/error.ts';

export interface FeatureFileInfo {
  /** Inside the features' folder. */
  readonly path: string;
  readonly bytes: number;
  /** When it was last written or read, in whole ms since 1970. */
  readonly used: number;
}

const ending = '.features';
/** No write takes this long: an unfinished file this old belongs to a process that is gone. */
const staleMs = 60 * 60 * 1000;
const statsAtOnce = 64;

export function featuresFolder(cacheFolder: string): string {
  return join(cacheFolder, 'features');
}

/** @param key everything that the features depend on; all of it counts */
export function modelFolderName(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 32);
}

export function featureFileName(pictureId: string): string {
  const name = /^[0-9a-z-]{1,100}$/.test(pictureId) ? pictureId : encodeURIComponent(pictureId);
  return `${name}${ending}`;
}

/** What all models have left in the folder, without unfinished files; stale ones of these are removed. */
export async function featureFiles(folder: string): Promise<FeatureFileInfo[]> {
  const paths = await filesOf(folder);
  const files: FeatureFileInfo[] = [];
  for (let start = 0; start < paths.length; start += statsAtOnce) {
    const some = paths.slice(start, start + statsAtOnce);
    const infos = await Promise.all(some.map((path) => stat(join(folder, path)).catch(() => undefined)));
    for (const [i, info] of infos.entries()) {
      const path = some[i] as string;
      if (info === undefined) continue;
      const used = Math.floor(info.mtimeMs);
      if (path.endsWith(ending)) files.push({ path, bytes: info.size, used });
      else if (path.endsWith('.tmp') && Date.now() - used > staleMs) {
        await rm(join(folder, path), { force: true }).catch(() => undefined);
      }
    }
  }
  return files;
}

/**
 * Removes what any model has left on disk of these pictures, without loading one. A program that still runs may hold
 * them in memory; that is `EngineProcess.forget`.
 *
 * @throws ChatReidError STORAGE_DENIED
 */
export async function forgetFeatures(cacheFolder: string, pictureIds: Iterable<string>): Promise<void> {
  try {
    await removeFeatures(featuresFolder(cacheFolder), pictureIds);
  } catch (error) {
    throw asChatReidError(error, 'removing what was computed from the pictures');
  }
}

/** In every model's folder, unfinished files included. */
export async function removeFeatures(folder: string, pictureIds: Iterable<string>): Promise<void> {
  const names = new Set([...pictureIds].map(featureFileName));
  for (const path of await filesOf(folder)) {
    const end = path.lastIndexOf(ending) + ending.length;
    if (names.has(path.slice(path.indexOf('/') + 1, end))) await rm(join(folder, path), { force: true });
  }
}

/** As `model/file`. A folder that is not there, or is a file, has none. */
async function filesOf(folder: string): Promise<string[]> {
  const models = await readdir(folder).catch(nothingThere);
  const files: string[] = [];
  for (const model of models) {
    const names = await readdir(join(folder, model)).catch(nothingThere);
    for (const name of names) files.push(`${model}/${name}`);
  }
  return files;
}

function nothingThere(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
  throw error;
}
