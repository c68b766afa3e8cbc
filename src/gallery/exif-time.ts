/** When a camera says it took a picture: DateTimeOriginal of the EXIF block (Exif 2.32, sections 4.6.3 and 4.6.5). */
import { siteTime } from './sources/written-time.ts';

const exifPointer = 0x8769;
const dateTimeOriginal = 0x9003;
const offsetTimeOriginal = 0x9011;

/**
 * ISO 8601 in UTC. A camera's clock without OffsetTimeOriginal is read in the site's zone. The plain DateTime tag is not used:
 * programs set it whenever they save a file. Anything malformed is no time, never an error.
 */
export function exifTime(exif: Uint8Array, timeZone: string): string | undefined {
  const start = Buffer.from(exif.subarray(0, 6)).toString('latin1') === 'Exif\0\0' ? 6 : 0;
  const tiff = new DataView(exif.buffer, exif.byteOffset + start, exif.byteLength - start);
  try {
    const order = tiff.getUint16(0);
    if (order !== 0x4949 && order !== 0x4d4d) return undefined;
    const little = order === 0x4949;
    const pointer = entry(tiff, tiff.getUint32(4, little), exifPointer, little);
    if (pointer === undefined) return undefined;
    const folder = tiff.getUint32(pointer + 8, little);
    const text = ascii(tiff, entry(tiff, folder, dateTimeOriginal, little), little);
    const offset = ascii(tiff, entry(tiff, folder, offsetTimeOriginal, little), little);
    if (text === undefined) return undefined;
    return siteTime(`${text}${offset?.trim() ?? ''}`, timeZone) ?? siteTime(text, timeZone);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Where the directory at `at` has its 12-byte entry for the tag. */
function entry(tiff: DataView, at: number, tag: number, little: boolean): number | undefined {
  const count = tiff.getUint16(at, little);
  for (let number = 0; number < count; number++) {
    const position = at + 2 + number * 12;
    if (tiff.getUint16(position, little) === tag) return position;
  }
  return undefined;
}

function ascii(tiff: DataView, at: number | undefined, little: boolean): string | undefined {
  if (at === undefined || tiff.getUint16(at + 2, little) !== 2) return undefined;
  const length = tiff.getUint32(at + 4, little);
  const start = length <= 4 ? at + 8 : tiff.getUint32(at + 8, little);
  if (length > 64) return undefined;
  let text = '';
  for (let index = 0; index < length; index++) text += String.fromCharCode(tiff.getUint8(start + index));
  return text.replace(/\0.*$/s, '');
}
