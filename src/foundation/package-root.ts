/** Finds the folder that holds package.json, from a checkout (src/) and from a build (dist/src/) alike. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ChatReidError } from './error.ts';

/** Absolute path; prompts/ and model/ lie in it. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) {
      throw new ChatReidError(
        'INTERNAL',
        'The folder of the chatreid package cannot be found.',
        'Install the package again.',
      );
    }
    folder = parent;
  }
  return folder;
}
