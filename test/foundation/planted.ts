/** Pictures in which a name is planted wherever a format lets programs write about a picture. */
import { crc32, deflateSync } from 'node:zlib';
import { noise } from './odd-pictures.ts';

export const planted = 'PLANTED-52.5163N-13.3777E-serial-0042';

/** Of the EXIF that every one of them has. */
export const plantedTime = '2026:11:24 13:05:00';

const exif = {
  IFD0: { Make: planted, Model: planted, Copyright: planted, ImageDescription: planted },
  IFD2: { DateTimeOriginal: plantedTime, BodySerialNumber: planted, UserComment: planted },
  IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '52/1 31/1 0/1', GPSAreaInformation: planted },
};
const xmp = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="${planted}"/></rdf:RDF></x:xmpmeta>`;

/** By what is in it; the pixels are those of {@link noise}. */
export async function plantedPictures(): Promise<ReadonlyMap<string, Buffer>> {
  const marked = (format: 'jpeg' | 'png' | 'webp' | 'tiff' | 'avif') =>
    noise(24, 32).withExif(exif).withXmp(xmp).toFormat(format).toBuffer();
  const [jpeg, png] = [await noise(24, 32).jpeg().toBuffer(), await noise(24, 32).png().toBuffer()];
  const gif = await noise(24, 32).gif().toBuffer();
  const progressive = await noise(24, 32).jpeg({ progressive: true }).toBuffer();
  return new Map([
    ['EXIF and XMP of a jpeg', await marked('jpeg')],
    ['EXIF and XMP of a png', await marked('png')],
    ['EXIF and XMP of a webp', await marked('webp')],
    ['EXIF and XMP of a tiff', await marked('tiff')],
    ['EXIF and XMP of an avif', await marked('avif')],
    ['a profile of colours', await noise(24, 32).withIccProfile('p3').withExif(exif).jpeg().toBuffer()],
    ...[0xe0, 0xe1, 0xe2, 0xe3, 0xec, 0xed, 0xee, 0xef, 0xfe].map((kind): [string, Buffer] => [
      `segment ${kind.toString(16)} of a jpeg`,
      withSegment(jpeg, kind, `${kind === 0xed ? 'Photoshop 3.0\0' : ''}${planted}`),
    ]),
    ['a thumbnail of a jpeg', withSegment(jpeg, 0xe0, `JFXX\0\x10${planted}`)],
    ['a thumbnail in the head of a jpeg', thumbnailed(jpeg)],
    ['the end of a jpeg', Buffer.concat([jpeg, Buffer.from(planted)])],
    ['a second picture behind a jpeg', Buffer.concat([jpeg, await marked('jpeg')])],
    ['a comment of a progressive jpeg', withSegment(progressive, 0xfe, planted)],
    ['a text of a png', withChunk(png, 'tEXt', Buffer.from(`Author\0${planted}`))],
    [
      'a packed text of a png',
      withChunk(png, 'zTXt', Buffer.concat([Buffer.from('a\0\0'), deflateSync(planted)])),
    ],
    ['an international text of a png', withChunk(png, 'iTXt', Buffer.from(`a\0\0\0\0\0${planted}`))],
    ['a private chunk of a png', withChunk(png, 'prVt', Buffer.from(planted))],
    ['the time of a png', withChunk(png, 'tIME', Buffer.from([7, 234, 11, 24, 13, 5, 0]))],
    ['a palette that is too long to be one', withChunk(png, 'pHYs', Buffer.from(planted))],
    ['the end of a png', Buffer.concat([png, Buffer.from(planted)])],
    ['a comment of a gif', gifWithComment(gif)],
  ]);
}

/** With EXIF that turns it. */
export async function turned(orientation: number): Promise<Buffer> {
  return noise(24, 32).withExif(exif).withMetadata({ orientation }).jpeg().toBuffer();
}

function withSegment(jpeg: Buffer, kind: number, text: string): Buffer {
  const body = Buffer.from(text, 'latin1');
  const head = Buffer.from([0xff, kind, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([jpeg.subarray(0, 2), head, body, jpeg.subarray(2)]);
}

/** In a JFIF header: its size in the last two bytes, then three bytes a pixel. */
function thumbnailed(jpeg: Buffer): Buffer {
  const pixels = Buffer.from(planted.padEnd(48));
  return withSegment(jpeg, 0xe0, `JFIF\0\x01\x01\0\0\x01\0\x01\x04\x04${pixels.toString('latin1')}`);
}

function withChunk(png: Buffer, name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(body));
  // Behind the head, which is 8 + 25 bytes.
  return Buffer.concat([png.subarray(0, 33), length, body, check, png.subarray(33)]);
}

function gifWithComment(gif: Buffer): Buffer {
  const text = Buffer.from(planted);
  const comment = Buffer.concat([Buffer.from([0x21, 0xfe, text.length]), text, Buffer.from([0])]);
  return Buffer.concat([gif.subarray(0, -1), comment, gif.subarray(-1)]);
}
