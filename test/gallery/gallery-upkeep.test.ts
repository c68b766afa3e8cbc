/** What the store does for the long run: power cuts, failing disks, memory and tables that must not grow for ever. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'libsql';
import { describe, expect, it } from 'vitest';
import { EmbeddedGalleryStore } from '../../src/gallery/embedded-store.ts';
import { GalleryDatabase, storageError } from '../../src/gallery/gallery-database.ts';
import { sweepLeftovers } from '../../src/gallery/gallery-entries.ts';
import { migrations } from '../../src/gallery/gallery-schema.ts';
import { PictureFiles } from '../../src/gallery/picture-files.ts';
import { fakeVector } from './fake-encoder.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { registered } from './test-pictures.ts';

async function fill(store: EmbeddedGalleryStore, gallery: string, count: number, space = 'fake') {
  const pictures = await Promise.all(Array.from({ length: count }, (_, number) => registered(number)));
  await store.add(gallery, pictures);
  const ids = pictures.map(({ record }) => record.pictureId);
  await store.addVectors(
    space,
    ids.map((pictureId) => ({ pictureId, vector: fakeVector(pictureId) })),
  );
  return ids;
}

const query = { space: 'fake', vector: fakeVector('query'), tau: -1, limit: 100 };

describe('a power cut', () => {
  it('loses no commit that was answered for: the log is synced each time', async () => {
    const db = await GalleryDatabase.open(await temporaryFolder());
    // 2 is FULL; with NORMAL (1) a file could go whose removal is then forgotten.
    expect(db.get('PRAGMA synchronous')).toMatchObject({ synchronous: 2 });
    db.close();
  });

  it('finds a note of every deleted file until the disk has forgotten the file', async () => {
    const folder = await temporaryFolder();
    const store = await EmbeddedGalleryStore.open(folder);
    await fill(store, 'site', 1);
    const db = await GalleryDatabase.open(folder);
    const files = new PictureFiles(join(folder, 'pictures'));
    const notes = () => Number(db.get('SELECT count(*) AS n FROM leftover')?.n);
    const orphan = 'ab'.repeat(32);
    await db.write(() => db.run('INSERT INTO leftover VALUES (?, ?, 0)', Buffer.from(orphan, 'hex'), 'png'));
    const seen: number[] = [];
    files.settle = async (ids) => {
      expect(ids).toEqual([orphan]);
      seen.push(notes());
    };
    await sweepLeftovers(db, files);
    expect([...seen, notes()]).toEqual([1, 0]);
    db.close();
    await store.close();
  });
});

it.each([
  ['SQLITE_FULL', 'STORAGE_FULL'],
  ['SQLITE_IOERR_WRITE', 'STORAGE_FULL'],
  ['SQLITE_IOERR_READ', 'GALLERY_DAMAGED'],
  ['SQLITE_IOERR_SHORT_READ', 'GALLERY_DAMAGED'],
  ['SQLITE_IOERR_FSYNC', 'GALLERY_DAMAGED'],
  ['SQLITE_IOERR', 'GALLERY_DAMAGED'],
  ['SQLITE_IOERR_NOMEM', 'INTERNAL'],
])('tells %s as %s', (code, wanted) => {
  const error = storageError(Object.assign(new Error('disk I/O error'), { code }), '/home/gallery.db');
  expect(error).toMatchObject({ code: wanted, message: expect.stringContaining('gallery.db') });
  if (wanted === 'GALLERY_DAMAGED') expect(error.next).toMatch(/Check the disk/);
});

describe('memory', () => {
  it('is given back when a gallery is removed, here or by another process', async () => {
    const folder = await temporaryFolder();
    const [here, there] = [await EmbeddedGalleryStore.open(folder), await EmbeddedGalleryStore.open(folder)];
    for (const gallery of ['one', 'two', 'three']) await fill(here, gallery, 3);
    for (const gallery of ['one', 'two', 'three']) await here.search(gallery, query);
    const each = here.indexBytes / 3;
    expect(each).toBeGreaterThan(0);
    await here.removeGallery('one');
    expect(here.indexBytes).toBe(2 * each);
    await there.removeGallery('two');
    await here.search('three', query);
    expect(here.indexBytes).toBe(each);
    await Promise.all([here.close(), there.close()]);
  });

  it('is given back for a space that is not searched any more', async () => {
    const store = await EmbeddedGalleryStore.open(await temporaryFolder());
    await fill(store, 'site', 3);
    await fill(store, 'site', 3, 'new');
    await store.search('site', query);
    const each = store.indexBytes;
    await store.setLiveSpace('site', 'new');
    await store.search('site', { ...query, space: 'new' });
    expect(store.indexBytes).toBe(each);
    await store.close();
  });
});

describe('the list of what was removed', () => {
  const removedRows = 'SELECT count(*) AS n FROM removed';

  it('stays short, and an index that has missed a part of it is built anew', async () => {
    const folder = await temporaryFolder();
    const [here, there] = [await EmbeddedGalleryStore.open(folder), await EmbeddedGalleryStore.open(folder)];
    const [first = '', second = ''] = await fill(here, 'site', 4);
    expect((await there.search('site', query)).of).toBe(4);
    await here.remove('site', [first]);
    const db = new Database(join(folder, 'gallery.db'));
    // As if 30,000 more had been added and removed since.
    db.exec(`UPDATE clock SET now = now + 30000;
      INSERT INTO removed WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000)
      SELECT (SELECT id FROM gallery), 1000000 + i, (SELECT now FROM clock) - 30000 + i FROM n`);
    await here.remove('site', [second]);
    expect(db.prepare(removedRows).get([])).toMatchObject({ n: 10_000 });
    db.close();
    const { of, hits } = await there.search('site', query);
    expect([of, hits.length]).toEqual([2, 2]);
    expect(hits.map(({ pictureId }) => pictureId)).not.toContain(first);
    await Promise.all([here.close(), there.close()]);
  });
});

it('brings a database of the first version up to date', async () => {
  const folder = await temporaryFolder();
  const db = new Database(join(folder, 'gallery.db'));
  db.exec(migrations[0] ?? '');
  db.exec('PRAGMA user_version = 1');
  db.close();
  const store = await EmbeddedGalleryStore.open(folder);
  const [id = ''] = await fill(store, 'site', 2);
  await store.search('site', query);
  await store.remove('site', [id]);
  expect((await store.search('site', query)).of).toBe(1);
  expect(await readFile(await store.path((await store.list('site'))[0]?.pictureId ?? ''))).toBeInstanceOf(
    Buffer,
  );
  await store.close();
});
