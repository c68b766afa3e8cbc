/** Keys and values of a prefix: what the decoder remembers of it, copied in and out of batches. */
import { type Floats, type FloatType, newFloats } from './onnx-session.ts';

export interface KeyShape {
  readonly type: FloatType;
  /** Arrays a prefix has: a key and a value a layer. */
  readonly arrays: number;
  readonly heads: number;
  readonly headSize: number;
}

/** One prefix, alone. Each array is row-major [heads, length, headSize]. */
export interface PastKeys {
  readonly length: number;
  readonly arrays: readonly Floats[];
}

export function bytesPerToken(shape: KeyShape): number {
  return shape.arrays * shape.heads * shape.headSize * (shape.type === 'float16' ? 2 : 4);
}

/**
 * The pasts of a batch as one array of the shape [pasts, heads, length, headSize], shorter ones padded with zeros on
 * the left. Equal lengths are one copy a past; a single past of full length is not copied at all.
 */
export function stackPasts(
  pasts: readonly (PastKeys | undefined)[],
  array: number,
  length: number,
  shape: KeyShape,
): Floats {
  const { heads, headSize } = shape;
  const only = pasts.length === 1 ? pasts[0] : undefined;
  if (only?.length === length) return only.arrays[array] as Floats;
  const headLength = length * headSize;
  const stacked = newFloats(shape.type, pasts.length * heads * headLength);
  pasts.forEach((past, row) => {
    if (past === undefined) return;
    const source = past.arrays[array] as Floats;
    const start = row * heads * headLength;
    if (past.length === length) stacked.set(source, start);
    else {
      const used = past.length * headSize;
      for (let head = 0; head < heads; head++) {
        stacked.set(source.subarray(head * used, (head + 1) * used), start + (head + 1) * headLength - used);
      }
    }
  });
  return stacked;
}

/** Where a row's real tokens lie among the padded ones: `[start, end)` stretches in order. */
export type Stretches = readonly (readonly [start: number, end: number])[];

/**
 * One row of the decoder's `present` arrays as a prefix of its own, padding left out.
 *
 * @param length tokens of a row in the batch, padding included
 */
export function cutRow(
  presents: readonly Floats[],
  row: number,
  length: number,
  stretches: Stretches,
  shape: KeyShape,
): PastKeys {
  const { heads, headSize } = shape;
  const kept = stretches.reduce((sum, [start, end]) => sum + end - start, 0);
  const arrays = presents.map((present) => {
    const first = row * heads * length * headSize;
    if (kept === length && present.length === heads * length * headSize) return present;
    if (kept === length) return present.slice(first, first + heads * length * headSize);
    const own = newFloats(shape.type, heads * kept * headSize);
    let target = 0;
    for (let head = 0; head < heads; head++) {
      const base = first + head * length * headSize;
      for (const [start, end] of stretches) {
        own.set(present.subarray(base + start * headSize, base + end * headSize), target);
        target += (end - start) * headSize;
      }
    }
    return own;
  });
  return { length: kept, arrays };
}
