/** What people send instead of a picture: a name, the bytes, and what the sentence must say. */
import { readFileSync } from 'node:fs';
import { noise, pngHeader } from '../../foundation/odd-pictures.ts';
import { demoQueries } from './demo-people.ts';

export interface BadUpload {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly code: string;
  readonly says: RegExp;
}

export async function badUploads(): Promise<BadUpload[]> {
  const whole = readFileSync(demoQueries[0]!.path);
  const png = await noise(60, 90).png().toBuffer();
  return [
    { name: 'empty.jpg', bytes: new Uint8Array(), code: 'PICTURE_EMPTY', says: /empty/ },
    {
      name: 'notes.txt',
      bytes: Buffer.from('A man in a red coat.'),
      code: 'PICTURE_NOT_A_PICTURE',
      says: /not a picture/,
    },
    {
      name: 'login.jpg',
      bytes: Buffer.from('<!DOCTYPE html><html><script>alert(1)</script></html>'),
      code: 'PICTURE_NOT_A_PICTURE',
      says: /^login\.jpg: This is a web page \(HTML\), not a picture\.$/m,
    },
    {
      name: 'drawing.svg',
      bytes: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
      code: 'PICTURE_UNSUPPORTED',
      says: /SVG/,
    },
    {
      name: 'half.jpg',
      bytes: whole.subarray(0, whole.length >> 1),
      code: 'PICTURE_DAMAGED',
      says: /^half\.jpg: The picture is damaged or incomplete: it cannot be opened to its end\.$/m,
    },
    {
      name: 'half.png',
      bytes: png.subarray(0, png.length >> 1),
      code: 'PICTURE_DAMAGED',
      says: /damaged or incomplete/,
    },
    { name: 'bomb.png', bytes: pngHeader(30_000, 30_000), code: 'PICTURE_TOO_LARGE', says: /30000 x 30000/ },
    { name: 'paper.pdf', bytes: Buffer.from('%PDF-1.7\n'), code: 'PICTURE_UNSUPPORTED', says: /PDF/ },
    {
      name: 'phone.heic',
      bytes: Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1'),
      code: 'PICTURE_UNSUPPORTED',
      says: /HEIC/,
    },
    {
      name: 'old.bmp',
      bytes: Buffer.from('BM\x36\0\0\0', 'latin1'),
      code: 'PICTURE_UNSUPPORTED',
      says: /BMP/,
    },
    {
      name: '<img src=x onerror=alert(1)>.jpg',
      bytes: Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]),
      code: 'PICTURE_DAMAGED',
      says: /damaged/,
    },
  ];
}
