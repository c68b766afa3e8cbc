/** The pictures that are shipped for trying the program out: a gallery to search, and queries that stay out of it. */
import { readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parse } from 'csv-parse/sync';
import { ChatReidError } from '../../foundation/error.ts';
import { packageRoot } from '../../foundation/package-root.ts';
import { pictureFromFile } from '../../foundation/picture.ts';
import { OrderFolder } from '../../trust/forget/order-folder.ts';
import { demoGallery } from '../gallery-option.ts';
import { indexedPictures } from '../gallery-table.ts';
import { counted } from '../output.ts';
import { pictureEncoder, register } from '../registering.ts';
import type { Work } from '../shell.ts';
import { writeWhole } from '../write-file.ts';

export interface DemoQuery {
  /** Absolute path of the picture. */
  readonly path: string;
  readonly personId?: string;
  /** The person in words. */
  readonly caption?: string;
}

interface DemoRow extends DemoQuery {
  readonly split: string;
  readonly cells: Readonly<Record<string, string>>;
}

/**
 * Registers the gallery rows under CHATREID_HOME, once: later calls look and leave. Stopped half-way, it goes on.
 *
 * @returns the rows that are kept out of the gallery to search with
 * @throws ChatReidError IMPORT_SOURCE_MISSING, IMPORT_MANIFEST_INVALID
 */
export async function prepareDemo(
  work: Work,
  folder = join(packageRoot(), 'model', 'demo'),
): Promise<DemoQuery[]> {
  const rows = await demoRows(folder);
  const gallery = await notForgotten(work, rows);
  if (!(await isReady(work, gallery.length))) await fill(work, gallery, folder);
  return rows.filter(({ split }) => split === 'query');
}

/** Who was forgotten does not come back with the next start. */
async function notForgotten({ settings }: Work, rows: readonly DemoRow[]): Promise<DemoRow[]> {
  const gallery = rows.filter(({ split }) => split === 'gallery');
  const orders = await new OrderFolder(settings.home.root).all();
  const elsewhere = orders.flatMap((order) => order.elsewhere.filter((one) => one.gallery === demoGallery));
  const gone = new Set([...orders, ...elsewhere].flatMap(({ pictures }) => pictures));
  if (gone.size === 0) return gallery;
  const ids = await Promise.all(gallery.map(async ({ path }) => (await pictureFromFile(path)).id));
  return gallery.filter((_, at) => !gone.has(ids[at]!));
}

async function isReady({ parts }: Work, pictures: number): Promise<boolean> {
  const store = await parts.store();
  const summary = (await store.galleries()).find(({ name }) => name === demoGallery);
  if (!summary || summary.pictures < pictures || indexedPictures(summary) < pictures) return false;
  const { space } = await (await parts.encoder()).describeEncoder();
  return summary.liveSpace === space;
}

async function fill(work: Work, rows: readonly DemoRow[], folder: string): Promise<void> {
  const { out, parts, settings, signal } = work;
  out.note(`Registering the demo gallery: ${counted(rows.length, 'picture')} (only this first time) …`);
  const store = await parts.store();
  const known = (await store.galleries()).find(({ name }) => name === demoGallery);
  const encoder = await pictureEncoder(await parts.encoder());
  if (known?.liveSpace !== undefined && known.liveSpace !== encoder.space) {
    const { reindex } = await import('../../gallery/reindex.ts');
    await reindex({ store, gallery: demoGallery, encoder, signal });
  }
  const lines = rows.map(({ path, cells }) => JSON.stringify({ ...cells, path, source: cells.path }));
  const manifest = await writeWhole(
    join(settings.home.root, 'demo', 'gallery.jsonl'),
    Buffer.from(`${lines.join('\n')}\n`),
  );
  const registering = register(work, {
    gallery: demoGallery,
    sources: [manifest],
    timeZone: settings.timeZone,
    index: true,
  });
  const { failed, indexed, seconds } = await registering.finally(() => rm(manifest, { force: true }));
  for (const { source, message } of failed) out.note(`  skipped ${source}: ${message}`);
  out.note(
    `${counted(indexed, 'picture')} registered in ${seconds.toFixed(1)} s under ${settings.home.root}`,
  );
  if (failed.length === rows.length) {
    throw new ChatReidError(
      'IMPORT_SOURCE_MISSING',
      `None of the demo pictures in ${folder} could be registered.`,
      'Install the package again, or register your own pictures with: chatreid gallery add FOLDER',
    );
  }
}

async function demoRows(folder: string): Promise<DemoRow[]> {
  const file = join(folder, 'manifest.csv');
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new ChatReidError(
      'IMPORT_SOURCE_MISSING',
      `The demo pictures are not there: ${file} cannot be read.`,
      'Register your own pictures instead: chatreid gallery add FOLDER',
      error,
    );
  }
  const records = parse(text, { columns: true, skip_empty_lines: true, bom: true }) as Record<
    string,
    string
  >[];
  return records.flatMap((cells) => {
    const { path, split } = cells;
    if (!path || !split) return [];
    return [
      {
        path: resolve(folder, path),
        split,
        cells,
        ...(cells.person_id ? { personId: cells.person_id } : {}),
        ...(cells.caption ? { caption: cells.caption } : {}),
      },
    ];
  });
}
