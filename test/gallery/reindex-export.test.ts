/** A gallery moved to another model beside its index, and out to a folder and back. */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { EmbeddedGalleryStore } from '../../src/gallery/embedded-store.ts';
import { exportGallery } from '../../src/gallery/export.ts';
import { importPictures } from '../../src/gallery/importer.ts';
import { reindex } from '../../src/gallery/reindex.ts';
import { FakeEncoder, fakeVector } from './fake-encoder.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { picture, registered } from './test-pictures.ts';

let store: EmbeddedGalleryStore;

beforeEach(async () => {
  store = await EmbeddedGalleryStore.open(await temporaryFolder());
  return () => store.close();
});

describe('reindex', () => {
  beforeEach(async () => {
    const folder = await temporaryFolder();
    for (let number = 0; number < 10; number++) {
      await writeFile(join(folder, `${number}.png`), await picture(number));
    }
    const encoder = new FakeEncoder('old');
    await importPictures({ store, gallery: 'site', sources: [folder], encoder, timeZone: 'UTC' });
  });

  const query = (space: string) => ({ space, vector: fakeVector('q'), tau: -1, limit: 100 });

  it('fills the new space beside the old one, which is searched until the switch', async () => {
    const live: (string | undefined)[] = [];
    const encoder = new FakeEncoder('new');
    const watched = {
      space: 'new',
      dimension: encoder.dimension,
      encodePictures: async (...args: Parameters<FakeEncoder['encodePictures']>) => {
        const summary = await store.summary('site');
        live.push(summary.liveSpace);
        expect((await store.search('site', query('old'))).of).toBe(10);
        return encoder.encodePictures(...args);
      },
    };
    expect(await reindex({ store, gallery: 'site', encoder: watched, batch: 4 })).toEqual({
      encoded: 10,
      damaged: 0,
      failed: [],
    });
    expect(live).toEqual(['old', 'old', 'old']);
    const ids = (await store.list('site')).map((record) => record.pictureId);
    expect(await store.vectors('new', ids)).toEqual(ids.map((id) => fakeVector(`new${id}`)));
    expect(await store.vectors('old', ids)).toEqual(ids.map((id) => fakeVector(`old${id}`)));
    expect((await store.summary('site')).liveSpace).toBe('new');
  });

  it('goes on where it was stopped', async () => {
    const abort = new AbortController();
    const encoder = new FakeEncoder('new');
    const options = { store, gallery: 'site', encoder, batch: 4 };
    const stopped = reindex({ ...options, signal: abort.signal, onProgress: () => abort.abort() });
    await expect(stopped).rejects.toMatchObject({ code: 'CANCELLED' });
    expect((await store.summary('site')).liveSpace).toBe('old');
    await expect(store.search('site', query('new'))).rejects.toMatchObject({ code: 'GALLERY_NOT_INDEXED' });
    expect(await reindex(options)).toMatchObject({ encoded: 6 });
    expect((await store.search('site', query('new'))).of).toBe(10);
    expect(encoder.asked.length).toBe(10);
  });

  it('catches up with a picture that arrives meanwhile', async () => {
    const late = await registered(77);
    const encoder = new FakeEncoder('new');
    const meanwhile = {
      space: 'new',
      dimension: encoder.dimension,
      encodePictures: async (...args: Parameters<FakeEncoder['encodePictures']>) => {
        await store.add('site', [late]);
        return encoder.encodePictures(...args);
      },
    };
    await reindex({ store, gallery: 'site', encoder: meanwhile, batch: 4 });
    expect(await store.missingVectors('site', 'new')).toEqual([]);
    expect((await store.search('site', query('new'))).of).toBe(11);
  });

  it('tells which pictures the model cannot encode, and keeps them', async () => {
    const unlucky = (await store.list('site'))[3];
    const failing = (id: string) => (id === unlucky?.pictureId ? new Error('too strange') : undefined);
    const report = await reindex({ store, gallery: 'site', encoder: new FakeEncoder('new', { failing }) });
    expect(report).toMatchObject({ encoded: 9, failed: [{ source: '3.png', code: 'INTERNAL' }] });
    expect((await store.summary('site')).pictures).toBe(10);
  });

  it('does not switch to a model that can encode nothing', async () => {
    const failing = () => new Error('no');
    const report = await reindex({ store, gallery: 'site', encoder: new FakeEncoder('new', { failing }) });
    expect(report.failed.length).toBe(10);
    expect((await store.summary('site')).liveSpace).toBe('old');
  });

  it('forgets the old vectors when asked', async () => {
    await reindex({ store, gallery: 'site', encoder: new FakeEncoder('new'), dropOthers: true });
    expect((await store.summary('site')).spaces.map(({ space }) => space)).toEqual(['new']);
    await expect(store.search('site', query('old'))).rejects.toMatchObject({ code: 'GALLERY_NOT_INDEXED' });
  });
});

