/** Pictures of strangers: opened or refused, and stripped of everything but their pixels. */
import sharp from 'sharp';
import { decodeRgb, inspectPicture, pictureLimits, sniffFormat } from '../../../src/foundation/picture.ts';
import { barePicture, losslesslyBare } from '../../../src/foundation/picture-bare.ts';
import { animated, noise, pngHeader } from '../../foundation/odd-pictures.ts';
import { hold, onlyOurs } from '../invariants.ts';

export const runs = 400;
const refusals = /^PICTURE_/;
/** Larger ones are opened by tests of their own: here it would be one picture a second. */
const mostPixels = 200_000;

export async function seeds(): Promise<Uint8Array[]> {
  const small = () => noise(12, 18);
  const exif = { IFD0: { Make: 'Acme', Copyright: 'somebody' }, IFD3: { GPSLatitude: '52/1 31/1 0/1' } };
  return [
    ...(await Promise.all(
      (['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const).map((format) =>
        small().toFormat(format).toBuffer(),
      ),
    )),
    await small().withExif(exif).jpeg({ quality: 20 }).toBuffer(),
    await small().withExif(exif).png().toBuffer(),
    await small().withMetadata({ orientation: 6 }).jpeg().toBuffer(),
    await small().jpeg({ progressive: true }).toBuffer(),
    await small().toColourspace('cmyk').jpeg().toBuffer(),
    await small().greyscale().jpeg().toBuffer(),
    await small().png({ palette: true, progressive: true }).toBuffer(),
    await noise(8, 8, 4).png().toBuffer(),
    await noise(8, 8, 4).withIccProfile('p3').png().toBuffer(),
    await animated('gif'),
    await animated('webp'),
    pngHeader(30_000, 30_000),
    pngHeader(8, 8),
    Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
    Buffer.from('<!doctype html><html>'),
  ];
}

export async function fuzz(data: Buffer): Promise<void> {
  await onlyOurs(() => sniffFormat(data), refusals);
  const info = await onlyOurs(() => inspectPicture(data), refusals);
  if (!info || info.width * info.height > mostPixels) return;
  hold(
    Math.max(info.width, info.height) <= pictureLimits.side,
    'a picture is no longer than a picture may be',
  );
  const seen = await onlyOurs(() => decodeRgb(data), refusals);
  const bare = await onlyOurs(() => barePicture(data), refusals);
  if (!bare) return;
  const header = await sharp(bare.bytes, { limitInputPixels: false }).metadata();
  const { exif, xmp, iptc, icc, comments = [] } = header;
  hold(!exif && !xmp && !iptc && !icc && comments.length === 0, 'a bare picture has no metadata');
  const again = await barePicture(bare.bytes);
  hold(Buffer.from(again.bytes).equals(bare.bytes), 'a bare picture stays as it is');
  hold(again.info.width === info.width && again.info.height === info.height, 'it is as large as it was');
  if (!seen || !(await losslesslyBare(data, info))) return;
  const pixels = await decodeRgb(bare.bytes);
  hold(Buffer.from(pixels.data).equals(seen.data), 'pixels that are not encoded again are the same');
}
