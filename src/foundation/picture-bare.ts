/** Pictures that strangers send, without what says who took them, where and with what: only the pixels stay. */
import sharp from 'sharp';
import { ChatReidError } from './error.ts';
import { decodeRgb, decodingError, inspectPicture, type PictureInfo, pictureLimits } from './picture.ts';
import { bareJpeg } from './picture-jpeg.ts';
import { barePng } from './picture-png.ts';

export interface BarePicture {
  /** The very bytes that came where there was nothing to take out. */
  readonly bytes: Uint8Array;
  readonly extension: 'jpg' | 'png';
  /** Of the picture that came, EXIF included: read the time from it before it is forgotten. */
  readonly info: PictureInfo;
}

/**
 * Opened whole, upright, without EXIF, XMP, IPTC, comments, thumbnails, colour profiles, or anything behind its end. The pixels
 * of an upright JPEG or PNG are not encoded again; other formats become PNG, and so does the first frame of an animation. The
 * same bytes give the same picture.
 *
 * @param longestSide pixels; a larger picture is made smaller
 * @throws ChatReidError PICTURE_*; INTERNAL where this machine is short of memory
 */
export async function barePicture(
  bytes: Uint8Array,
  { longestSide = pictureLimits.side }: { readonly longestSide?: number } = {},
): Promise<BarePicture> {
  const info = await inspectPicture(bytes);
  const extension = info.format === 'jpeg' ? 'jpg' : 'png';
  const large = Math.max(info.width, info.height) > longestSide;
  const bare = large || info.frames > 1 ? undefined : await losslesslyBare(bytes, info);
  if (bare) {
    await decodeRgb(bare);
    return { bytes: bare, extension, info };
  }
  try {
    const upright = sharp(bytes, {
      autoOrient: true,
      failOn: 'error',
      limitInputPixels: pictureLimits.pixels,
    })
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .resize(longestSide, longestSide, { fit: 'inside', withoutEnlargement: true });
    const encoded =
      extension === 'jpg'
        ? upright.jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
        : upright.png({ compressionLevel: 6 });
    return { bytes: await encoded.toBuffer(), extension, info };
  } catch (error) {
    throw error instanceof ChatReidError ? error : decodingError(error);
  }
}

/**
 * @param info of these bytes
 * @returns undefined where the pixels have to be encoded anew: turned by EXIF, seen through a colour profile, or in another format
 */
export async function losslesslyBare(bytes: Uint8Array, info: PictureInfo): Promise<Uint8Array | undefined> {
  if (info.format !== 'jpeg' && info.format !== 'png') return undefined;
  const header = await sharp(bytes, { limitInputPixels: false }).metadata();
  // A profile names the screen or the camera that it was made for, and cannot be left out without changing colours.
  if ((header.orientation ?? 1) !== 1 || header.icc) return undefined;
  const bare = info.format === 'jpeg' ? bareJpeg(bytes) : barePng(bytes);
  return bare?.length === bytes.length ? bytes : bare;
}
