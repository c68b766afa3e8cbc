/** A gallery as a folder: the pictures, and a manifest.csv that imports them again unchanged. */
import { constants } from 'node:fs';
import { copyFile, mkdir, open, readdir, rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ChatReidError } from '../foundation/error.ts';
import { storageError } from './gallery-database.ts';
import type { GalleryStore, PictureRecord, Scope } from './gallery-store.ts';
import { lookahead } from './lookahead.ts';
import { Progress, type ProgressReport } from './progress.ts';
import { tagsCell } from './sources/manifest-rows.ts';

export interface ExportOptions {
  readonly store: GalleryStore;
  readonly gallery: string;
  /** Made when missing; must be empty. */
  readonly folder: string;
  readonly scope?: Scope;
  readonly onProgress?: (progress: ProgressReport) => void;
  readonly signal?: AbortSignal;
}

export interface ExportReport {
  readonly pictures: number;
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

/**
 * Writes `pictures/<id>.<ext>` and, last and at one stroke, `manifest.csv`: a folder with a manifest is a complete export.
 *
 * @throws ChatReidError GALLERY_UNKNOWN, OPTION_INVALID (the folder is not empty), STORAGE_FULL, STORAGE_DENIED, CANCELLED
 */
export async function exportGallery(options: ExportOptions): Promise<ExportReport> {
  const { store, gallery, folder, scope, signal } = options;
  const records = await store.list(gallery, scope ? { scope } : {});
  try {
    await mkdir(folder, { recursive: true });
    if ((await readdir(folder)).length > 0) {
      throw new ChatReidError(
        'OPTION_INVALID',
        `The folder ${folder} is not empty.`,
        'Export into a new or empty folder.',
      );
    }
    const pictures = join(folder, 'pictures');
    await mkdir(pictures);
    const progress = new Progress(records.length);
    const rows: string[] = [];
    const copied = lookahead(records, 8, async (record) => {
      signal?.throwIfAborted();
      const path = await store.path(record.pictureId);
      // A copy-on-write copy where the file system can.
      await copyFile(path, join(pictures, basename(path)), constants.COPYFILE_FICLONE);
      return row(record, `pictures/${basename(path)}`);
    });
    for await (const line of copied) {
      rows.push(line);
      progress.advance(1);
      if (rows.length % page === 0) options.onProgress?.(progress.report());
    }
    options.onProgress?.(progress.report());
    const manifest = join(folder, 'manifest.csv');
    await writeWhole(manifest, [columns.join(','), ...rows, ''].join('\n'));
    return { pictures: records.length, manifest };
  } catch (error) {
    throw storageError(error, folder);
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

async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = `${path}.part`;
  const file = await open(temporary, 'w');
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}