describe('export', () => {
  const facts = [
    { personId: '0007', cameraId: '3', time: '2026-11-24T13:05:00.250Z', place: 'Gate; "N", é' },
    { caption: ' a man,\r\nwith "a" cap ', split: 'query', tags: ['red cap', 'a;b', '[x'] },
    { tags: ['bag'], source: 'query/0007_c3s1_000451_00.png' },
    {},
  ];

  it('makes a folder that imports again unchanged', async () => {
    await store.add('site', await Promise.all(facts.map((fact, number) => registered(number, fact))));
    const folder = join(await temporaryFolder(), 'export');
    const report = await exportGallery({ store, gallery: 'site', folder });
    expect(report).toEqual({ pictures: 4, removed: 0, manifest: join(folder, 'manifest.csv') });
    for (const source of [folder, report.manifest]) {
      const copy = await EmbeddedGalleryStore.open(await temporaryFolder());
      const options = { store: copy, gallery: 'copy', sources: [source], timeZone: 'Asia/Tokyo' };
      expect(await importPictures(options)).toMatchObject({ added: 4, failed: [], notes: [] });
      expect(await copy.list('copy')).toEqual(await store.list('site'));
      // And into the gallery itself, where there is nothing to learn.
      const same = { ...options, store, gallery: 'site' };
      expect(await importPictures(same)).toMatchObject({ added: 0, already: 4, updated: 0 });
      await copy.close();
    }
  });

  it('exports a scope only', async () => {
    await store.add('site', await Promise.all(facts.map((fact, number) => registered(number, fact))));
    const folder = await temporaryFolder();
    const report = await exportGallery({ store, gallery: 'site', folder, scope: { cameras: ['3'] } });
    expect(report.pictures).toBe(1);
    expect((await readdir(join(folder, 'pictures'))).length).toBe(1);
  });

  it('leaves out a picture that is removed meanwhile', async () => {
    const pictures = await Promise.all([registered(1), registered(2), registered(3)]);
    await store.add('site', pictures);
    const id = pictures[1]?.record.pictureId ?? '';
    const folder = await temporaryFolder();
    const path = store.path.bind(store);
    vi.spyOn(store, 'path').mockImplementation(async (asked) => {
      const found = await path(asked);
      // Found, and gone before it is copied.
      if (asked === id) await store.remove('site', [id]);
      return found;
    });
    expect(await exportGallery({ store, gallery: 'site', folder })).toMatchObject({
      pictures: 2,
      removed: 1,
    });
    expect((await readdir(join(folder, 'pictures'))).some((name) => name.startsWith(id))).toBe(false);
    expect(await readFile(join(folder, 'manifest.csv'), 'utf8')).not.toContain(id);
  });

  it('says which file is missing where the record is still there', async () => {
    await store.add('site', [await registered(1)]);
    await rm(await store.path((await registered(1)).record.pictureId));
    const attempt = exportGallery({ store, gallery: 'site', folder: await temporaryFolder() });
    await expect(attempt).rejects.toMatchObject({
      code: 'GALLERY_DAMAGED',
      message: expect.stringContaining('picture-1.png'),
    });
  });

  it('is made whole when it was stopped and is run again, without what was removed in between', async () => {
    const pictures = await Promise.all([registered(1), registered(2), registered(3)]);
    await store.add('site', pictures);
    const [first = ''] = pictures.map(({ record }) => record.pictureId);
    const folder = await temporaryFolder();
    const path = store.path.bind(store);
    const broken = vi.spyOn(store, 'path').mockImplementation(async (id) => {
      if (id !== first) throw new Error('the power went');
      return path(id);
    });
    await expect(exportGallery({ store, gallery: 'site', folder })).rejects.toThrow('the power went');
    broken.mockRestore();
    expect((await readdir(join(folder, 'pictures'))).length).toBe(1);
    await store.remove('site', [first]);
    expect(await exportGallery({ store, gallery: 'site', folder })).toMatchObject({ pictures: 2 });
    expect((await readdir(folder)).sort()).toEqual(['manifest.csv', 'pictures']);
    const copies = await readdir(join(folder, 'pictures'));
    expect(copies.sort()).toEqual(
      pictures
        .slice(1)
        .map(({ record }) => `${record.pictureId}.png`)
        .sort(),
    );
    // A complete one is never written over, nor is a folder where somebody else has put something.
    for (const harm of [
      async () => undefined,
      async () => {
        await rm(join(folder, 'manifest.csv'));
        await writeFile(join(folder, 'manifest.csv.part'), '');
        await writeFile(join(folder, 'pictures', 'holiday.jpg'), '');
      },
    ]) {
      await harm();
      await expect(exportGallery({ store, gallery: 'site', folder })).rejects.toMatchObject({
        code: 'OPTION_INVALID',
      });
    }
  });

  it('writes the manifest last, and never over something', async () => {
    await store.add('site', [await registered(1)]);
    const folder = await temporaryFolder();
    const abort = AbortSignal.abort();
    const cancelled = exportGallery({ store, gallery: 'site', folder, signal: abort });
    await expect(cancelled).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await readdir(folder)).not.toContain('manifest.csv');
    const full = await temporaryFolder();
    await mkdir(join(full, 'something'));
    await expect(exportGallery({ store, gallery: 'site', folder: full })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
    });
    await expect(exportGallery({ store, gallery: 'nowhere', folder: full })).rejects.toMatchObject({
      code: 'GALLERY_UNKNOWN',
    });
    expect(await readFile(await store.path((await registered(1)).record.pictureId))).toBeInstanceOf(Buffer);
  });
});
