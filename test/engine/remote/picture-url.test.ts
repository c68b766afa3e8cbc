/** The picture that a server sees has the pixels that this program sees. */
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { pictureUrl } from '../../../src/engine/remote/picture-url.ts';
import { decodeRgb, readPicture } from '../../../src/foundation/picture.ts';
import { testPicture } from '../../support/prompts.ts';

const raw = { width: 4, height: 6, channels: 3 } as const;
const pixels = Buffer.from(Array.from({ length: 72 }, (_, i) => (i * 37) % 256));
const image = () => sharp(pixels, { raw });
const animated = () => sharp(pixels, { raw: { ...raw, height: 6, pageHeight: 3 } });

/** Decoded as a plain server does: no turning, no colour management of its own. */
async function served(url: string) {
  const [, format, base64 = ''] = /^data:image\/(\w+);base64,(.*)$/s.exec(url) ?? [];
  const bytes = Buffer.from(base64, 'base64');
  const { data, info } = await sharp(bytes, { autoOrient: false })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { format, bytes, data: new Uint8Array(data), width: info.width, height: info.height };
}

describe('pictureUrl', () => {
  it.each(['png', 'jpeg'] as const)('sends a plain %s as it is', async (format) => {
    const bytes = await readPicture(await testPicture(1, { format }));
    const url = await served(await pictureUrl(bytes));
    expect(url.format).toBe(format);
    expect(Buffer.compare(url.bytes, Buffer.from(bytes))).toBe(0);
  });

  it.each<[string, () => Promise<Buffer>]>([
    ['webp', () => image().webp({ lossless: true }).toBuffer()],
    ['a turned jpeg', () => image().jpeg().withMetadata({ orientation: 6 }).toBuffer()],
    ['a CMYK jpeg', () => image().toColourspace('cmyk').jpeg().toBuffer()],
    ['a 16-bit png', () => image().toColourspace('rgb16').png().toBuffer()],
    ['a grey png', () => image().toColourspace('b-w').png().toBuffer()],
    ['a transparent png', () => image().ensureAlpha(0.5).png().toBuffer()],
    [
      'an animated gif',
      () =>
        animated()
          .gif({ delay: [100, 100] })
          .toBuffer(),
    ],
  ])('sends %s as a PNG of its pixels', async (_, make) => {
    const bytes = await make();
    const { format, data, width, height } = await served(await pictureUrl(bytes));
    expect(format).toBe('png');
    const expected = await decodeRgb(bytes);
    expect({ width, height }).toEqual({ width: expected.width, height: expected.height });
    expect(data).toEqual(new Uint8Array(expected.data));
  });
});
