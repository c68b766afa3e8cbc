/** Features of one picture as bytes on disk: a short head, the numbers, and a checksum over both. */
import { crc32 } from 'node:zlib';
import type { PatchGrid } from './image-processor.ts';
import type { PictureFeatures } from './vision-encoder.ts';

/** "CRF1": the layout's name and version. */
const magic = 0x31465243;
const headBytes = 32;

/** Head (little-endian uint32): magic, crc of the rest, half (1) or float (0), frames, rows, columns, numbers, 0. */
export function featureFile({ grid, data }: PictureFeatures): Buffer {
  const numbers = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const file = Buffer.alloc(headBytes + numbers.length);
  const half = data instanceof Uint16Array ? 1 : 0;
  [magic, 0, half, ...grid, data.length, 0].forEach((value, i) => {
    file.writeUInt32LE(value, 4 * i);
  });
  numbers.copy(file, headBytes);
  file.writeUInt32LE(crc32(file.subarray(8)), 4);
  return file;
}

export function featureFileBytes({ data }: PictureFeatures): number {
  return headBytes + data.byteLength;
}

/** @returns undefined for anything but a whole, undamaged file */
export function readFeatureFile(file: Buffer): PictureFeatures | undefined {
  if (file.length < headBytes || file.readUInt32LE(0) !== magic) return undefined;
  if (file.readUInt32LE(4) !== crc32(file.subarray(8))) return undefined;
  const [half, frames, rows, columns, length] = [2, 3, 4, 5, 6].map((i) => file.readUInt32LE(4 * i)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  if (file.length !== headBytes + length * (half ? 2 : 4)) return undefined;
  const grid: PatchGrid = [frames, rows, columns];
  // Copied: a slice of Node's shared buffer pool may not be aligned for floats.
  const bytes = new Uint8Array(file.subarray(headBytes)).buffer;
  return { grid, data: half ? new Uint16Array(bytes) : new Float32Array(bytes) };
}
