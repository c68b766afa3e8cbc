/** Where pictures lie in a home folder: its own parts, and those that a restore has put aside. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { featureFileName, featuresFolder } from '../../engine/feature-folder.ts';
import type { Home } from '../../foundation/home.ts';

export interface Place {
  readonly root: string;
  readonly galleries: string;
  readonly cache: string;
  /** Features and embeddings in the cache. */
  readonly features: string;
  readonly evaluation: string;
  readonly conversations: string;
  /** Pictures that were sent. */
  readonly uploads: string;
  readonly audit: string;
}

/** The home's own first. */
export async function placesOf({ root }: Pick<Home, 'root'>): Promise<readonly [Place, ...Place[]]> {
  const names = await readdir(root).catch(() => []);
  const aside = names.filter((name) => name.startsWith('replaced-')).sort();
  return [placeAt(root), ...aside.map((name) => placeAt(join(root, name)))];
}

function placeAt(root: string): Place {
  const cache = join(root, 'cache');
  const conversations = join(root, 'conversations');
  return {
    root,
    galleries: join(root, 'galleries'),
    cache,
    features: featuresFolder(cache),
    evaluation: join(cache, 'evaluation'),
    conversations,
    uploads: join(conversations, 'pictures'),
    audit: join(root, 'audit'),
  };
}

/** Files of a picture's features, of every model. */
export async function featureFilesOf({ features }: Place, pictureId: string): Promise<string[]> {
  const models = await readdir(features).catch(() => []);
  return models.map((model) => join(features, model, featureFileName(pictureId)));
}
