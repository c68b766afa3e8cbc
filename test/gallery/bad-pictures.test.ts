/** Every bad or odd picture of the wild, imported: each gets a clear error, or works. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../src/foundation/error.ts';
import { EmbeddedGalleryStore } from '../../src/gallery/embedded-store.ts';
import { importPictures } from '../../src/gallery/importer.ts';
import { endsProperly } from '../../src/gallery/picture-completeness.ts';
import { animated, noise, pngHeader } from '../foundation/odd-pictures.ts';
import { FakeEncoder } from './fake-encoder.ts';
import { temporaryFolder } from './temporary-folder.ts';

const bad: [string, string, ErrorCode, () => Promise<Uint8Array>][] = [
  ['an empty file', 'a.jpg', 'PICTURE_EMPTY', async () => new Uint8Array(0)],
  ['half a JPEG', 'a.jpg', 'PICTURE_DAMAGED', async () => half(await noise().jpeg().toBuffer())],
  ['half a PNG', 'a.png', 'PICTURE_DAMAGED', async () => half(await noise().png().toBuffer())],
  ['half a WebP', 'a.webp', 'PICTURE_DAMAGED', async () => half(await noise().webp().toBuffer())],
  ['half a GIF', 'a.gif', 'PICTURE_DAMAGED', async () => half(await noise().gif().toBuffer())],
  ['half a TIFF', 'a.tif', 'PICTURE_DAMAGED', async () => half(await noise().tiff().toBuffer())],
  ['half an AVIF', 'a.avif', 'PICTURE_DAMAGED', async () => half(await noise().avif().toBuffer())],
  [
    'the first bytes of a JPEG',
    'a.jpg',
    'PICTURE_DAMAGED',
    async () => (await noise().jpeg().toBuffer()).subarray(0, 20),
  ],
  ['a PNG that claims 30,000 x 30,000', 'a.png', 'PICTURE_TOO_LARGE', async () => pngHeader(30_000, 30_000)],
  [
    'an SVG',
    'a.svg',
    'PICTURE_UNSUPPORTED',
    async () => Buffer.from('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'),
  ],
  [
    'a web page',
    'a.jpg',
    'PICTURE_NOT_A_PICTURE',
    async () => Buffer.from('<!DOCTYPE html><html>Sign in</html>'),
  ],
  ['text', 'a.png', 'PICTURE_NOT_A_PICTURE', async () => Buffer.from('hello')],
];

const good: [string, string, { width: number; height: number }, () => Promise<Uint8Array>][] = [
  ['a PNG called .jpg', 'a.jpg', { width: 40, height: 60 }, () => noise().png().toBuffer()],
  ['an animated GIF', 'a.gif', { width: 6, height: 4 }, () => animated('gif')],
  ['an animated WebP', 'a.webp', { width: 6, height: 4 }, () => animated('webp')],
  ['a CMYK JPEG', 'a.jpg', { width: 40, height: 60 }, () => noise().toColourspace('cmyk').jpeg().toBuffer()],
  ['a 16-bit PNG', 'a.png', { width: 40, height: 60 }, () => noise().toColourspace('rgb16').png().toBuffer()],
  [
    'a picture on its side',
    'a.jpg',
    { width: 60, height: 40 },
    () => noise().jpeg().withMetadata({ orientation: 6 }).toBuffer(),
  ],
  ['a single pixel', 'a.png', { width: 1, height: 1 }, () => noise(1, 1).png().toBuffer()],
  [
    'a JPEG with bytes after its end',
    'a.jpg',
    { width: 40, height: 60 },
    async () => Buffer.concat([await noise().jpeg().toBuffer(), Buffer.from('camera trailer')]),
  ],
];

const half = (bytes: Uint8Array) => bytes.subarray(0, Math.floor(bytes.length / 2));

describe.each([
  ['with a model', new FakeEncoder()],
  ['without a model', undefined],
])('imported %s', (_, encoder) => {
  async function importOne(name: string, bytes: Uint8Array) {
    const store = await EmbeddedGalleryStore.open(await temporaryFolder());
    try {
      const path = join(await temporaryFolder(), name);
      await writeFile(path, bytes);
      const options = { store, gallery: 'site', sources: [path], timeZone: 'UTC' };
      const report = await importPictures(encoder ? { ...options, encoder } : options);
      const records = await store.list('site').catch(() => []);
      return { report, records };
    } finally {
      await store.close();
    }
  }

  it.each(bad)('%s is named and skipped (%s: %s)', async (_name, name, code, bytes) => {
    const { report, records } = await importOne(name, await bytes());
    expect(report.failed).toEqual([
      { source: name, code, message: expect.stringMatching(/\.$|: /), next: expect.stringMatching(/\w/) },
    ]);
    expect(report.added).toBe(0);
    expect(records).toEqual([]);
  });

  it.each(good)('%s is registered', async (_name, name, size, bytes) => {
    const { report, records } = await importOne(name, await bytes());
    expect(report.failed).toEqual([]);
    expect(records).toMatchObject([{ source: name, ...size }]);
  });
});

describe('endsProperly', () => {
  it.each(['jpeg', 'png', 'webp'] as const)('knows every truncated %s by its end', async (format) => {
    const bytes = await noise().toFormat(format).toBuffer();
    expect(endsProperly(bytes, format)).toBe(true);
    for (let length = 12; length < bytes.length; length++) {
      expect(endsProperly(bytes.subarray(0, length), format)).toBe(false);
    }
  });

  it('asks for a look at formats whose end says nothing', async () => {
    expect(endsProperly(await noise().gif().toBuffer(), 'gif')).toBe(false);
  });
});
