/** Zip archives: what is in them, and those that are built to harm. */
import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { ZipFile } from 'yazl';
import { EmbeddedGalleryStore } from '../../src/gallery/embedded-store.ts';
import { importPictures } from '../../src/gallery/importer.ts';
import { rawZip } from './raw-zip.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { picture } from './test-pictures.ts';

let store: EmbeddedGalleryStore;
let folder: string;

beforeEach(async () => {
  store = await EmbeddedGalleryStore.open(await temporaryFolder());
  folder = await temporaryFolder();
  return () => store.close();
});

interface ZipEntry {
  readonly name: string;
  readonly data: Uint8Array | string;
  /** Unix mode, type bits included. */
  readonly mode?: number;
}

async function zip(entries: readonly ZipEntry[], name = 'pictures.zip'): Promise<string> {
  const archive = new ZipFile();
  for (const { name: entry, data, mode } of entries) {
    archive.addBuffer(Buffer.from(data), entry, mode === undefined ? {} : { mode });
  }
  archive.end();
  const path = join(folder, name);
  await pipeline(archive.outputStream, createWriteStream(path));
  return path;
}

/** A zip64 directory that claims this many entries and has none. */
function countedZip(entries: number): Buffer {
  const record = Buffer.alloc(56);
  record.write('PK\x06\x06', 'latin1');
  record.writeUInt32LE(44, 4);
  record.writeUInt32LE(entries, 24);
  record.writeUInt32LE(entries, 32);
  const locator = Buffer.alloc(20);
  locator.write('PK\x06\x07', 'latin1');
  locator.writeUInt32LE(1, 16);
  const end = Buffer.alloc(22, 0xff);
  end.write('PK\x05\x06\0\0\0\0', 'latin1');
  end.writeUInt16LE(0, 20);
  return Buffer.concat([record, locator, end]);
}

const run = (path: string) =>
  importPictures({ store, gallery: 'site', sources: [path], timeZone: 'UTC', batch: 4 });

describe('an honest archive', () => {
  it('is read in the order of names, without hidden files and what is no picture', async () => {
    const path = await zip([
      { name: 'b/2.png', data: await picture(2) },
      { name: 'a/1.png', data: await picture(1) },
      { name: '__MACOSX/a/._1.png', data: 'x' },
      { name: '.hidden.png', data: await picture(3) },
      { name: 'readme.txt', data: 'hello' },
      { name: 'c/broken.png', data: (await picture(4)).subarray(0, 60) },
    ]);
    const report = await run(path);
    expect((await store.list('site')).map((record) => record.source)).toEqual(['a/1.png', 'b/2.png']);
    expect(report).toMatchObject({ added: 2, failed: [{ source: 'c/broken.png', code: 'PICTURE_DAMAGED' }] });
    expect(report.notes).toEqual([expect.stringContaining('1 file of pictures.zip')]);
  });

  it('is known by its first bytes, whatever its name', async () => {
    expect(await run(await zip([{ name: '1.png', data: await picture(1) }], 'download'))).toMatchObject({
      added: 1,
    });
  });

  it('may carry a manifest, at its top or in its only folder', async () => {
    const path = await zip([
      { name: 'export/manifest.csv', data: 'path,person_id\npictures/1.png,p\npictures/2.png,q\n' },
      { name: 'export/pictures/1.png', data: await picture(1) },
    ]);
    expect(await run(path)).toMatchObject({
      added: 1,
      failed: [{ source: expect.stringContaining('line 3'), code: 'IMPORT_SOURCE_MISSING' }],
    });
    expect(await store.list('site')).toMatchObject([{ source: 'pictures/1.png', personId: 'p' }]);
  });

  it('names an entry that is not what the archive says it is', async () => {
    const bytes = rawZip([{ name: '1.png', data: await picture(1), size: 10 }]);
    await writeFile(join(folder, 'lying.zip'), bytes);
    expect(await run(join(folder, 'lying.zip'))).toMatchObject({
      added: 0,
      failed: [{ source: '1.png', code: 'PICTURE_DAMAGED' }],
    });
  });
});

describe('an unsafe archive is refused whole', () => {
  const cases: [string, RegExp, () => Promise<Buffer>][] = [
    [
      'a name that climbs out',
      /relative path/,
      async () => rawZip([{ name: '../../evil.png', data: await picture(1) }]),
    ],
    ['an absolute name', /absolute/, async () => rawZip([{ name: '/etc/evil.png', data: await picture(1) }])],
    ['a drive letter', /absolute/, async () => rawZip([{ name: 'C:/evil.png', data: await picture(1) }])],
    [
      'a backslash',
      /invalid characters/,
      async () => rawZip([{ name: '..\\evil.png', data: await picture(1) }]),
    ],
    [
      'a decompression bomb',
      /times its size/,
      async () => rawZip([{ name: '1.png', data: Buffer.alloc(20_000_000) }]),
    ],
    [
      'overlapping entries',
      /overlap/,
      async () => {
        const data = randomBytes(5000);
        const first = { name: '0.png', data };
        return rawZip([
          first,
          ...Array.from({ length: 5 }, (_, n) => ({ name: `${n + 1}.png`, data, sameAs: 0 })),
        ]);
      },
    ],
    [
      'sizes that no disk holds',
      /times its size/,
      async () => rawZip([{ name: '0.png', data: Buffer.alloc(8), size: 0xfffffffe }]),
    ],
    ['more entries than anyone has pictures', /2000000 entries/, async () => countedZip(2_000_000)],
    ['nothing that is a zip', /not a zip/, async () => Buffer.from('<html>please log in</html>')],
    [
      'half an archive',
      /not a zip/,
      async () => rawZip([{ name: '1.png', data: await picture(1) }]).subarray(0, 80),
    ],
  ];

  it.each(cases)('%s', async (_, why, bytes) => {
    const path = join(folder, 'evil.zip');
    await writeFile(path, await bytes());
    await expect(run(path)).rejects.toMatchObject({
      code: 'IMPORT_ARCHIVE_UNSAFE',
      message: expect.stringMatching(why),
    });
    expect(await store.galleries()).toEqual([]);
    expect(await readdir(folder)).toEqual(['evil.zip']);
  });

  it.each([
    ['a symbolic link', 0o120777],
    ['a device', 0o060666],
  ])('%s', async (_, mode) => {
    const path = await zip([{ name: 'link.png', data: '/etc/passwd', mode }], 'evil.zip');
    await expect(run(path)).rejects.toMatchObject({ code: 'IMPORT_ARCHIVE_UNSAFE' });
    expect((await readFile(path)).length).toBeGreaterThan(0);
  });
});
