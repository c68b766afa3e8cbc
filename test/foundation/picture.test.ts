/** Opening pictures: what they are, how large, which way up, and exactly which colours. */
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  decodeRgb,
  decodingError,
  inspectPicture,
  pictureFromBytes,
  pictureFromFile,
  pictureId,
  pictureLimits,
  readPicture,
  sniffFormat,
} from '../../src/foundation/picture.ts';
import { animated, noise, pngHeader } from './odd-pictures.ts';

const code = (wanted: string) =>
  expect.objectContaining({ code: wanted, message: expect.any(String), next: expect.stringMatching(/\w/) });

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chatreid-test-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Four colours in the corners of 2 x 2 cells, so that any turn or mirror is seen: red, green / blue, white. */
function corners(cell = 8): Sharp {
  const size = cell * 2;
  const data = Buffer.alloc(size * size * 3);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const colour = [
        [255, 0, 0],
        [0, 255, 0],
        [0, 0, 255],
        [255, 255, 255],
      ][(y < cell ? 0 : 2) + (x < cell ? 0 : 1)];
      data.set(colour ?? [], (y * size + x) * 3);
    }
  }
  return sharp(data, { raw: { width: size, height: size, channels: 3 } });
}

interface Colour {
  readonly r: number;
  readonly g: number;
  readonly b: number;
  readonly alpha: number;
}

function flat(background: Colour, channels: 3 | 4 = 3): Sharp {
  return sharp({ create: { width: 4, height: 6, channels, background } });
}

describe('the identity of a picture', () => {
  it('is the SHA-256 of its bytes, from memory and from a file alike', async () => {
    expect(pictureId(Buffer.from('abc'))).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
    const bytes = await noise().png().toBuffer();
    const path = join(folder, 'one.png');
    await writeFile(path, bytes);
    const picture = await pictureFromFile(path);
    expect(picture.id).toBe(pictureFromBytes(bytes).id);
    expect(Buffer.from(await readPicture(picture))).toEqual(bytes);
    expect(Buffer.from(await readPicture({ id: picture.id, path }))).toEqual(bytes);
    // What is computed is kept under the id: other bytes under the same path must not be.
    await writeFile(path, await corners(9).png().toBuffer());
    await expect(readPicture({ id: picture.id, path })).rejects.toEqual(code('PICTURE_DAMAGED'));
  });

  it('says when there is no file, or one too large to be a picture', async () => {
    for (const path of [join(folder, 'nowhere.png'), folder, join(folder, 'one.png', 'deeper')]) {
      await expect(pictureFromFile(path)).rejects.toEqual(code('IMPORT_SOURCE_MISSING'));
    }
    const large = join(folder, 'large.png');
    await writeFile(large, '');
    await truncate(large, pictureLimits.bytes + 1);
    await expect(pictureFromFile(large)).rejects.toEqual(code('PICTURE_TOO_LARGE'));
  });
});

