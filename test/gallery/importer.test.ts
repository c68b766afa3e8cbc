/** Importing from every kind of source, resuming, and telling what went wrong. */
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { ChatReidError } from '../../src/foundation/error.ts';
import { pictureId } from '../../src/foundation/picture.ts';
import { EmbeddedGalleryStore } from '../../src/gallery/embedded-store.ts';
import { type ImportOptions, type ImportProgress, importPictures } from '../../src/gallery/importer.ts';
import { FakeEncoder, fakeVector } from './fake-encoder.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { picture } from './test-pictures.ts';

let store: EmbeddedGalleryStore;
let folder: string;

beforeEach(async () => {
  store = await EmbeddedGalleryStore.open(await temporaryFolder());
  folder = await temporaryFolder();
  return () => store.close();
});

function run(sources: readonly string[], options: Partial<ImportOptions> = {}) {
  return importPictures({ store, gallery: 'site', sources, timeZone: 'UTC', batch: 4, ...options });
}

async function write(name: string, content: Uint8Array | string): Promise<string> {
  const path = join(folder, name);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, content);
  return path;
}

const sources = async () => (await store.list('site')).map((record) => record.source);

describe('a folder', () => {
  it('is read with its subfolders in the order of names, without hidden files and what is no picture', async () => {
    await write('b/2.png', await picture(2));
    await write('b/10.png', await picture(10));
    await write('a.png', await picture(1));
    await write('.hidden/3.png', await picture(3));
    await write('.4.png', await picture(4));
    await write('__MACOSX/5.png', await picture(5));
    await write('notes.txt', 'not a picture');
    await write('b/camera-dump', await picture(6));
    await symlink(folder, join(folder, 'b', 'loop'));
    await symlink(join(folder, 'a.png'), join(folder, 'c.png'));
    await symlink(join(folder, 'nowhere.png'), join(folder, 'd.png'));
    const report = await run([folder]);
    expect(await sources()).toEqual(['a.png', 'b/10.png', 'b/2.png', 'b/camera-dump']);
    expect(report).toMatchObject({ added: 4, already: 1, updated: 0, failed: [{ source: 'd.png' }] });
    expect(report.notes).toEqual([expect.stringMatching(/1 file .*notes\.txt/)]);
  });

  it('counts a picture that is there twice once, and nothing twice when run again', async () => {
    await write('a.png', await picture(1));
    await write('b.png', await picture(1));
    await write('c.png', await picture(2));
    const encoder = new FakeEncoder();
    expect(await run([folder, folder], { encoder })).toMatchObject({ added: 2, already: 4, encoded: 2 });
    expect(await run([folder], { encoder })).toMatchObject({ added: 0, already: 3, updated: 0, encoded: 0 });
    expect(encoder.asked.length).toBe(2);
    expect(await sources()).toEqual(['a.png', 'c.png']);
  });

  it('says that it has no pictures, and that it is not there', async () => {
    expect((await run([folder])).notes).toEqual([expect.stringContaining('no pictures')]);
    await expect(run([folder, join(folder, 'nowhere')])).rejects.toMatchObject({
      code: 'IMPORT_SOURCE_MISSING',
    });
  });

  it('reads the facts of Market-1501 names, and leaves other names alone', async () => {
    await write('query/0007_c3s2_000451_00.jpg', await picture(1));
    await write('bounding_box_test/-1_c1s1_000401_03.jpg', await picture(2));
    await write('bounding_box_test/0000_c6s1_1000401_03.jpg.jpg', await picture(3));
    await write('detected/0001_1_05.png', await picture(4));
    await run([folder]);
    const [junk, distractor, plain, query] = await store.list('site');
    expect(junk).toMatchObject({ personId: '-1', cameraId: '1', split: 'gallery', tags: ['sequence-1'] });
    expect(distractor).toMatchObject({ personId: '0000', cameraId: '6', split: 'gallery' });
    expect(query).toMatchObject({ personId: '0007', cameraId: '3', split: 'query', tags: ['sequence-2'] });
    expect(Object.keys(plain ?? {}).sort()).toEqual(['height', 'pictureId', 'source', 'width']);
    const one = await run([join(folder, 'query')], { gallery: 'other' });
    expect(one.added).toBe(1);
    expect((await store.list('other'))[0]).toMatchObject({
      split: 'query',
      source: '0007_c3s2_000451_00.jpg',
    });
  });
});

describe('one picture', () => {
  it('is registered under its name, whatever its ending says', async () => {
    await run([await write('photo.jpg', await picture(1))]);
    expect(await store.list('site')).toMatchObject([{ source: 'photo.jpg', width: 8, height: 16 }]);
    expect(await store.path(pictureId(await picture(1)))).toMatch(/\.png$/);
  });
});

