/** Small files that would cost a decoder minutes or gigabytes are refused by what they say of themselves. */
import sharp from 'sharp';
import { deflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { decodeRgb, inspectPicture, pictureLimits } from '../../src/foundation/picture.ts';
import { barePicture } from '../../src/foundation/picture-bare.ts';
import { jpegScans } from '../../src/foundation/picture-jpeg.ts';
import { webpFrames } from '../../src/foundation/picture-webp.ts';
import { animated, noise, pngHeader } from './odd-pictures.ts';

const refused = expect.objectContaining({ code: 'PICTURE_TOO_LARGE' });

async function isRefused(bytes: Uint8Array): Promise<void> {
  await expect(inspectPicture(bytes)).rejects.toEqual(refused);
  await expect(decodeRgb(bytes)).rejects.toEqual(refused);
  await expect(barePicture(bytes)).rejects.toEqual(refused);
}

/** Its last scan again and again: each costs a pass over the whole picture. */
async function scannedOften(times: number, between = Buffer.alloc(0)): Promise<Buffer> {
  const jpeg = await noise(16, 16).jpeg({ progressive: true }).toBuffer();
  const last = jpeg.lastIndexOf(Buffer.from([0xff, 0xda]));
  const scan = jpeg.subarray(last, -2);
  const more = Array.from({ length: times }, () => Buffer.concat([between, scan]));
  return Buffer.concat([jpeg.subarray(0, -2), ...more, jpeg.subarray(-2)]);
}

describe('a JPEG with thousands of scans', () => {
  test('is refused', async () => isRefused(await scannedOften(5000)));

  test('is refused where garbage between them hides them from a strict reader', async () => {
    await isRefused(await scannedOften(5000, Buffer.from('garbage')));
  });

  test('one as programs write them is not, whatever lies in its metadata and behind its end', async () => {
    const scans = Buffer.alloc(4000, Buffer.from([0xff, 0xda]));
    const jpeg = await noise(16, 16).jpeg({ progressive: true }).toBuffer();
    const comment = Buffer.concat([Buffer.from([0xff, 0xfe, 0x0f, 0xa2]), scans]);
    const bytes = Buffer.concat([jpeg.subarray(0, 2), comment, jpeg.subarray(2), scans]);
    expect(jpegScans(bytes)).toBe(jpegScans(jpeg));
    expect(jpegScans(jpeg)).toBeGreaterThan(3);
    expect(await inspectPicture(bytes)).toMatchObject({ width: 16, height: 16 });
  });
});

describe('an animation of 100,000 frames', () => {
  test('as GIF', async () => {
    const screen = Buffer.from([1, 0, 1, 0, 0x80, 0, 0, 0, 0, 0, 255, 255, 255]);
    const frame = Buffer.from([0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0]);
    const frames = Array.from({ length: 100_000 }, () => frame);
    await isRefused(Buffer.concat([Buffer.from('GIF89a'), screen, ...frames, Buffer.from([0x3b])]));
  });

  test('as WebP', async () => {
    const still = await animated('webp');
    const at = still.indexOf('ANMF');
    const frame = still.subarray(at, at + 8 + still.readUInt32LE(at + 4));
    const bytes = Buffer.concat([still, ...Array.from({ length: 100_000 }, () => frame)]);
    bytes.writeUInt32LE(bytes.length - 8, 4);
    expect(webpFrames(still)).toBe(3);
    await isRefused(bytes);
  });
});

test('giant measures in the head of a PNG', async () => {
  for (const [width, height] of [
    [30_000, 30_000],
    [2 ** 31 - 1, 2 ** 31 - 1],
    [2_000_000, 1],
    [11_000, 11_000],
  ] as const) {
    const error: unknown = await inspectPicture(pngHeader(width, height)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: expect.stringMatching(/^PICTURE_(TOO_LARGE|DAMAGED)$/) });
  }
});

test('megabytes of zeros in a packed text of a PNG are never unpacked', async () => {
  const png = await noise(8, 8).png().withMetadata().toBuffer();
  const before = process.memoryUsage.rss();
  const text = Buffer.concat([Buffer.from('zTXta\0\0'), deflateSync(Buffer.alloc(200_000_000))]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length - 4);
  const bytes = Buffer.concat([png.subarray(0, 33), length, text, Buffer.alloc(4), png.subarray(33)]);
  await barePicture(bytes).catch((error: unknown) =>
    expect(error).toMatchObject({ code: 'PICTURE_DAMAGED' }),
  );
  expect(process.memoryUsage.rss() - before).toBeLessThan(400e6);
});

test('the bounds are data, and what a camera makes is far inside of them', async () => {
  const bytes = await sharp({ create: { width: 400, height: 300, channels: 3, background: '#777' } })
    .jpeg({ progressive: true })
    .toBuffer();
  expect(jpegScans(bytes) * 5).toBeLessThan(pictureLimits.scans);
});
