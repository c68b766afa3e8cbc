/** The time in an EXIF block: a time or none, whatever the block holds. */
import sharp from 'sharp';
import { exifTime } from '../../../src/gallery/exif-time.ts';
import { hold, isoTime } from '../invariants.ts';

export const runs = 8000;
export const longest = 1024;

export async function seeds(): Promise<Uint8Array[]> {
  const withExif = (exif: Record<string, Record<string, string>>) =>
    sharp({ create: { width: 4, height: 4, channels: 3, background: '#808080' } })
      .withExif(exif)
      .jpeg()
      .toBuffer();
  const pictures = [
    await withExif({ IFD2: { DateTimeOriginal: '2026:11:24 13:05:00' } }),
    await withExif({ IFD2: { DateTimeOriginal: '2026:11:24 13:05:00', OffsetTimeOriginal: '+01:00' } }),
    await withExif({ IFD0: { Make: 'Acme' }, IFD3: { GPSLatitude: '52/1 31/1 0/1' } }),
  ];
  const blocks: Uint8Array[] = [];
  for (const picture of pictures) {
    const { exif } = await sharp(picture).metadata();
    if (exif) blocks.push(exif);
  }
  return [
    ...blocks,
    Buffer.from('MM\0*\0\0\0\x08\0\x01', 'latin1'),
    Buffer.from('II*\0\x08\0\0\0', 'latin1'),
  ];
}

export async function fuzz(data: Buffer): Promise<void> {
  const time = exifTime(data, 'Europe/Berlin');
  hold(time === undefined || isoTime.test(time), 'a time is ISO 8601 in UTC');
}
