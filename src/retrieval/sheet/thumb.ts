/** Pictures made small for a sheet; one that cannot be opened is undefined, never an error. */
import sharp, { type OverlayOptions } from 'sharp';
import { inspectPicture, type Picture, pictureLimits, readPicture } from '../../foundation/picture.ts';

export interface Thumb {
  readonly pixels: Buffer;
  readonly width: number;
  readonly height: number;
}

/** The whole picture, upright, as large as fits into width x height. */
export async function thumbOf(picture: Picture, width: number, height: number): Promise<Thumb | undefined> {
  try {
    const bytes = await readPicture(picture);
    await inspectPicture(bytes);
    const { data, info } = await sharp(bytes, {
      autoOrient: true,
      failOn: 'truncated',
      limitInputPixels: pictureLimits.pixels,
    })
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .resize(width, height, { fit: 'inside', kernel: 'cubic' })
      .png({ compressionLevel: 1 })
      .toBuffer({ resolveWithObject: true });
    return { pixels: data, width: info.width, height: info.height };
  } catch {
    return undefined;
  }
}

export function layer(thumb: Thumb, left: number, top: number): OverlayOptions {
  return { input: thumb.pixels, left, top };
}
