/** The size a picture is given before it is cut into patches: near its own, in whole merge blocks, within pixel bounds. */
import { ChatReidError } from '../foundation/error.ts';

export interface SizeRules {
  /** Patch side times merge size: both sides become multiples of it. 28 for Qwen2-VL. */
  readonly factor: number;
  readonly minPixels: number;
  readonly maxPixels: number;
}

const longestAspect = 200;

/**
 * Reference: `smart_resize` of Hugging Face's image_processing_qwen2_vl. Python's `round` goes half to even, so 70 px
 * is two blocks of 28, not three.
 *
 * @param width, height pixels, at least 1
 * @throws ChatReidError PICTURE_UNSUPPORTED when one side is more than 200 times the other
 */
export function smartResize(
  width: number,
  height: number,
  { factor, minPixels, maxPixels }: SizeRules,
): { width: number; height: number } {
  if (Math.max(width, height) / Math.min(width, height) > longestAspect) {
    throw new ChatReidError(
      'PICTURE_UNSUPPORTED',
      `The picture is ${width} x ${height}: one side is more than ${longestAspect} times the other.`,
      'Crop the picture to the person.',
    );
  }
  const size = { width: halfToEven(width / factor) * factor, height: halfToEven(height / factor) * factor };
  const pixels = size.width * size.height;
  if (pixels > maxPixels) {
    const shrink = Math.sqrt((height * width) / maxPixels);
    const fitted = (side: number) => Math.max(factor, Math.floor(side / shrink / factor) * factor);
    return { width: fitted(width), height: fitted(height) };
  }
  if (pixels < minPixels) {
    const grow = Math.sqrt(minPixels / (height * width));
    const fitted = (side: number) => Math.ceil((side * grow) / factor) * factor;
    return { width: fitted(width), height: fitted(height) };
  }
  return size;
}

/** Python's `round` for a number of zero or more. */
export function halfToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return rest < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}
