/** Is the whole picture there? Answered from its last bytes where the format allows, by decoding where it does not. */
import { decodeRgb, inspectPicture, type PictureFormat, type PictureInfo } from '../foundation/picture.ts';

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
