/** SIGKILL at any moment of an import, then again until it is done: as if nothing had happened. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { pictureId } from '../../src/foundation/picture.ts';
import { EmbeddedGalleryStore } from '../../src/gallery/embedded-store.ts';
import { importPictures } from '../../src/gallery/importer.ts';
import { noise } from '../foundation/odd-pictures.ts';
import { kill, message, startChild } from './child.ts';
import { FakeEncoder, fakeDimension, fakeVector } from './fake-encoder.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { picture, random, registered, unitVector } from './test-pictures.ts';

const count = 60;
let sources: string;

beforeAll(async () => {
  sources = await temporaryFolder();
  for (let number = 0; number < count; number++) {
    await writeFile(join(sources, `${String(number).padStart(3, '0')}.png`), await picture(number % 50));
  }
  await writeFile(join(sources, '030-broken.png'), (await picture(999)).subarray(0, 50));
});

/** All that a store knows and keeps, for comparison. */
async function contents(folder: string) {
  const store = await EmbeddedGalleryStore.open(folder);
  try {
    const records = await store.list('site');
    const ids = records.map((record) => record.pictureId);
    const vector = unitVector(7, fakeDimension);
    return {
      records,
      vectors: await store.vectors('fake', ids),
      summary: await store.summary('site'),
      found: await store.search('site', { space: 'fake', vector, tau: 0.1, limit: 100 }),
      files: await pictureFiles(folder),
    };
  } finally {
    await store.close();
  }
}

async function pictureFiles(folder: string): Promise<string[]> {
  const names = await readdir(join(folder, 'pictures'), { recursive: true, withFileTypes: true });
  return names
    .filter((entry) => entry.isFile() && !entry.parentPath.endsWith('incoming'))
    .map((entry) => entry.name)
    .sort();
}

describe('an import that is killed', () => {
  it('goes on where it was, with nothing twice and nothing lost', async () => {
    const undisturbed = await temporaryFolder();
    const store = await EmbeddedGalleryStore.open(undisturbed);
    const options = { store, gallery: 'site', sources: [sources], timeZone: 'UTC', batch: 4 };
    await importPictures({ ...options, encoder: new FakeEncoder() });
    await store.close();

    const folder = await temporaryFolder();
    const next = random(Date.now());
    // Twice before anything is finished, then after a batch or two: registering, encoding and storing are all hit.
    for (const after of ['started', 'started', 'done', 'done', 'done']) {
      const child = startChild(['import', folder, sources, '4']);
      await message(child, (sent) => after in sent);
      await sleep(next() * 60);
      await kill(child);
    }
    const last = startChild(['import', folder, sources]);
    const { report } = await message(last, (sent) => sent.report !== undefined || sent.error !== undefined);
    expect(report?.failed).toMatchObject([{ source: '030-broken.png', code: 'PICTURE_DAMAGED' }]);
    expect((report?.added ?? 0) + (report?.already ?? 0)).toBe(count);
    // The killed ones had got somewhere.
    expect(report?.already).toBeGreaterThan(10);
    expect(await contents(folder)).toEqual(await contents(undisturbed));
  });

  it('leaves no lock behind, even in the middle of writing', async () => {
    const folder = await temporaryFolder();
    const store = await EmbeddedGalleryStore.open(folder);
    await store.add('site', [await registered(1)]);
    const child = startChild(['hold-lock', folder]);
    await message(child, (sent) => sent.locked === true);
    // Readers do not notice the writer at all.
    expect((await store.galleries()).map((gallery) => gallery.name)).toEqual(['site']);
    const waiting = registered(2).then((two) => store.add('site', [two]));
    await sleep(100);
    await kill(child);
    expect(await waiting).toBe(1);
    expect((await store.summary('site')).pictures).toBe(2);
    await store.close();
  });
});

