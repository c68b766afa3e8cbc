/** Synthetic pictures as strangers send them: animated, huge by their header, noisy. */
import { crc32 } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';

/** Deterministic coloured noise, so that no codec can make it tiny. */
export function noise(width = 40, height = 60, channels: 3 | 4 = 3): Sharp {
  const data = Buffer.alloc(width * height * channels);
  let state = 12345;
  for (let at = 0; at < data.length; at++) {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    data[at] = state >> 16;
  }
  return sharp(data, { raw: { width, height, channels } });
}

/** Three frames of 6 x 4 pixels: red, green, blue. */
export async function animated(format: 'gif' | 'webp'): Promise<Buffer> {
  const colours = [
    [255, 0, 0],
    [0, 255, 0],
    [0, 0, 255],
  ];
  const data = Buffer.from(colours.flatMap((colour) => Array(24).fill(colour).flat() as number[]));
  const frames = sharp(data, { raw: { width: 6, height: 12, channels: 3, pageHeight: 4 } });
  const delay = [100, 100, 100];
  return format === 'gif'
    ? frames.gif({ delay }).toBuffer()
    : frames.webp({ lossless: true, delay }).toBuffer();
}

/** A well-formed PNG of a few dozen bytes whose header claims any size. */
export function pngHeader(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2], 8);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', Buffer.from('789c0300000000001', 'hex')),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}