describe('encoding', () => {
  it('gives every picture its vector, and makes the space the one that searches use', async () => {
    for (let number = 0; number < 11; number++) await write(`${number}.png`, await picture(number));
    const encoder = new FakeEncoder();
    const seen: ImportProgress[] = [];
    const report = await run([folder], { encoder, onProgress: (progress) => seen.push(progress) });
    expect(report).toMatchObject({ added: 11, encoded: 11 });
    const ids = (await store.list('site')).map((record) => record.pictureId);
    expect(await store.vectors('fake', ids)).toEqual(ids.map((id) => fakeVector(`fake${id}`)));
    expect((await store.summary('site')).liveSpace).toBe('fake');
    expect(seen.map(({ done }) => done)).toEqual([4, 8, 11]);
    expect(seen.at(-1)).toMatchObject({ phase: 'importing', total: 11, failed: 0, secondsLeft: 0 });
  });

  it('encodes first what an earlier import without a model registered', async () => {
    for (let number = 0; number < 6; number++) await write(`${number}.png`, await picture(number));
    expect(await run([folder])).toMatchObject({ added: 6, encoded: 0 });
    expect(await store.summary('site')).not.toHaveProperty('liveSpace');
    await write('new.png', await picture(99));
    const phases: string[] = [];
    const report = await run([folder], {
      encoder: new FakeEncoder(),
      onProgress: ({ phase }) => phases.push(phase),
    });
    expect(report).toMatchObject({ added: 1, already: 6, encoded: 7 });
    expect(phases).toEqual(['resuming', 'resuming', 'importing', 'importing']);
    expect(await store.missingVectors('site', 'fake')).toEqual([]);
  });

  it('does not encode again what another gallery has encoded', async () => {
    await write('1.png', await picture(1));
    const encoder = new FakeEncoder();
    await run([folder], { encoder });
    expect(await run([folder], { encoder, gallery: 'other' })).toMatchObject({ added: 1, encoded: 0 });
    expect((await store.summary('other')).liveSpace).toBe('fake');
    expect(encoder.asked.length).toBe(1);
  });

  it('takes a picture out again that the encoder cannot open, and keeps one that failed otherwise', async () => {
    const [damaged, unlucky] = [pictureId(await picture(2)), pictureId(await picture(3))];
    for (const number of [1, 2, 3]) await write(`${number}.png`, await picture(number));
    const failing = (id: string) => {
      if (id === damaged) return new ChatReidError('PICTURE_DAMAGED', 'It ends early.', 'Send it again.');
      return id === unlucky ? new ChatReidError('ENGINE_CRASHED', 'It fell over.', 'Try again.') : undefined;
    };
    const report = await run([folder], { encoder: new FakeEncoder('fake', { failing }) });
    expect(report).toMatchObject({ added: 2, encoded: 1 });
    expect(report.failed).toEqual([
      { source: '2.png', code: 'PICTURE_DAMAGED', message: 'It ends early.', next: 'Send it again.' },
      { source: '3.png', code: 'ENGINE_CRASHED', message: 'It fell over.', next: 'Try again.' },
    ]);
    expect(await sources()).toEqual(['1.png', '3.png']);
    await expect(store.path(damaged)).rejects.toMatchObject({ code: 'PICTURE_UNKNOWN' });
    await rm(join(folder, '2.png'));
    expect(await run([folder], { encoder: new FakeEncoder() })).toMatchObject({
      added: 0,
      encoded: 1,
      failed: [],
    });
  });

  it('tells once of a picture that an interrupted import registered and the encoder cannot open', async () => {
    const failing = () => new ChatReidError('PICTURE_DAMAGED', 'It ends early.', 'Send it again.');
    for (const number of [1, 2]) await write(`${number}.png`, await picture(number));
    await run([folder]);
    await rm(join(folder, '2.png'));
    const report = await run([folder], { encoder: new FakeEncoder('fake', { failing }) });
    expect(report).toMatchObject({ added: 0, already: 0, encoded: 0 });
    expect(report.failed.map(({ source }) => source)).toEqual(['1.png', '2.png']);
    expect(await sources()).toEqual([]);
  });

  it('refuses to add to a gallery that is searched in another space', async () => {
    await write('1.png', await picture(1));
    await run([folder], { encoder: new FakeEncoder('one') });
    const attempt = run([folder], { encoder: new FakeEncoder('two') });
    await expect(attempt).rejects.toMatchObject({ code: 'GALLERY_NOT_INDEXED' });
    expect(await run([folder])).toMatchObject({ already: 1 });
  });

  it('moves an emptied gallery to the model that fills it again, and refuses the old one from then on', async () => {
    await write('1.png', await picture(1));
    const [one, two] = [new FakeEncoder('one'), new FakeEncoder('two')];
    await run([folder], { encoder: one });
    await store.remove('site', [pictureId(await picture(1))]);
    await run([folder], { encoder: two });
    expect((await store.summary('site')).liveSpace).toBe('two');
    await expect(run([folder], { encoder: one })).rejects.toMatchObject({ code: 'GALLERY_NOT_INDEXED' });
    expect((await store.summary('site')).spaces.map(({ space }) => space)).toEqual(['two']);
  });

  it('lets one of two models win that begin a gallery at the same time', async () => {
    for (let number = 0; number < 12; number++) await write(`${number}.png`, await picture(number));
    const outcomes = await Promise.allSettled(
      ['one', 'two'].map((space) => run([folder], { encoder: new FakeEncoder(space, { delayMs: 1 }) })),
    );
    const lost = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(lost.map(({ reason }) => (reason as ChatReidError).code)).toEqual(['GALLERY_NOT_INDEXED']);
    const { liveSpace, spaces } = await store.summary('site');
    expect(spaces.map(({ space }) => space)).toEqual([liveSpace]);
    await run([folder], { encoder: new FakeEncoder(liveSpace) });
    expect(await store.indexed('site', liveSpace ?? '')).toEqual({ pictures: 12, indexed: 12 });
  });

  it('mends the damaged copy of a picture from a good source, and encodes it', async () => {
    for (const number of [1, 2]) await write(`${number}.png`, await picture(number));
    await run([folder]);
    const id = pictureId(await picture(1));
    const whole = await readFile(await store.path(id));
    await writeFile(await store.path(id), Buffer.from(whole).fill(0, 20));
    const report = await run([folder], { encoder: new FakeEncoder() });
    expect(report).toMatchObject({ added: 0, already: 2, encoded: 2, failed: [] });
    expect(await readFile(await store.path(id))).toEqual(whole);
    expect(await store.missingVectors('site', 'fake')).toEqual([]);
  });

  it.each([
    ['damaged', (path: string, whole: Buffer) => writeFile(path, Buffer.from(whole).fill(0, 20))],
    ['gone', (path: string) => rm(path)],
  ])(
    'keeps the record of a picture whose copy is %s and that no source brings, and says so',
    async (_, harm) => {
      const gone = await write('a/1.png', await picture(1));
      await write('b/2.png', await picture(2));
      await run([folder]);
      const path = await store.path(pictureId(await picture(1)));
      await harm(path, await readFile(path));
      await rm(gone);
      const report = await run([folder], { encoder: new FakeEncoder() });
      expect(report).toMatchObject({ already: 1, encoded: 1 });
      expect(report.failed).toMatchObject([
        {
          source: 'a/1.png',
          code: 'PICTURE_DAMAGED',
          next: expect.stringContaining('again from its source'),
        },
      ]);
      expect(await sources()).toEqual(['a/1.png', 'b/2.png']);
    },
  );

  it('keeps what was done when it is cancelled, and goes on from there', async () => {
    for (let number = 0; number < 12; number++) await write(`${number}.png`, await picture(number));
    const abort = new AbortController();
    const encoder = new FakeEncoder();
    const cancelled = run([folder], {
      encoder,
      signal: abort.signal,
      onProgress: () => abort.abort(),
    });
    await expect(cancelled).rejects.toMatchObject({ code: 'CANCELLED' });
    expect((await store.summary('site')).pictures).toBeGreaterThanOrEqual(4);
    await run([folder], { encoder });
    expect((await store.summary('site')).pictures).toBe(12);
    expect(encoder.asked.length).toBe(12);
  });

  it('passes over a picture that somebody removes while the encoder finds that it cannot open it', async () => {
    for (const number of [1, 2]) await write(`${number}.png`, await picture(number));
    const id = pictureId(await picture(1));
    const encoder = new FakeEncoder('fake', {
      failing: (asked) =>
        asked === id ? new ChatReidError('PICTURE_DAMAGED', 'It ends.', 'Again.') : undefined,
    });
    const removing = {
      space: 'fake',
      dimension: 16,
      encodePictures: async (...args: Parameters<FakeEncoder['encodePictures']>) => {
        const vectors = await encoder.encodePictures(...args);
        await store.remove('site', [id]);
        return vectors;
      },
    };
    expect(await run([folder], { encoder: removing })).toMatchObject({
      encoded: 1,
      failed: [{ source: '1.png' }],
    });
  });

  it('passes on the failure of the encoder itself, with what was registered kept', async () => {
    for (let number = 0; number < 6; number++) await write(`${number}.png`, await picture(number));
    const encoder = {
      space: 'fake',
      dimension: 16,
      encodePictures: async () => {
        throw new ChatReidError('ENGINE_CRASHED', 'It fell over.', 'Try again.');
      },
    };
    await expect(run([folder], { encoder })).rejects.toMatchObject({ code: 'ENGINE_CRASHED' });
    expect(await run([folder], { encoder: new FakeEncoder() })).toMatchObject({ encoded: 6, failed: [] });
  });
});

it('names a time zone that does not exist', async () => {
  await expect(run([folder], { timeZone: 'Mars/Olympus' })).rejects.toMatchObject({ code: 'OPTION_INVALID' });
});