describe('sniffFormat', () => {
  it.each(['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const)(
    'knows a %s by its bytes',
    async (format) => {
      const bytes = await noise(16, 16).toFormat(format).toBuffer();
      expect(sniffFormat(bytes)).toBe(format);
      // Not at the start of its memory, as parts of a larger download are.
      expect(sniffFormat(new Uint8Array([0, 0, 0, ...bytes]).subarray(3))).toBe(format);
    },
  );

  it.each([
    ['nothing', '', 'PICTURE_EMPTY'],
    ['text', 'hello', 'PICTURE_NOT_A_PICTURE'],
    ['one byte', '\xff', 'PICTURE_NOT_A_PICTURE'],
    ['a log-in page', '\n\n<!DOCTYPE html>\n<html><head>', 'PICTURE_NOT_A_PICTURE'],
    ['a page with a byte order mark', '\xef\xbb\xbf<HTML>', 'PICTURE_NOT_A_PICTURE'],
    ['a page that begins with a comment', '<!-- saved --><html lang="en">', 'PICTURE_NOT_A_PICTURE'],
    ['a drawing', '<svg xmlns="http://www.w3.org/2000/svg">', 'PICTURE_UNSUPPORTED'],
    ['a drawing after a declaration', '<?xml version="1.0"?>\n<!-- x -->\n<svg>', 'PICTURE_UNSUPPORTED'],
    [
      'a drawing after a doctype',
      '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN"><svg>',
      'PICTURE_UNSUPPORTED',
    ],
    ['a drawing after a comment', '<!-- Generator: x --><svg width="3">', 'PICTURE_UNSUPPORTED'],
    ['a HEIC picture', '\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'PICTURE_UNSUPPORTED'],
    ['a video', '\0\0\0\x18ftypisom\0\0\x02\0isomavc1', 'PICTURE_UNSUPPORTED'],
    ['a bitmap', 'BM\x36\0\0\0', 'PICTURE_UNSUPPORTED'],
    ['a sound in a RIFF', 'RIFF\0\0\0\0WAVEfmt ', 'PICTURE_NOT_A_PICTURE'],
    ['a PDF', '%PDF-1.7', 'PICTURE_UNSUPPORTED'],
  ])('refuses %s', (_, text, wanted) => {
    expect(() => sniffFormat(Buffer.from(text, 'latin1'))).toThrow(code(wanted));
  });

  it('speaks of a web page where it is one', () => {
    expect(() => sniffFormat(Buffer.from('<html>'))).toThrow(
      expect.objectContaining({
        message: 'This is a web page (HTML), not a picture.',
        next: 'Send a JPEG, PNG, WebP, GIF, TIFF or AVIF picture.',
      }),
    );
    expect(() => sniffFormat(Buffer.from('<!-- saved --><html lang="en">'))).toThrow(/web page/);
  });
});

describe('inspectPicture', () => {
  it('tells format and size', async () => {
    expect(await inspectPicture(await noise(40, 60).jpeg().toBuffer())).toEqual({
      format: 'jpeg',
      width: 40,
      height: 60,
      frames: 1,
    });
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'tells the size as seen, for EXIF orientation %i',
    async (orientation) => {
      const bytes = await noise(40, 60).jpeg().withMetadata({ orientation }).toBuffer();
      const { width, height, exif } = await inspectPicture(bytes);
      expect([width, height]).toEqual(orientation >= 5 ? [60, 40] : [40, 60]);
      expect(exif?.length).toBeGreaterThan(8);
    },
  );

  it.each(['gif', 'webp'] as const)('counts the frames of an animated %s, and sizes one', async (format) => {
    expect(await inspectPicture(await animated(format))).toMatchObject({ width: 6, height: 4, frames: 3 });
  });

  it.each([
    ['30,000 x 30,000', 30_000, 30_000],
    ['a very long strip', 2_000_000, 1],
    ['just over the pixels', 11_000, 11_000],
  ])('refuses %s by the header alone, quickly and without the memory', async (_, width, height) => {
    const before = process.memoryUsage.rss();
    await expect(inspectPicture(pngHeader(width, height))).rejects.toEqual(code('PICTURE_TOO_LARGE'));
    await expect(decodeRgb(pngHeader(width, height))).rejects.toEqual(code('PICTURE_TOO_LARGE'));
    expect(process.memoryUsage.rss() - before).toBeLessThan(300e6);
  });

  it('refuses more bytes than a picture may have, before anything else', async () => {
    const bytes = Buffer.alloc(pictureLimits.bytes + 1);
    await expect(inspectPicture(bytes)).rejects.toEqual(code('PICTURE_TOO_LARGE'));
  });

  it('refuses a header that is cut off', async () => {
    const bytes = (await noise().jpeg().toBuffer()).subarray(0, 30);
    await expect(inspectPicture(bytes)).rejects.toEqual(code('PICTURE_DAMAGED'));
  });
});

describe('decodeRgb', () => {
  const pixels = async (bytes: Uint8Array) => {
    const { width, height, data } = await decodeRgb(bytes);
    expect(data.length).toBe(width * height * 3);
    return {
      width,
      height,
      at: (x: number, y: number) => [...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)],
    };
  };
  const close = (seen: number[], wanted: number[], by: number) => {
    expect(seen.length).toBe(3);
    seen.forEach((value, at) => {
      expect(Math.abs(value - (wanted[at] ?? -1000))).toBeLessThanOrEqual(by);
    });
  };

  it('gives a lossless picture back to the bit', async () => {
    const raw = await noise(13, 7).raw().toBuffer();
    for (const format of ['png', 'tiff'] as const) {
      const { width, height, data } = await decodeRgb(
        await noise(13, 7).toFormat(format, { compression: 'lzw' }).toBuffer(),
      );
      expect([width, height]).toEqual([13, 7]);
      expect(Buffer.from(data)).toEqual(raw);
    }
  });

  it.each([
    [1, ['r', 'g', 'b', 'w']],
    [2, ['g', 'r', 'w', 'b']],
    [3, ['w', 'b', 'g', 'r']],
    [4, ['b', 'w', 'r', 'g']],
    [5, ['r', 'b', 'g', 'w']],
    [6, ['b', 'r', 'w', 'g']],
    [7, ['w', 'g', 'b', 'r']],
    [8, ['g', 'w', 'r', 'b']],
  ] as const)('turns EXIF orientation %i upright', async (orientation, wanted) => {
    const bytes = await corners()
      .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
      .withMetadata({ orientation })
      .toBuffer();
    const { at } = await pixels(bytes);
    const names: Record<string, number[]> = {
      r: [255, 0, 0],
      g: [0, 255, 0],
      b: [0, 0, 255],
      w: [255, 255, 255],
    };
    [at(3, 3), at(12, 3), at(3, 12), at(12, 12)].forEach((seen, corner) => {
      close(seen, names[wanted[corner] ?? ''] ?? [], 8);
    });
  });

  it('sizes the upright picture, not the stored one', async () => {
    const bytes = await noise(40, 60).jpeg().withMetadata({ orientation: 6 }).toBuffer();
    const { width, height, data } = await decodeRgb(bytes, { width: 30, height: 10, kernel: 'cubic' });
    expect([width, height, data.length]).toEqual([30, 10, 900]);
  });

  it.each(['gif', 'webp'] as const)('shows the first frame of an animated %s', async (format) => {
    const { width, height, at } = await pixels(await animated(format));
    expect([width, height, at(0, 0), at(5, 3)]).toEqual([6, 4, [255, 0, 0], [255, 0, 0]]);
  });

  it('brings CMYK to sRGB', async () => {
    const bytes = await flat({ r: 200, g: 60, b: 40, alpha: 1 })
      .toColourspace('cmyk')
      .jpeg({ quality: 100 })
      .toBuffer();
    expect((await sharp(bytes).metadata()).space).toBe('cmyk');
    close((await pixels(bytes)).at(1, 1), [200, 60, 40], 40);
  });

  it('brings 16 bits to 8', async () => {
    const wide = flat({ r: 200, g: 60, b: 40, alpha: 1 }).toColourspace('rgb16');
    const bytes = await wide.png().toBuffer();
    expect((await sharp(bytes).metadata()).depth).toBe('ushort');
    close((await pixels(bytes)).at(1, 1), [200, 60, 40], 1);
    const grey = await flat({ r: 128, g: 128, b: 128, alpha: 1 }).toColourspace('grey16').png().toBuffer();
    expect((await sharp(grey).metadata()).depth).toBe('ushort');
    close((await pixels(grey)).at(1, 1), [128, 128, 128], 1);
  });

  it('repeats grey three times, with and without alpha', async () => {
    const grey = await flat({ r: 77, g: 77, b: 77, alpha: 1 }).toColourspace('b-w').png().toBuffer();
    expect((await sharp(grey).metadata()).channels).toBe(1);
    expect((await pixels(grey)).at(2, 2)).toEqual([77, 77, 77]);
    const alpha = await flat({ r: 0, g: 0, b: 0, alpha: 0.5 }, 4).toColourspace('b-w').png().toBuffer();
    expect((await sharp(alpha).metadata()).channels).toBe(2);
    close((await pixels(alpha)).at(2, 2), [127, 127, 127], 1);
  });

  it('puts what is transparent on white', async () => {
    const half = await flat({ r: 255, g: 0, b: 0, alpha: 0.5 }, 4).png().toBuffer();
    close((await pixels(half)).at(1, 1), [255, 127, 127], 1);
    const palette = await flat({ r: 10, g: 20, b: 30, alpha: 0 }, 4).png({ palette: true }).toBuffer();
    expect((await pixels(palette)).at(1, 1)).toEqual([255, 255, 255]);
  });

  it('decodes a single pixel, and stretches it', async () => {
    const bytes = await noise(1, 1).png().toBuffer();
    const [colour] = [(await pixels(bytes)).at(0, 0)];
    const { data } = await decodeRgb(bytes, { width: 5, height: 7, kernel: 'linear' });
    expect(new Set(data)).toEqual(new Set(colour));
  });

  it.each(['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const)(
    'accepts no %s whose pixels end early',
    async (format) => {
      const bytes = await noise(64, 64).toFormat(format).toBuffer();
      for (const part of [0.3, 0.6, 0.9]) {
        const cut = bytes.subarray(0, Math.floor(bytes.length * part));
        await expect(decodeRgb(cut)).rejects.toEqual(code('PICTURE_DAMAGED'));
      }
    },
  );

  it.each([
    ['vips_tracked: out of memory --- size == 343MB', 'INTERNAL'],
    ['Input buffer has corrupt header: Insufficient memory (case 4)', 'INTERNAL'],
    ['std::bad_alloc', 'INTERNAL'],
    ['pngload_buffer: libspng read error: out of memory', 'INTERNAL'],
    ["Can't allocate memory", 'INTERNAL'],
    ['VipsJpeg: premature end of JPEG image', 'PICTURE_DAMAGED'],
    ['pngload_buffer: libspng read error', 'PICTURE_DAMAGED'],
    ['heif: Invalid input: Bitstream not supported by this decoder', 'PICTURE_DAMAGED'],
  ])('does not blame the picture for a machine that is short of memory: %s', (message, wanted) => {
    const error = decodingError(new Error(message));
    expect(error).toMatchObject({ code: wanted });
    // The words of a library are for nobody who sends a picture.
    if (wanted === 'PICTURE_DAMAGED') expect(JSON.stringify(error.report())).not.toContain(message);
  });

  it('averages when it shrinks, whatever the kernel', async () => {
    const data = Buffer.from(Array.from({ length: 64 * 64 }, (_, n) => ((n + (n >> 6)) % 2 ? 255 : 0)));
    const bytes = await sharp(data, { raw: { width: 64, height: 64, channels: 1 } })
      .png()
      .toBuffer();
    for (const kernel of ['linear', 'cubic'] as const) {
      const small = await decodeRgb(bytes, { width: 8, height: 8, kernel });
      for (const value of small.data) expect(Math.abs(value - 127.5)).toBeLessThan(6);
    }
  });
});

it.each(['/dev/zero', tmpdir()])('%s is no picture file, and nothing waits for its end', async (path) => {
  await expect(pictureFromFile(path)).rejects.toMatchObject({ code: 'IMPORT_SOURCE_MISSING' });
});
