/** A folder with pictures in it and in its subfolders, or one that a manifest at its top describes. */
import type { Stats } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { asChatReidError } from '../../foundation/error.ts';
import { readPictureFile, sniffFormat } from '../../foundation/picture.ts';
import { lookahead } from '../lookahead.ts';
import { nothingDecided, type OpenSource, type RejectedItem, type SourceKind } from './import-source.ts';
import { openManifest } from './manifest-source.ts';
import { byName, isHidden, looksLikePicture } from './picture-names.ts';

const manifestNames = ['manifest.csv', 'manifest.jsonl'];

export const folderSource: SourceKind = {
  name: 'folder',
  recognises: (_, stats) => stats.isDirectory(),
  open: async (path, options) => {
    const found: Found = { files: [], rejected: [] };
    await walk(path, '', found, new Set());
    const manifest = manifestNames.find((name) => found.files.includes(name));
    if (manifest) return withStrays(await openManifest(join(path, manifest), options), found.files);
    const others = found.files.filter((name) => !looksLikePicture(name));
    const left = new Set<string>();
    const looked = lookahead(others, 16, async (name) => ({
      name,
      picture: await startsLikePicture(join(path, name)),
    }));
    for await (const { name, picture } of looked) if (!picture) left.add(name);
    const items = found.files
      .filter((name) => !left.has(name))
      .map((name) => ({
        source: name,
        facts: {},
        decided: nothingDecided,
        read: () => readPictureFile(join(path, name)),
      }));
    return {
      label: basename(resolve(path)),
      items: [...items, ...found.rejected].sort((a, b) => byName(a.source, b.source)),
      notes:
        left.size > 0
          ? [`Left out ${count(left.size, 'file')} that are not pictures: ${few([...left])}`]
          : [],
      close: async () => {},
    };
  },
};

/** A folder with a manifest imports what the manifest names; pictures that it forgets are mentioned. */
function withStrays(source: OpenSource, files: readonly string[]): OpenSource {
  const named = new Set(source.items.map((item) => item.path));
  const strays = files.filter((name) => looksLikePicture(name) && !named.has(name));
  if (strays.length === 0) return source;
  return {
    ...source,
    notes: [
      ...source.notes,
      `The manifest does not name ${count(strays.length, 'picture')} of the folder: ${few(strays)}`,
    ],
  };
}

interface Found {
  /** Relative, with forward slashes. */
  readonly files: string[];
  readonly rejected: RejectedItem[];
}

async function walk(root: string, relative: string, found: Found, seen: Set<string>): Promise<void> {
  const here = join(root, relative);
  try {
    // A link to a folder above would go round for ever.
    const real = await realpath(here);
    if (seen.has(real)) return;
    seen.add(real);
    const entries = await readdir(here, { withFileTypes: true });
    for (const entry of entries.sort((a, b) => byName(a.name, b.name))) {
      if (isHidden(entry.name)) continue;
      const path = relative === '' ? entry.name : `${relative}/${entry.name}`;
      const kind = entry.isSymbolicLink() ? await linked(join(root, path), path, found) : entry;
      if (kind?.isDirectory()) await walk(root, path, found, seen);
      if (kind?.isFile()) found.files.push(path);
    }
  } catch (error) {
    if (relative === '') throw asChatReidError(error, `listing ${root}`);
    found.rejected.push({ source: relative, error: asChatReidError(error, `listing ${relative}`) });
  }
}

async function linked(target: string, path: string, found: Found): Promise<Stats | undefined> {
  try {
    return await stat(target);
  } catch (error) {
    found.rejected.push({ source: path, error: asChatReidError(error, `opening ${path}`) });
    return undefined;
  }
}

async function startsLikePicture(path: string): Promise<boolean> {
  const file = await open(path, 'r').catch(() => undefined);
  try {
    const head = Buffer.alloc(64);
    const read = await file?.read(head, 0, head.length, 0);
    sniffFormat(head.subarray(0, read?.bytesRead ?? 0));
    return true;
  } catch {
    return false;
  } finally {
    await file?.close();
  }
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function few(names: readonly string[]): string {
  return names.length > 3 ? `${names.slice(0, 3).join(', ')}, …` : names.join(', ');
}
