/** Pictures as `data:` addresses, in a form that every server decodes to the same pixels as this program does. */
import { LRUCache } from 'lru-cache';
import sharp from 'sharp';
import { decodeRgb, inspectPicture, type Picture, readPicture } from '../../foundation/picture.ts';
import { losslesslyBare } from '../../foundation/picture-bare.ts';

const cacheBytes = 64 * 1024 * 1024;

/** Keeps the last 64 MB of them: a query picture is in the prompt of each of its candidates. */
export class PictureUrls {
  readonly #urls = new LRUCache<string, string>({
    maxSize: cacheBytes,
    sizeCalculation: (url) => url.length,
  });

  forget(pictureId: string): void {
    this.#urls.delete(pictureId);
  }

  /** @throws ChatReidError PICTURE_*, IMPORT_SOURCE_MISSING */
  async of(picture: Picture): Promise<string> {
    const known = this.#urls.get(picture.id);
    if (known) return known;
    const url = await pictureUrl(await readPicture(picture));
    this.#urls.set(picture.id, url);
    return url;
  }
}

/**
 * An upright 8-bit sRGB JPEG or PNG without transparency goes as it is, but for its metadata, which is nobody's business there.
 * Everything else is sent as a PNG of the pixels that {@link decodeRgb} gives, because servers differ in what they make of EXIF
 * turns, CMYK, alpha and 16 bits.
 *
 * @throws ChatReidError PICTURE_*
 */
export async function pictureUrl(bytes: Uint8Array): Promise<string> {
  const info = await inspectPicture(bytes);
  const { format, frames } = info;
  // Decoded in any case: a picture that ends early is an error here, not an answer about half of it from there.
  const { data, width, height } = await decodeRgb(bytes);
  const header = await sharp(bytes).metadata();
  const plain =
    (format === 'jpeg' || format === 'png') &&
    frames === 1 &&
    header.depth === 'uchar' &&
    header.space === 'srgb' &&
    !header.hasAlpha;
  const bare = plain ? await losslesslyBare(bytes, info) : undefined;
  if (plain && bare) return dataUrl(format, bare);
  return dataUrl(
    'png',
    await sharp(data, { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer(),
  );
}

function dataUrl(format: 'jpeg' | 'png', bytes: Uint8Array): string {
  const base64 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
  return `data:image/${format};base64,${base64}`;
}
