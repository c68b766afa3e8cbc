/** Pictures made small for a sheet; one that cannot be opened is undefined, never an error. */
import type { OverlayOptions } from 'sharp';
import { fittedPicture, type Picture, readPicture } from '../../foundation/picture.ts';

export interface Thumb {
  readonly pixels: Buffer;
  readonly width: number;
  readonly height: number;
}

/** The whole picture, upright, as large as fits into width x height. */
export async function thumbOf(picture: Picture, width: number, height: number): Promise<Thumb | undefined> {
  try {
    const fitted = await fittedPicture(await readPicture(picture), { width, height, enlarge: true });
    const { data, info } = await fitted.png({ compressionLevel: 1 }).toBuffer({ resolveWithObject: true });
    return { pixels: data, width: info.width, height: info.height };
  } catch {
    return undefined;
  }
}

export function layer(thumb: Thumb, left: number, top: number): OverlayOptions {
  return { input: thumb.pixels, left, top };
}
