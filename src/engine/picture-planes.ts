/** Pixels of a picture as the three planes that a convolutional network reads. */
import type { RgbPicture } from '../foundation/picture.ts';

export interface PlaneRules {
  readonly scale: number;
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** (pixel * scale - mean) / std; row-major [3, height, width], R G B. */
export function planes({ width, height, data }: RgbPicture, { scale, mean, std }: PlaneRules): Float32Array {
  const area = width * height;
  const out = new Float32Array(3 * area);
  for (let channel = 0; channel < 3; channel++) {
    const factor = scale / (std[channel] as number);
    const shift = (mean[channel] as number) / (std[channel] as number);
    const base = channel * area;
    for (let pixel = 0, source = channel; pixel < area; pixel++, source += 3) {
      out[base + pixel] = (data[source] as number) * factor - shift;
    }
  }
  return out;
}
