/** Is the whole picture there? Answered from its last bytes where the format allows, by decoding where it does not. */
import { readFile } from 'node:fs/promises';
import {
  decodeRgb,
  inspectPicture,
  type PictureFormat,
  type PictureInfo,
  pictureId,
} from '../foundation/picture.ts';
import { type GalleryStore, pathOf } from './gallery-store.ts';

/**
 * @param thorough decode every picture; otherwise only those whose end does not look like an end (the encoder, which
 * decodes them all anyway, is the second line)
 * @throws ChatReidError PICTURE_* as inspectPicture and decodeRgb
 */
export async function examinePicture(bytes: Uint8Array, thorough: boolean): Promise<PictureInfo> {
  const info = await inspectPicture(bytes);
  if (thorough || !endsProperly(bytes, info.format)) await decodeRgb(bytes);
  return info;
}

/** Does the picture's file in the store still hold the bytes that it is named after? True of a picture that is gone. */
export async function isStoredWhole(store: GalleryStore, id: string): Promise<boolean> {
  const path = await pathOf(store, id);
  if (path === undefined) return true;
  return readFile(path).then(
    (bytes) => pictureId(bytes) === id,
    () => false,
  );
}

/** False may be wrong (a camera's trailer after the end); true is wrong once in 65,536 truncations at most. */
export function endsProperly(bytes: Uint8Array, format: PictureFormat): boolean {
  const end = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).subarray(-12).toString('latin1');
  switch (format) {
    case 'jpeg':
      return end.endsWith('\xff\xd9');
    case 'png':
      return end === '\0\0\0\0IEND\xae\x42\x60\x82';
    case 'webp':
      return bytes.length >= new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true) + 8;
    default:
      return false;
  }
}
