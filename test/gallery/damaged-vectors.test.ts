/** An index that the disk has damaged: told of by the next search, and computed again from the pictures. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'libsql';
import { expect, it } from 'vitest';
import { EmbeddedGalleryStore } from '../../src/gallery/embedded-store.ts';
import { reindex } from '../../src/gallery/reindex.ts';
import { FakeEncoder, fakeVector } from './fake-encoder.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { registered } from './test-pictures.ts';

const encoder = new FakeEncoder();
const query = { space: 'fake', vector: fakeVector('query'), tau: -1, limit: 100 };
const pageBytes = 8192;

async function filled(count: number) {
  const folder = await temporaryFolder();
  const store = await EmbeddedGalleryStore.open(folder);
  for (const gallery of ['site', 'other']) {
    await store.add(
      gallery,
      await Promise.all(Array.from({ length: count }, (_, number) => registered(number))),
    );
    await reindex({ store, gallery, encoder });
  }
  const found = await store.search('site', query);
  const records = await store.list('site');
  await store.close();
  return { folder, found, records };
}

const toldOf = {
  code: 'GALLERY_DAMAGED',
  next: expect.stringContaining('chatreid gallery reindex'),
};

it.each([
  ['is cut off', 'substr(data, 1, 40)'],
  ['has a byte too many', "CAST(data || x'00' AS BLOB)"],
  ['is not of unit length', "CAST(substr(data, 1, 3) || x'7f' || substr(data, 5) AS BLOB)"],
  ['is no number', "CAST(substr(data, 1, 2) || x'c07f' || substr(data, 5) AS BLOB)"],
  ['has become a text', "substr(data, 1, 10) || x'ff'"],
  ['is empty', "x''"],
])('mends a vector that %s', async (_, damage) => {
  const { folder, found } = await filled(5);
  const db = new Database(join(folder, 'gallery.db'));
  db.exec(`UPDATE vector SET data = ${damage} WHERE id = (SELECT min(id) + 2 FROM vector)`);
  db.close();
  const store = await EmbeddedGalleryStore.open(folder);
  await expect(store.search('site', query)).rejects.toMatchObject({
    ...toldOf,
    message: expect.stringContaining('"site"'),
  });
  expect(await reindex({ store, gallery: 'site', encoder })).toEqual({ encoded: 1, damaged: 1, failed: [] });
  expect(await store.search('site', query)).toEqual(found);
  expect(await store.search('other', query)).toEqual(found);
  await store.close();
});

it.each(['vector', 'vector_changed', 'vector_picture', 'sqlite_autoindex_vector_1'])(
  'builds the index anew where the pages of %s are overwritten, with another process at work',
  async (name) => {
    const { folder, found, records } = await filled(40);
    const path = join(folder, 'gallery.db');
    await overwrite(path, await pagesOf(path, name));
    const [store, another] = [
      await EmbeddedGalleryStore.open(folder),
      await EmbeddedGalleryStore.open(folder),
    ];
    if (name === 'vector') await expect(store.search('site', query)).rejects.toMatchObject(toldOf);
    // What is known of the pictures is elsewhere.
    expect(await another.list('site')).toEqual(records);
    const report = await reindex({ store, gallery: 'site', encoder });
    expect(report).toEqual({ encoded: 40, damaged: 'all', failed: [] });
    expect(await store.search('site', query)).toEqual(found);
    expect(await another.search('site', query)).toEqual(found);
    expect(await another.list('site')).toEqual(records);
    await Promise.all([store.close(), another.close()]);
    const db = new Database(path);
    expect(db.prepare('PRAGMA integrity_check').all([])).toMatchObject([{ integrity_check: 'ok' }]);
    db.close();
  },
);

it('does not take what is known of pictures for an index', async () => {
  const { folder } = await filled(40);
  const path = join(folder, 'gallery.db');
  await overwrite(path, await pagesOf(path, 'entry'));
  const store = await EmbeddedGalleryStore.open(folder).catch((error: unknown) => error);
  if (store instanceof EmbeddedGalleryStore) {
    await expect(reindex({ store, gallery: 'site', encoder })).rejects.toMatchObject({
      code: 'GALLERY_DAMAGED',
    });
    await store.close();
  } else expect(store).toMatchObject({ code: 'GALLERY_DAMAGED' });
});

/** Root page of a table or an index, found by its number in the schema; and all others that begin as a leaf of it does. */
async function pagesOf(path: string, name: string): Promise<number[]> {
  const db = new Database(path);
  const row = db.prepare('SELECT rootpage FROM sqlite_master WHERE name = ?').get([name]) as {
    rootpage: number;
  };
  db.close();
  return [row.rootpage];
}

async function overwrite(path: string, pages: readonly number[]): Promise<void> {
  const file = await open(path, 'r+');
  for (const page of pages)
    await file.write(Buffer.alloc(pageBytes, 0xa5), 0, pageBytes, (page - 1) * pageBytes);
  await file.close();
}