describe('two processes on one gallery', () => {
  it('may both import, and each sees what the other has done', async () => {
    const folder = await temporaryFolder();
    const store = await EmbeddedGalleryStore.open(folder);
    const others = await temporaryFolder();
    await mkdir(join(others, 'more'));
    for (let number = 40; number < 70; number++) {
      await writeFile(join(others, 'more', `${number}.png`), await picture(number));
    }
    const child = startChild(['import', folder, sources, '2']);
    await message(child, (sent) => sent.done !== undefined);
    const finished = message(child, (sent) => sent.report !== undefined || sent.error !== undefined);
    const mine = importPictures({
      store,
      gallery: 'site',
      sources: [others],
      encoder: new FakeEncoder(),
      timeZone: 'UTC',
      batch: 4,
    });
    const seen: number[] = [];
    let over = false;
    void Promise.allSettled([finished, mine]).then(() => {
      over = true;
    });
    while (!over) {
      const vector = unitVector(seen.length, fakeDimension);
      seen.push((await store.search('site', { space: 'fake', vector, tau: 0, limit: 3 })).of);
      await sleep(5);
    }
    expect((await mine).failed).toEqual([]);
    expect((await finished).report).toMatchObject({ failed: [{ source: '030-broken.png' }] });
    // Searches went on all the time, and saw the gallery grow.
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(new Set(seen).size).toBeGreaterThan(3);
    const records = await store.list('site');
    expect(records.length).toBe(70);
    expect(new Set(records.map((record) => record.pictureId)).size).toBe(70);
    const all = await store.search('site', { space: 'fake', vector: fakeVector('x'), tau: -1, limit: 100 });
    expect(all).toMatchObject({ of: 70, kept: 70 });
    await store.close();
  });

  it('see each other’s removals, and keep the file of a picture that one adds while the other removes it', async () => {
    const folder = await temporaryFolder();
    const [one, two] = await Promise.all([
      EmbeddedGalleryStore.open(folder),
      EmbeddedGalleryStore.open(folder),
    ]);
    const shown = await registered(1);
    const id = shown.record.pictureId;
    await one.add('site', [shown, await registered(2)]);
    await one.addVectors('fake', [{ pictureId: id, vector: fakeVector(id) }]);
    const query = { space: 'fake', vector: fakeVector(id), tau: 0, limit: 3 };
    expect((await two.search('site', query)).of).toBe(1);
    for (let round = 0; round < 20; round++) {
      await Promise.all([one.add('site', [shown]), two.remove('site', [id]), one.add('other', [shown])]);
      const path = await one.path(id);
      expect(pictureId(await readFile(path))).toBe(id);
    }
    await one.remove('site', [id]);
    await one.remove('other', [id]);
    await expect(two.search('site', query)).rejects.toMatchObject({ code: 'GALLERY_NOT_INDEXED' });
    expect(await pictureFiles(folder)).toEqual([`${(await registered(2)).record.pictureId}.png`]);
    await Promise.all([one.close(), two.close()]);
  });
});

describe('a disk that is full', () => {
  it.each([
    ['for a picture', 900, 600],
    ['for the database', 200, 30],
  ])(
    '%s stops the import with its own error; afterwards it goes on, and all that is listed is whole',
    async (_, blocks, side) => {
      const folder = await temporaryFolder();
      const large = await temporaryFolder();
      const total = side > 100 ? 6 : 60;
      for (let number = 0; number < total; number++) {
        // Every other one is small: those that fit are kept, or not, as a whole.
        const bytes = await noise(number % 2 ? side : 8, side + number)
          .png()
          .toBuffer();
        await writeFile(join(large, `${number}.png`), bytes);
      }
      await (await EmbeddedGalleryStore.open(folder)).close();
      const child = startChild(['import', folder, large], blocks);
      const { error } = await message(child, (sent) => sent.report !== undefined || sent.error !== undefined);
      expect(error).toMatchObject({ code: 'STORAGE_FULL', next: expect.stringContaining('space') });

      const store = await EmbeddedGalleryStore.open(folder);
      const listed = (await store.galleries()).length > 0 ? await store.list('site') : [];
      expect(listed.length).toBeLessThan(total);
      for (const { pictureId: id } of listed)
        expect(pictureId(await readFile(await store.path(id)))).toBe(id);
      const options = { store, gallery: 'site', sources: [large], timeZone: 'UTC' };
      const report = await importPictures({ ...options, encoder: new FakeEncoder() });
      expect(report).toMatchObject({ added: total - listed.length, already: listed.length, failed: [] });
      expect((await store.summary('site')).spaces).toMatchObject([{ space: 'fake', pictures: total }]);
      await store.close();
    },
  );
});
