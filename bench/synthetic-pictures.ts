/** Pictures of nobody: smooth coloured noise in the size of a pedestrian crop, a different one for each seed. */
import sharp from 'sharp';
import { type Picture, pictureFromBytes } from '../src/foundation/picture.ts';
import { uniform } from './seeded-random.ts';

export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** @returns a JPEG */
export async function syntheticJpeg(seed: number, { width, height }: PictureSize): Promise<Buffer> {
  const random = uniform(seed);
  const coarse = { width: 8, height: 16, channels: 3 as const };
  const noise = Buffer.from(Array.from({ length: 8 * 16 * 3 }, () => Math.floor(random() * 256)));
  return sharp(noise, { raw: coarse })
    .resize(width, height, { kernel: 'cubic', fit: 'fill' })
    .jpeg({ quality: 90 })
    .toBuffer();
}

export async function syntheticPicture(seed: number, size: PictureSize): Promise<Picture> {
  return pictureFromBytes(await syntheticJpeg(seed, size));
}

export async function syntheticPictures(
  count: number,
  firstSeed: number,
  size: PictureSize,
): Promise<Picture[]> {
  return Promise.all(Array.from({ length: count }, (_, i) => syntheticPicture(firstSeed + i, size)));
}
