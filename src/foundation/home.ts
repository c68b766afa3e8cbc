/** Where the program keeps everything: CHATREID_HOME, or the platform's data folder. */
import { join, resolve } from 'node:path';
import envPaths from 'env-paths';

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
