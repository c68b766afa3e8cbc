/** Small synthetic pictures and unit vectors, the same for the same number. */
import sharp from 'sharp';
import { pictureId } from '../../src/foundation/picture.ts';
import type { PictureRecord } from '../../src/gallery/gallery-store.ts';

/** A PNG of 8 x 16 pixels whose colour is given by the number. */
export async function picture(number: number): Promise<Buffer> {
  const background = { r: number & 255, g: (number >> 8) & 255, b: (number * 37) & 255 };
  return sharp({ create: { width: 8, height: 16, channels: 3, background } })
    .png()
    .toBuffer();
}

export async function registered(
  number: number,
  facts: Partial<PictureRecord> = {},
): Promise<{ record: PictureRecord; bytes: Buffer }> {
  const bytes = await picture(number);
  const record = {
    pictureId: pictureId(bytes),
    source: `picture-${number}.png`,
    width: 8,
    height: 16,
    ...facts,
  };
  return { record, bytes };
}

/** Deterministic numbers in [0, 1): mulberry32. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function unitVector(seed: number, dimension: number): Float32Array {
  const next = random(seed + 1);
  const vector = Float32Array.from({ length: dimension }, () => next() - 0.5);
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}
