/** A query picture as another camera or another day would show it: other colours on the clothes, grey, infrared-like. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { asChatReidError } from '../../foundation/error.ts';
import { decodeRgb, pictureFromFile, readPicture, type RgbPicture } from '../../foundation/picture.ts';
import { MersenneTwister } from '../random/mersenne-twister.ts';

export type Alteration = 'top' | 'bottom' | 'both' | 'grey' | 'infrared';

/** Raise it when a recipe changes: what is kept by another is another picture. */
const recipes = 1;

/** Where the clothes are on an upright pedestrian crop, in shares of its height; from the torso's middle outwards they fade. */
const bands = { top: { from: 0.17, to: 0.5 }, bottom: { from: 0.5, to: 0.9 } } as const;

/** Cloth colours that are far from each other, as RGB. */
const cloths: readonly (readonly [number, number, number])[] = [
  [196, 30, 36],
  [30, 80, 190],
  [240, 205, 50],
  [40, 140, 60],
  [130, 50, 150],
  [235, 130, 175],
  [235, 235, 235],
  [28, 28, 30],
];

/**
 * Kept by content: the same bytes are altered in the same way wherever they lie, and once.
 *
 * @param folder where altered pictures are kept
 * @returns absolute path of the PNG
 * @throws ChatReidError PICTURE_* where it cannot be opened, STORAGE_*
 */
export async function alteredPicture(path: string, alteration: Alteration, folder: string): Promise<string> {
  const picture = await pictureFromFile(path);
  const target = join(folder, `${picture.id.slice(0, 32)}-${alteration}-${recipes}.png`);
  if (await stat(target).catch(() => undefined)) return target;
  const rgb = await decodeRgb(await readPicture(picture));
  const { width, height } = rgb;
  const data = altered(rgb, alteration, picture.id);
  const png = await sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
  try {
    await mkdir(folder, { recursive: true });
    const partial = `${target}.${randomUUID()}`;
    await writeFile(partial, png);
    await rename(partial, target);
  } catch (error) {
    throw asChatReidError(error, `keeping altered pictures in ${folder}`);
  }
  return target;
}

/** @param seed what is drawn depends on it and on nothing else */
export function altered(picture: RgbPicture, alteration: Alteration, seed: string): Uint8Array {
  const digest = createHash('sha256').update(`${seed}\0${alteration}`).digest();
  const twister = MersenneTwister.ofWords([digest.readUInt32LE(0), digest.readUInt32LE(4)]);
  const data = Uint8Array.from(picture.data);
  if (alteration === 'grey') return grey(data, [0.299, 0.587, 0.114], () => 0);
  if (alteration === 'infrared') {
    // Cloth reflects near infrared much alike, whatever its colour: contrast shrinks, and a sensor at night is noisy.
    const noise = (): number => 10 * (twister.nextFraction() + twister.nextFraction() - 1);
    return grey(data, [0.62, 0.28, 0.1], noise, (value) => 70 + 0.6 * value);
  }
  for (const part of alteration === 'both' ? (['top', 'bottom'] as const) : [alteration]) {
    recolour({ ...picture, data }, bands[part], twister);
  }
  return data;
}

/**
 * What is coloured like the middle of the part takes a cloth's colour that is far from its own; light and shade stay. Skin, bags
 * and the background mostly keep theirs.
 */
function recolour(
  { width, height, data }: RgbPicture,
  { from, to }: { readonly from: number; readonly to: number },
  twister: MersenneTwister,
): void {
  const at = (x: number, y: number): number => 3 * (y * width + x);
  const colour = (place: number): number[] => [data[place]!, data[place + 1]!, data[place + 2]!];
  const middle: number[][] = [];
  const part: { readonly place: number; readonly mask: number }[] = [];
  for (let y = Math.floor(from * height); y < Math.min(height, Math.ceil(to * height)); y++) {
    for (let x = 0; x < width; x++) {
      const [across, down] = [(x + 0.5) / width, ((y + 0.5) / height - from) / (to - from)];
      const mask = maskAt(across, down);
      if (mask > 0) part.push({ place: at(x, y), mask });
      if (Math.abs(across - 0.5) < 0.13 && Math.abs(down - 0.45) < 0.25) middle.push(colour(at(x, y)));
    }
  }
  if (middle.length === 0) return;
  const own = [0, 1, 2].map((c) => middle.map((rgb) => rgb[c]!).sort((a, b) => a - b)[middle.length >> 1]!);
  const far = cloths.filter((cloth) => Math.hypot(...cloth.map((value, c) => value - own[c]!)) > 120);
  const cloth = far[Math.floor(twister.nextFraction() * far.length)]!;
  for (const { place, mask } of part) {
    const rgb = colour(place);
    const weight = mask * likeness(rgb, own);
    const shade = luma(rgb) - luma(own);
    for (let c = 0; c < 3; c++) {
      const wanted = cloth[c]! + 0.8 * shade;
      data[place + c] = Math.max(0, Math.min(255, Math.round(rgb[c]! * (1 - weight) + wanted * weight)));
    }
  }
}

/** 1 for the same colour in any light, 0 for another. */
function likeness(a: readonly number[], b: readonly number[]): number {
  const light = luma(a) - luma(b);
  const hue = Math.hypot(...a.map((value, c) => value - b[c]! - light));
  return Math.max(0, Math.min(1, 2 - Math.hypot(hue, 0.45 * light) / 26));
}

/** 1 in the middle of the body, 0 at the sides and the ends; x across the crop, y down the part, both 0 to 1. */
function maskAt(x: number, y: number): number {
  const fade = (value: number, width: number): number => Math.max(0, Math.min(1, value / width));
  return fade(0.4 - Math.abs(x - 0.5), 0.12) * fade(y, 0.06) * fade(1 - y, 0.06);
}

function luma([r = 0, g = 0, b = 0]: readonly number[]): number {
  return 0.299 * r + 0.587 * g + 0.114 * b;
}

function grey(
  data: Uint8Array,
  [r, g, b]: readonly [number, number, number],
  noise: () => number,
  curve: (value: number) => number = (value) => value,
): Uint8Array {
  for (let at = 0; at < data.length; at += 3) {
    const value = curve(r * data[at]! + g * data[at + 1]! + b * data[at + 2]!) + noise();
    data.fill(Math.max(0, Math.min(255, Math.round(value))), at, at + 3);
  }
  return data;
}
