/** Pictures that people sent: opened, without metadata, for the talk that they were sent in, for a bounded time. */
import { access, link, readdir, readFile, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { longestSide, Uploads } from '../../src/conversation/uploads.ts';
import { pictureId } from '../../src/foundation/picture.ts';
import { temporaryFolder } from '../gallery/temporary-folder.ts';

vi.mock('node:fs/promises', async (original) => {
  const fs = await original<typeof import('node:fs/promises')>();
  return { ...fs, link: vi.fn(fs.link) };
});

let folder: string;
let uploads: Uploads;
beforeEach(async () => {
  folder = join(await temporaryFolder(), 'pictures');
  uploads = await Uploads.open(folder, { timeZone: 'Europe/Berlin' });
});

function drawn(width = 8, height = 16) {
  return sharp({ create: { width, height, channels: 3, background: '#a02020' } });
}

describe('keeping', () => {
  test('a picture without metadata is kept byte for byte, and is the same picture as in a gallery', async () => {
    const bytes = await drawn().png().toBuffer();
    const kept = await uploads.keep('test:a', bytes);
    expect(kept.id).toBe(pictureId(bytes));
    expect(await readFile(kept.path)).toEqual(bytes);
    expect(await uploads.path(kept.id)).toBe(kept.path);
    expect((await stat(folder)).mode & 0o077).toBe(0);
  });

  test('EXIF is taken out, but for the time it was taken; the picture is turned as it said', async () => {
    const bytes = await drawn(20, 10)
      .withExif({
        IFD0: { Make: 'Acme', Orientation: '6' },
        IFD2: { DateTimeOriginal: '2026:11:24 13:05:00' },
        IFD3: { GPSLatitude: '52/1 31/1 0/1' },
      })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    const kept = await uploads.keep('test:a', bytes);
    const file = await readFile(kept.path);
    const header = await sharp(file).metadata();
    expect(header.exif).toBeUndefined();
    expect(file.includes('Acme')).toBe(false);
    expect([header.width, header.height]).toEqual([10, 20]);
    expect(kept.id).toBe(pictureId(file));
  });

  test('large frames are made smaller, other formats become PNG', async () => {
    const large = await uploads.keep(
      'test:a',
      await drawn(longestSide + 100, 10)
        .png()
        .toBuffer(),
    );
    expect((await sharp(large.path).metadata()).width).toBe(longestSide);
    const webp = await uploads.keep('test:a', await drawn().webp().toBuffer());
    expect((await sharp(webp.path).metadata()).format).toBe('png');
  });

  test.each([
    ['nothing', Buffer.alloc(0), 'PICTURE_EMPTY'],
    ['a page', Buffer.from('<!doctype html><html></html>'), 'PICTURE_NOT_A_PICTURE'],
    ['a drawing', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'PICTURE_UNSUPPORTED'],
  ])('%s is refused', async (_what, bytes, code) => {
    await expect(uploads.keep('test:a', bytes)).rejects.toMatchObject({ code });
    expect(await readdir(join(folder, 'talks'))).toEqual([]);
  });

  test('half a picture is refused', async () => {
    const bytes = await drawn(200, 200).jpeg().toBuffer();
    await expect(uploads.keep('test:a', bytes.subarray(0, bytes.length / 2))).rejects.toMatchObject({
      code: 'PICTURE_DAMAGED',
    });
  });
});

describe('forgetting', () => {
  test('a picture goes when the last talk that it was sent in goes', async () => {
    const bytes = await drawn().png().toBuffer();
    const { id, path } = await uploads.keep('test:a', bytes);
    await uploads.keep('test:b', bytes);
    await uploads.forget('test:a');
    await access(path);
    await uploads.forget('test:b', [id]);
    expect(await uploads.path(id)).toBeUndefined();
    await expect(access(path)).rejects.toThrow();
  });

  test('after its time a picture goes, unless it was sent again', async () => {
    const old = await uploads.keep('test:a', await drawn().png().toBuffer());
    const again = await uploads.keep('test:a', await drawn(9, 9).png().toBuffer());
    const past = new Date(Date.now() - 100 * 86_400_000);
    for (const { path } of [old, again]) await utimes(path, past, past);
    await uploads.keep('test:b', await readFile(again.path));
    await uploads.expire(Date.now());
    expect(await uploads.path(old.id)).toBeUndefined();
    expect(await uploads.path(again.id)).toBe(again.path);
  });

  test('names that are no ids find nothing', async () => {
    for (const id of ['', '../../etc/passwd', 'a'.repeat(63)]) {
      expect(await uploads.path(id)).toBeUndefined();
    }
  });
});

describe('at the same time', () => {
  test('a picture that is sent while the last talk that had it is forgotten is there afterwards', async () => {
    const bytes = await drawn().png().toBuffer();
    const other = await Uploads.open(folder);
    for (let round = 0; round < 12; round++) {
      await uploads.keep('test:a', bytes);
      // Another process of the same home folder forgets; every round at another moment of keeping.
      const keeping = uploads.keep('test:b', bytes);
      for (let wait = 0; wait < round; wait++) await readdir(folder);
      const [kept] = await Promise.all([keeping, other.forget('test:a')]);
      expect(await readFile(kept.path)).toEqual(bytes);
      expect(await uploads.path(kept.id)).toBe(kept.path);
      await uploads.forget('test:b');
      expect(await uploads.path(kept.id)).toBeUndefined();
    }
  });
});

describe('a file system without hard links', () => {
  test('a picture stays while a talk names it, and as long as it was sent again', async () => {
    vi.mocked(link).mockRejectedValue(Object.assign(new Error('no links'), { code: 'EPERM' }));
    const bytes = await drawn().png().toBuffer();
    const { id, path } = await uploads.keep('test:a', bytes);
    await uploads.keep('test:b', bytes);
    await uploads.forget('test:a');
    await access(path);
    const [talk] = await readdir(join(folder, 'talks'));
    const past = new Date(Date.now() - 100 * 86_400_000);
    await utimes(join(folder, 'talks', talk!, `${id}.png`), past, past);
    await uploads.keep('test:b', bytes);
    await uploads.expire(Date.now());
    await access(path);
    await uploads.forget('test:b');
    await expect(access(path)).rejects.toThrow();
    expect(await readdir(join(folder, 'talks'))).toEqual([]);
  });
});
