/** The embedded store against the contract, and what is its own: files, damage, locks, traces of what was removed. */
import { mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'libsql';
import { describe, expect, it } from 'vitest';
import { EmbeddedGalleryStore } from '../../src/gallery/embedded-store.ts';
import { fakeVector } from './fake-encoder.ts';
import { galleryStoreContract } from './gallery-store-contract.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { registered, unitVector } from './test-pictures.ts';

galleryStoreContract('EmbeddedGalleryStore', async () => EmbeddedGalleryStore.open(await temporaryFolder()));

/** A store with `count` pictures in gallery "site", closed. */
async function filled(count: number): Promise<{ folder: string; ids: string[] }> {
  const folder = await temporaryFolder();
  const store = await EmbeddedGalleryStore.open(folder);
  const pictures = await Promise.all(
    Array.from({ length: count }, (_, number) =>
      registered(number, { caption: `caption of number ${number}` }),
    ),
  );
  await store.add('site', pictures);
  const ids = pictures.map(({ record }) => record.pictureId);
  await store.addVectors(
    'fake',
    ids.map((pictureId) => ({ pictureId, vector: fakeVector(pictureId) })),
  );
  await store.close();
  return { folder, ids };
}

const query = { space: 'fake', vector: fakeVector('query'), tau: -1, limit: 1000 };

it('is there again when it is opened again', async () => {
  const { folder, ids } = await filled(5);
  const store = await EmbeddedGalleryStore.open(folder);
  expect((await store.list('site')).map((record) => record.pictureId)).toEqual(ids);
  expect((await store.search('site', query)).of).toBe(5);
  expect(await store.path(ids[0] ?? '')).toBe(
    join(folder, 'pictures', `${ids[0]?.slice(0, 2)}`, `${ids[0]}.png`),
  );
  await store.close();
});

it('keeps pictures from other users of the machine', async () => {
  const folder = join(await temporaryFolder(), 'galleries');
  await (await EmbeddedGalleryStore.open(folder)).close();
  expect((await stat(folder)).mode & 0o077).toBe(0);
});

it('answers many searches at once while it grows', async () => {
  const { folder } = await filled(3);
  const store = await EmbeddedGalleryStore.open(folder, { indexBytes: 0 });
  const searches = Array.from({ length: 30 }, async (_, number) => {
    if (number % 5 === 0) {
      const more = await registered(100 + number);
      await store.add('site', [more]);
      await store.addVectors('fake', [{ pictureId: more.record.pictureId, vector: unitVector(number, 16) }]);
    }
    return (await store.search('site', query)).of;
  });
  const seen = await Promise.all(searches);
  expect(Math.min(...seen)).toBeGreaterThanOrEqual(3);
  expect((await store.search('site', query)).of).toBe(9);
  await store.close();
});

it('scores a block of queries for evaluation', async () => {
  const { folder, ids } = await filled(4);
  const store = await EmbeddedGalleryStore.open(folder);
  const queries = [fakeVector(ids[2] ?? ''), fakeVector('q')];
  const { pictureIds, scores } = await store.scores('site', 'fake', queries);
  expect(pictureIds).toEqual(ids);
  expect(scores.map((row) => row.length)).toEqual([4, 4]);
  expect(scores[0]?.[2]).toBeCloseTo(1, 5);
  await store.close();
});

describe('a damaged store', () => {
  const damaged = expect.objectContaining({
    code: 'GALLERY_DAMAGED',
    message: expect.stringContaining('gallery.db'),
    next: expect.stringMatching(/backup/),
  });

  it('says so when the file is something else', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'gallery.db'), 'not a database at all, '.repeat(1000));
    await expect(EmbeddedGalleryStore.open(folder)).rejects.toEqual(damaged);
  });

  it('says so when its first page or its middle is overwritten', async () => {
    for (const from of [100, 8192]) {
      const { folder } = await filled(30);
      const file = join(folder, 'gallery.db');
      const bytes = await readFile(file);
      await writeFile(file, bytes.fill(0xa5, from, bytes.length));
      const use = async () => {
        const store = await EmbeddedGalleryStore.open(folder);
        try {
          await store.list('site');
          await store.search('site', query);
        } finally {
          await store.close();
        }
      };
      await expect(use()).rejects.toEqual(damaged);
      expect((await readdir(join(folder, 'pictures'))).length).toBeGreaterThan(1);
    }
  });

  it('says so when it is cut off', async () => {
    const { folder } = await filled(30);
    const file = join(folder, 'gallery.db');
    const bytes = await readFile(file);
    await writeFile(file, bytes.subarray(0, 3 * 8192));
    await expect(EmbeddedGalleryStore.open(folder)).rejects.toEqual(damaged);
  });

  it('is not touched by a program older than itself', async () => {
    const { folder } = await filled(1);
    const db = new Database(join(folder, 'gallery.db'));
    db.exec('PRAGMA user_version = 99');
    db.close();
    await expect(EmbeddedGalleryStore.open(folder)).rejects.toMatchObject({
      code: 'GALLERY_DAMAGED',
      next: expect.stringContaining('Update chatreid'),
    });
  });

  it('heals a picture file that has lost bytes when the picture is imported again', async () => {
    const { folder, ids } = await filled(1);
    const store = await EmbeddedGalleryStore.open(folder);
    const path = await store.path(ids[0] ?? '');
    const whole = await readFile(path);
    await writeFile(path, whole.subarray(0, 10));
    await store.add('site', [await registered(0)]);
    expect(await readFile(path)).toEqual(whole);
    await writeFile(path, Buffer.from(whole).fill(0, 20));
    await store.add('site', [await registered(0)]);
    expect(await readFile(path)).toEqual(whole);
    await store.close();
  });
});

