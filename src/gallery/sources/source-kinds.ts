/** The kinds of source that can be imported, asked in this order: a new kind is one file and one line here. */
import { stat } from 'node:fs/promises';
import { asChatReidError, ChatReidError } from '../../foundation/error.ts';
import { folderSource } from './folder-source.ts';
import type { OpenSource, SourceKind, SourceOptions } from './import-source.ts';
import { manifestSource } from './manifest-source.ts';
import { pictureSource } from './picture-source.ts';
import { zipSource } from './zip-source.ts';

export const sourceKinds: readonly SourceKind[] = [folderSource, manifestSource, zipSource, pictureSource];

/** @throws ChatReidError IMPORT_SOURCE_MISSING, or as the kind's own open */
export async function openSource(path: string, options: SourceOptions): Promise<OpenSource> {
  const stats = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw asChatReidError(error, `opening ${path}`);
    throw new ChatReidError(
      'IMPORT_SOURCE_MISSING',
      `There is nothing at ${path}.`,
      'Give the path of a folder, a picture, a zip archive, or a CSV or JSONL manifest.',
      error,
    );
  });
  for (const kind of sourceKinds) if (await kind.recognises(path, stats)) return kind.open(path, options);
  throw new ChatReidError(
    'IMPORT_SOURCE_MISSING',
    `${path} is neither a file nor a folder.`,
    'Give the path of a folder, a picture, a zip archive, or a CSV or JSONL manifest.',
  );
}
