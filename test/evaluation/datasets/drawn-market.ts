/** A small Market-1501 of plain colours, and an encoder that sees nothing but colour. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Encoder, EncoderDescription } from '../../../src/engine/encoder.ts';
import { ChatReidError } from '../../../src/foundation/error.ts';
import { decodeRgb, type Picture, readPicture } from '../../../src/foundation/picture.ts';

/** Encodes a picture as the direction of its mean colour, and counts. */
export class ColourEncoder implements Encoder {
  encoded = 0;

  async describeEncoder(): Promise<EncoderDescription> {
    return { name: 'colour', space: 'c0102', dimension: 3, text: false, device: 'cpu' };
  }

  async encodePictures(pictures: readonly Picture[]): Promise<(Float32Array | Error)[]> {
    return Promise.all(
      pictures.map(async (picture) => {
        try {
          const vector = await this.encode(picture);
          this.encoded++;
          return vector;
        } catch (error) {
          return error as Error;
        }
      }),
    );
  }

  async encodeTexts(): Promise<Float32Array[]> {
    throw new ChatReidError('QUERY_WORDS_UNSUPPORTED', 'Colours have no words.', 'Send a picture.');
  }

  protected async encode(picture: Picture): Promise<Float32Array> {
    const { data, width, height } = await decodeRgb(await readPicture(picture));
    const sums = [0, 0, 0];
    for (let i = 0; i < data.length; i++) sums[i % 3]! += data[i]! / (width * height);
    return Float32Array.from(sums, (sum) => sum / Math.hypot(...sums));
  }
}

/** Persons 1 to 8 in three cameras; the camera shifts the colour, so that some are mistaken. */
export async function drawMarket(data: string): Promise<void> {
  const picture = async (path: string, person: number, camera: number, frame: number): Promise<void> => {
    const background = {
      r: (person * 67 + camera * 9) % 256,
      g: (person * 31 + camera * 14 + frame) % 256,
      b: (person * 113) % 256,
    };
    await sharp({ create: { width: 8, height: 16, channels: 3, background } })
      .jpeg({ quality: 95 })
      .toFile(join(data, path));
  };
  await Promise.all(
    ['query', 'bounding_box_test'].map((name) => mkdir(join(data, name), { recursive: true })),
  );
  for (let person = 0; person <= 8; person++) {
    const id = String(person).padStart(4, '0');
    for (let camera = 1; camera <= 3; camera++) {
      await picture(`bounding_box_test/${id}_c${camera}s1_000001_01.jpg`, person, camera, 1);
      if (person > 0) await picture(`query/${id}_c${camera}s1_000002_00.jpg`, person, camera, 2);
    }
  }
  await picture('query/0009_c1s1_000002_00.jpg', 9, 1, 2);
  await picture('bounding_box_test/-1_c1s1_000009_01.jpg', 4, 2, 2);
}

/** Pictures of nobody who is looked for. */
export async function drawDistractors(data: string, count: number): Promise<void> {
  for (let frame = 0; frame < count; frame++) {
    const background = { r: frame, g: 255 - frame, b: (frame * 7) % 256 };
    await sharp({ create: { width: 8, height: 16, channels: 3, background } })
      .jpeg()
      .toFile(join(data, 'bounding_box_test', `0000_c1s1_${String(frame).padStart(6, '0')}_02.jpg`));
  }
}