it('says when the folder cannot be made', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'file'), '');
  const inside = EmbeddedGalleryStore.open(join(folder, 'file', 'galleries'));
  await expect(inside).rejects.toMatchObject({ message: expect.stringContaining('file') });
});

it('says GALLERY_BUSY when another writer never lets go, and readers never notice', async () => {
  const { folder } = await filled(2);
  const store = await EmbeddedGalleryStore.open(folder, { busyMs: 100 });
  const other = new Database(join(folder, 'gallery.db'));
  other.exec('BEGIN IMMEDIATE');
  await expect(store.add('site', [await registered(9)])).rejects.toMatchObject({
    code: 'GALLERY_BUSY',
    next: expect.stringContaining('other chatreid process'),
  });
  expect((await store.search('site', query)).of).toBe(2);
  other.exec('COMMIT');
  expect(await store.add('site', [await registered(9)])).toBe(1);
  other.close();
  await store.close();
});

it('leaves no readable byte of a removed picture: file, vector, facts', async () => {
  const { folder, ids } = await filled(20);
  const store = await EmbeddedGalleryStore.open(folder);
  const id = ids[7] ?? '';
  const traces = [
    Buffer.from(id, 'hex'),
    Buffer.from(fakeVector(id).buffer),
    Buffer.from('caption of number 7'),
    await readFile(await store.path(id)),
  ];
  const found = async () => {
    const files = await readdir(folder, { recursive: true, withFileTypes: true });
    const all = await Promise.all(
      files.filter((file) => file.isFile()).map((file) => readFile(join(file.parentPath, file.name))),
    );
    return traces.map((trace) => all.some((bytes) => bytes.includes(trace)));
  };
  expect(await found()).toEqual([true, true, true, true]);
  await store.remove('site', [id]);
  expect(await found()).toEqual([false, false, false, false]);
  await store.close();
});

it('clears away what a killed process left half done, when it is old', async () => {
  const { folder, ids } = await filled(1);
  const orphan = 'ab'.repeat(32);
  const young = 'cd'.repeat(32);
  const known = ids[0] ?? '';
  const file = (id: string) => join(folder, 'pictures', id.slice(0, 2), `${id}.png`);
  for (const id of [orphan, young]) {
    await mkdir(join(folder, 'pictures', id.slice(0, 2)), { recursive: true });
    await writeFile(file(id), 'left over');
  }
  const temporary = join(folder, 'pictures', 'incoming', 'half-written');
  await writeFile(temporary, 'half');
  await utimes(temporary, new Date(0), new Date(0));
  const db = new Database(join(folder, 'gallery.db'));
  const note = db.prepare('INSERT INTO leftover VALUES (?, ?, ?)');
  note.run([Buffer.from(orphan, 'hex'), 'png', 1000]);
  note.run([Buffer.from(known, 'hex'), 'png', 1000]);
  note.run([Buffer.from(young, 'hex'), 'png', Date.now()]);
  db.close();
  const store = await EmbeddedGalleryStore.open(folder);
  const exists = async (path: string) =>
    stat(path).then(
      () => true,
      () => false,
    );
  expect(await Promise.all([file(orphan), file(young), file(known), temporary].map(exists))).toEqual([
    false,
    true,
    true,
    false,
  ]);
  await store.close();
});
