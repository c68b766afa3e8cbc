/** A picture as the vision encoder wants it: resized, normalised, cut into patches in merge-block order. */
import {
  decodeRgb,
  inspectPicture,
  type Picture,
  type RgbPicture,
  readPicture,
} from '../foundation/picture.ts';
import { resizeBicubic } from './bicubic.ts';
import { type SizeRules, smartResize } from './smart-resize.ts';

/** What `preprocessor_config.json` says, defaults filled in. */
export interface ImageRules {
  readonly patchSize: number;
  readonly mergeSize: number;
  readonly temporalPatchSize: number;
  readonly minPixels: number;
  readonly maxPixels: number;
  readonly rescale: number;
  /** One a channel, R G B, on pixels already rescaled. */
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/** Time, height and width in patches. Time is 1: a still picture. */
export type PatchGrid = readonly [frames: number, rows: number, columns: number];

export interface PicturePatches {
  /** Row-major [patches, channels * temporalPatchSize * patchSize^2]; 1176 numbers a patch for Qwen2-VL. */
  readonly pixels: Float32Array;
  readonly grid: PatchGrid;
}

/**
 * Reference: `Qwen2VLImageProcessor` of Hugging Face transformers (the slow one, which resizes with Pillow).
 *
 * @throws ChatReidError PICTURE_* as {@link inspectPicture} and {@link smartResize}
 */
export async function processPicture(picture: Picture, rules: ImageRules): Promise<PicturePatches> {
  const bytes = await readPicture(picture);
  const { width, height } = await inspectPicture(bytes);
  const size = smartResize(width, height, sizeRules(rules));
  return patchify(resizeBicubic(await decodeRgb(bytes), size.width, size.height), rules);
}

export function sizeRules(rules: ImageRules): SizeRules {
  return {
    factor: rules.patchSize * rules.mergeSize,
    minPixels: rules.minPixels,
    maxPixels: rules.maxPixels,
  };
}

/** Vision tokens (after merging) that a grid of patches becomes. */
export function visionTokens(grid: PatchGrid, mergeSize: number): number {
  return (grid[0] * grid[1] * grid[2]) / (mergeSize * mergeSize);
}

/**
 * Patches in the order [row block, column block, row in block, column in block], so that the mergeSize^2 patches that
 * merge into one token are neighbours; inside a patch [channel, frame, y, x]. The one frame is repeated in time.
 *
 * @param picture both sides multiples of patchSize * mergeSize
 */
export function patchify(picture: RgbPicture, rules: ImageRules): PicturePatches {
  const { patchSize, mergeSize, temporalPatchSize } = rules;
  const { width, data } = picture;
  const rows = picture.height / patchSize;
  const columns = width / patchSize;
  const area = patchSize * patchSize;
  const channelStep = area * temporalPatchSize;
  const patchLength = 3 * channelStep;
  const pixels = new Float32Array(rows * columns * patchLength);
  const levels = normalisedLevels(rules);
  let patch = 0;
  for (let blockRow = 0; blockRow < rows; blockRow += mergeSize) {
    for (let blockColumn = 0; blockColumn < columns; blockColumn += mergeSize) {
      for (let inRow = 0; inRow < mergeSize; inRow++) {
        for (let inColumn = 0; inColumn < mergeSize; inColumn++) {
          const top = (blockRow + inRow) * patchSize;
          const left = (blockColumn + inColumn) * patchSize;
          const start = patch * patchLength;
          for (let y = 0; y < patchSize; y++) {
            let source = ((top + y) * width + left) * 3;
            let target = start + y * patchSize;
            for (let x = 0; x < patchSize; x++, target++) {
              pixels[target] = levels[data[source++] as number] as number;
              pixels[target + channelStep] = levels[256 + (data[source++] as number)] as number;
              pixels[target + 2 * channelStep] = levels[512 + (data[source++] as number)] as number;
            }
          }
          for (let channel = 0; channel < 3; channel++) {
            const first = start + channel * channelStep;
            for (let frame = 1; frame < temporalPatchSize; frame++) {
              pixels.copyWithin(first + frame * area, first, first + area);
            }
          }
          patch++;
        }
      }
    }
  }
  return { pixels, grid: [1, rows, columns] };
}

/** The 256 grey levels of each channel, rescaled and normalised: a look-up is cheaper than the arithmetic. */
function normalisedLevels({ rescale, mean, std }: ImageRules): Float32Array {
  const levels = new Float32Array(3 * 256);
  for (let channel = 0; channel < 3; channel++) {
    for (let level = 0; level < 256; level++) {
      levels[channel * 256 + level] =
        (level * rescale - (mean[channel] as number)) / (std[channel] as number);
    }
  }
  return levels;
}
