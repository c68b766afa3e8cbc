/** A gallery as a folder: the pictures, and a manifest.csv that imports them again unchanged. */
import { constants } from 'node:fs';
import { copyFile, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ChatReidError } from '../foundation/error.ts';
import { storageError } from './gallery-database.ts';
import { type GalleryStore, type PictureRecord, pathOf, type Scope } from './gallery-store.ts';
import { lookahead } from './lookahead.ts';
import { Progress, type ProgressReport } from './progress.ts';
import { tagsCell } from './sources/manifest-rows.ts';

export interface ExportOptions {
  readonly store: GalleryStore;
  readonly gallery: string;
  /** Made when missing; must be empty, or hold an export that was interrupted: it is then made whole. */
  readonly folder: string;
  readonly scope?: Scope;
  readonly onProgress?: (progress: ProgressReport) => void;
  readonly signal?: AbortSignal;
}

export interface ExportReport {
  readonly pictures: number;
  /** Pictures that were listed and then removed by somebody while this went on: they are left out. */
  readonly removed: number;
  readonly manifest: string;
}

const columns = [
  'path',
  'person_id',
  'camera_id',
  'time',
  'place',
  'split',
  'caption',
  'tags',
  'source',
] as const;
const page = 500;
const manifestName = 'manifest.csv';
/** There from the first moment on: a folder with it and without a manifest is an unfinished export, and ours. */
const unfinished = `${manifestName}.part`;
const copyName = /^[0-9a-f]{64}\.[a-z]+$/;

/**
 * Writes `pictures/<id>.<ext>` and, last and at one stroke, `manifest.csv`: a folder with a manifest is a complete export.
 * Stopped at any moment and run again into the same folder, it is made whole.
 *
 * @throws ChatReidError GALLERY_UNKNOWN, OPTION_INVALID (the folder holds something else), GALLERY_DAMAGED (a picture's
 * file is missing), STORAGE_FULL, STORAGE_DENIED, CANCELLED
 */
export async function exportGallery(options: ExportOptions): Promise<ExportReport> {
  const { store, gallery, folder, scope, signal } = options;
  const records = await store.list(gallery, scope ? { scope } : {});
  try {
    const pictures = await prepareFolder(folder);
    const progress = new Progress(records.length);
    const rows: string[] = [];
    const names = new Set<string>();
    let done = 0;
    const copied = lookahead(records, 8, async (record) => {
      signal?.throwIfAborted();
      const name = await copyPicture(store, record, pictures);
      return name === undefined ? undefined : { name, line: row(record, `pictures/${name}`) };
    });
    for await (const copy of copied) {
      if (copy) {
        names.add(copy.name);
        rows.push(copy.line);
      }
      progress.advance(1);
      if (++done % page === 0) options.onProgress?.(progress.report());
    }
    options.onProgress?.(progress.report());
    // An interrupted export may have copied a picture that has been removed since.
    for (const name of await readdir(pictures)) {
      if (copyName.test(name) && !names.has(name)) await rm(join(pictures, name));
    }
    await writeThrough(join(folder, unfinished), [columns.join(','), ...rows, ''].join('\n'));
    const manifest = join(folder, manifestName);
    await rename(join(folder, unfinished), manifest);
    return { pictures: rows.length, removed: records.length - rows.length, manifest };
  } catch (error) {
    throw storageError(error, folder);
  }
}

/** @returns the folder for the pictures @throws ChatReidError OPTION_INVALID */
async function prepareFolder(folder: string): Promise<string> {
  const pictures = join(folder, 'pictures');
  await mkdir(folder, { recursive: true });
  const present = await readdir(folder);
  const goesOn =
    present.includes(unfinished) && present.every((name) => [unfinished, 'pictures'].includes(name));
  const copies = goesOn && present.includes('pictures') ? await readdir(pictures) : [];
  if ((present.length > 0 && !goesOn) || !copies.every((name) => copyName.test(name))) {
    throw new ChatReidError(
      'OPTION_INVALID',
      `The folder ${folder} is not empty.`,
      'Export into a new or empty folder.',
    );
  }
  await writeThrough(join(folder, unfinished), '');
  await mkdir(pictures, { recursive: true });
  return pictures;
}

/** @returns its name in the export, or undefined when it was removed from the store meanwhile */
async function copyPicture(
  store: GalleryStore,
  { pictureId, source }: PictureRecord,
  into: string,
): Promise<string | undefined> {
  const path = await pathOf(store, pictureId);
  if (path === undefined) return undefined;
  try {
    // A copy-on-write copy where the file system can.
    await copyFile(path, join(into, basename(path)), constants.COPYFILE_FICLONE);
    return basename(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    if ((await pathOf(store, pictureId)) === undefined) return undefined;
    throw new ChatReidError(
      'GALLERY_DAMAGED',
      `The file of ${source} is missing: ${path}`,
      'Import the picture again from its source, or remove it from the gallery; then export again.',
      error,
    );
  }
}

function row(record: PictureRecord, path: string): string {
  const { personId, cameraId, time, place, split, caption, tags, source } = record;
  return [path, personId, cameraId, time, place, split, caption, tags && tagsCell(tags), source]
    .map((cell) => quoted(cell ?? ''))
    .join(',');
}

/** RFC 4180: quoted where it must be. */
function quoted(cell: string): string {
  return /[",\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

async function writeThrough(path: string, text: string): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}
