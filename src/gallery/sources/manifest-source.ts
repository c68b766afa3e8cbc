/** A CSV, TSV or JSONL manifest on this machine: pictures by path, wherever that leads, with what is known of each. */
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { asChatReidError, ChatReidError } from '../../foundation/error.ts';
import { readPictureFile } from '../../foundation/picture.ts';
import { lookahead } from '../lookahead.ts';
import type { OpenSource, RejectedItem, SourceItem, SourceKind, SourceOptions } from './import-source.ts';
import { type Manifest, type ManifestRow, readManifest } from './manifest-rows.ts';

const endings = /\.(csv|tsv|jsonl|ndjson)$/i;

export const manifestSource: SourceKind = {
  name: 'manifest',
  recognises: (path, stats) => stats.isFile() && endings.test(path),
  open: openManifest,
};

/**
 * Paths are relative to the manifest's folder; absolute ones and `..` reach any file that the user can read. A manifest is
 * trusted as the command line is, so callers never open one that came from somebody else than the operator.
 *
 * @throws ChatReidError IMPORT_MANIFEST_INVALID, STORAGE_DENIED
 */
export async function openManifest(path: string, options: SourceOptions): Promise<OpenSource> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw asChatReidError(error, `reading ${path}`);
  });
  const manifest = readManifest(text, path, { jsonLines: isJsonLines(path), timeZone: options.timeZone });
  const folder = dirname(path);
  const at = (row: ManifestRow) => (isAbsolute(row.path) ? row.path : join(folder, row.path));
  const missing = new Set<ManifestRow>();
  const looked = lookahead(manifest.rows, 16, async (row) =>
    'why' in row || (await isFile(at(row))) ? undefined : row,
  );
  for await (const row of looked) if (row) missing.add(row);
  return {
    label: basename(dirname(resolve(path))),
    items: manifestItems(manifest, basename(path), (row) =>
      missing.has(row) ? undefined : () => readPictureFile(at(row)),
    ),
    notes: manifestNotes(manifest),
    close: async () => {},
  };
}

export function isJsonLines(path: string): boolean {
  return /\.(jsonl|ndjson)$/i.test(path);
}

/** @param reader how to read the row's picture, or undefined when it is not there */
export function manifestItems(
  manifest: Manifest,
  name: string,
  reader: (row: ManifestRow) => SourceItem['read'] | undefined,
): (SourceItem | RejectedItem)[] {
  return manifest.rows.map((row) => {
    const place = `${name}, line ${row.line}`;
    if ('why' in row) {
      return {
        source: row.path === '' ? place : `${row.path} (${place})`,
        path: row.path,
        error: new ChatReidError(
          'IMPORT_MANIFEST_INVALID',
          `The row cannot be used: ${row.why}.`,
          'Correct the line and import the manifest again: what is already there is not imported twice.',
        ),
      };
    }
    const read = reader(row);
    if (read) {
      const { path, facts } = row;
      return { source: row.source ?? path, path, facts, decided: manifest.decided, read };
    }
    return {
      source: `${row.path} (${place})`,
      path: row.path,
      error: new ChatReidError(
        'IMPORT_SOURCE_MISSING',
        `There is no picture at ${row.path}.`,
        'Paths are relative to the manifest. Correct the line or bring the picture, and import again.',
      ),
    };
  });
}

export function manifestNotes(manifest: Manifest): string[] {
  const { unknownColumns: unknown } = manifest;
  return unknown.length === 0 ? [] : [`Ignored unknown columns of the manifest: ${unknown.join(', ')}`];
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isFile(),
    () => false,
  );
}
