/** Cutting a picture into its people: crops from left to right, or nothing to do where it is a crop already. */
import sharp from 'sharp';
import { decodingError, pictureLimits } from '../../foundation/picture.ts';
import { boxInside, type PersonBox } from '../../foundation/person-box.ts';
import type { Detector } from './detector.ts';
import { isOnePerson } from './one-person.ts';

export interface CutPerson {
  /** An encoded picture of this one person: JPEG. */
  readonly bytes: Uint8Array;
  /** Where it was cut: the person's box and a narrow margin. Pixels of the upright picture. */
  readonly box: PersonBox;
}

export type CutPicture =
  /** One person fills it: used as it is. */
  | { readonly kind: 'crop' }
  /** A frame, and those who are large enough in it to be told apart; there may be none. */
  | { readonly kind: 'frame'; readonly people: readonly CutPerson[] };

/** Pixels. A person smaller than this looks like any other. */
export const smallestPerson = 32;
/** Beside a box, of its height: what crops of the data sets leave round their people. */
const margin = 0.03;

/**
 * The same bytes give the same crops, so that a frame that is registered again brings nothing new.
 *
 * @throws ChatReidError as {@link Detector.detect}
 */
export async function cutPeople(
  detector: Detector,
  bytes: Uint8Array,
  options: { readonly signal?: AbortSignal } = {},
): Promise<CutPicture> {
  const found = await detector.detect(bytes, options);
  if (isOnePerson(found)) return { kind: 'crop' };
  const boxes = found.people
    .filter(({ box }) => box.height >= smallestPerson)
    .map(({ box }) => withMargin(box, found))
    .sort((a, b) => a.left + a.width / 2 - (b.left + b.width / 2));
  return { kind: 'frame', people: await crops(bytes, boxes) };
}

function withMargin(
  { left, top, width, height }: PersonBox,
  picture: { width: number; height: number },
): PersonBox {
  const space = margin * height;
  const edges = {
    left: left - space,
    top: top - space,
    right: left + width + space,
    bottom: top + height + space,
  };
  return boxInside(edges, picture);
}

async function crops(bytes: Uint8Array, boxes: readonly PersonBox[]): Promise<CutPerson[]> {
  if (boxes.length === 0) return [];
  try {
    // Decoded once for everybody in it.
    const { data, info } = await sharp(bytes, {
      failOn: 'error',
      limitInputPixels: pictureLimits.pixels,
      autoOrient: true,
    })
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    const raw = { width: info.width, height: info.height, channels: info.channels };
    const people: CutPerson[] = [];
    for (const box of boxes) {
      const crop = await sharp(data, { raw })
        .extract(box)
        .jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
        .toBuffer();
      people.push({ bytes: crop, box });
    }
    return people;
  } catch (error) {
    throw decodingError(error);
  }
}
