/** Small prompts and synthetic pictures for engine tests. */
import sharp from 'sharp';
import type { Part, Prompt } from '../../src/engine/prompt.ts';
import { type Picture, pictureFromBytes } from '../../src/foundation/picture.ts';

export function textPart(text: string): Part {
  return { type: 'text', text };
}

export function ask(...parts: readonly (string | Picture | Part)[]): Prompt {
  const toPart = (part: string | Picture | Part): Part => {
    if (typeof part === 'string') return textPart(part);
    return 'type' in part ? part : { type: 'picture', picture: part };
  };
  return {
    version: 'test@1',
    turns: [
      { role: 'system', parts: [textPart('You compare pedestrians.')] },
      { role: 'user', parts: parts.map(toPart) },
    ],
  };
}

/** A synthetic pedestrian: a coloured block on noise-free stripes, different for each seed. */
export async function testPicture(
  seed: number,
  options: { width?: number; height?: number; format?: 'png' | 'jpeg' | 'webp' } = {},
): Promise<Picture> {
  const { width = 28, height = 56, format = 'png' } = options;
  const data = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 3;
      data[at] = (seed * 67 + y * 3) % 256;
      data[at + 1] = (seed * 131 + x * 5) % 256;
      data[at + 2] = (seed * 29 + (x + y) * 2) % 256;
    }
  }
  const image = sharp(data, { raw: { width, height, channels: 3 } });
  return pictureFromBytes(await image.toFormat(format).toBuffer());
}
