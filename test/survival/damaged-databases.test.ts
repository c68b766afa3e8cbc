/** Bytes of the databases flipped anywhere: never the end of the process, always the right thing or a sentence, and a way on. */
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import Database from 'libsql';
import { openStorage } from '../../src/conversation/storage/open-storage.ts';
import { EmbeddedGalleryStore } from '../../src/gallery/embedded-store.ts';
import { registered } from '../gallery/test-pictures.ts';
import { scratchFolder } from './scratch.ts';

let root: string;
beforeEach(() => {
  root = scratchFolder();
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** In a process of its own: over some damage the driver would end it. */
async function used(kind: 'gallery' | 'talks', from: number, to: number): Promise<Record<string, number>> {
  const script = fileURLToPath(new URL('./damage-process.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', script, kind, String(from), String(to)]);
  const ended = new Promise((resolve) => child.on('close', (code, signal) => resolve(signal ?? code)));
  const [out, said] = await Promise.all([text(child.stdout), text(child.stderr)]);
  expect([await ended, said.split('\n').slice(-30).join('\n')]).toEqual([0, expect.any(String)]);
  return JSON.parse(out) as Record<string, number>;
}

test('of the galleries', async () => {
  // Among them 30, whose damage is a text that is no UTF-8, and 36, which is the schema.
  const outcomes = await used('gallery', 24, 54);
  expect(outcomes['open: done']).toBeGreaterThan(20);
  expect(Object.keys(outcomes).filter((what) => what.endsWith('GALLERY_DAMAGED')).length).toBeGreaterThan(0);
  expect(Object.keys(outcomes).every((what) => /(done|GALLERY_DAMAGED)$/.test(what))).toBe(true);
});

test('of the talks: the bot goes on', async () => {
  const outcomes = await used('talks', 0, 40);
  expect(Object.keys(outcomes).every((what) => /done$/.test(what))).toBe(true);
});

test('a text that is no UTF-8 is damage, and nothing else is touched by it', async () => {
  const folder = join(root, 'galleries');
  let store = await EmbeddedGalleryStore.open(folder);
  await store.add('site', [await registered(1, { caption: 'CAPTION' }), await registered(2)]);
  await store.close();
  const path = join(folder, 'gallery.db');
  const bytes = readFileSync(path);
  bytes[bytes.indexOf('CAPTION')] = 0xff;
  writeFileSync(path, bytes);
  store = await EmbeddedGalleryStore.open(folder);
  await expect(store.list('site')).rejects.toMatchObject({
    code: 'GALLERY_DAMAGED',
    message: expect.stringContaining('caption'),
    next: expect.stringMatching(/restore a backup/),
  });
  const { pictureId } = (await registered(2)).record;
  expect(await store.path(pictureId)).toContain(pictureId);
  expect((await store.summary('site')).pictures).toBe(2);
  await store.close();
});

test('a file of talks that is damaged is put aside, and what can be read is taken along', async () => {
  mkdirSync(root, { recursive: true });
  let storage = await openStorage({ folder: root });
  const entries = Array.from({ length: 300 }, (_, at) => ({
    key: `k-${String(at).padStart(3, '0')}`,
    value: `${at} `.repeat(100),
  }));
  await storage.talks.set(entries);
  await storage.close();
  const path = join(root, 'state.sqlite');
  const db = new Database(path);
  const pages = Number((db.prepare('PRAGMA page_count').all([]) as { page_count: number }[])[0]?.page_count);
  db.close();
  const bytes = readFileSync(path);
  bytes.fill(0xa5, Math.floor(pages / 2) * 4096, (Math.floor(pages / 2) + 1) * 4096);
  writeFileSync(path, bytes);

  storage = await openStorage({ folder: root });
  const aside = readdirSync(root).find((name) => /^state\.sqlite\.damaged-[\dTZ-]+$/.test(name));
  expect(storage.note).toContain(join(root, aside ?? 'nothing'));
  expect(readFileSync(join(root, aside ?? '')).equals(bytes)).toBe(true);
  const kept = await storage.talks.getMany(entries.map(({ key }) => key));
  // Nothing wrong, and of all but a page everything.
  for (const [at, value] of kept.entries()) if (value !== undefined) expect(value).toBe(entries[at]?.value);
  expect(kept.filter((value) => value !== undefined).length).toBeGreaterThan(200);
  await storage.talks.set([{ key: 'new', value: 1 }]);
  await storage.close();
  // Once: the next start finds a sound file.
  storage = await openStorage({ folder: root });
  expect(storage.note).toBeUndefined();
  expect(await storage.talks.get('new')).toBe(1);
  await storage.close();
});
