/** One measured figure: its samples, what they are compared with, and the target where there is one. */

/** A target that the issue of the project or the README promises. */
export interface Target {
  readonly kind: 'at least' | 'at most' | 'under';
  readonly value: number;
}

export interface Figure {
  /** What was measured, e.g. `mid 64x128, text follow-up: all`. */
  readonly name: string;
  /** Unit of the samples. */
  readonly unit: string;
  /** One number a round, in the order of the rounds. */
  readonly samples: readonly number[];
  /** The same rounds against something measured in the same round; one number a round. */
  readonly ratio?: { readonly to: string; readonly samples: readonly number[] };
  /** Of the median ratio where there is a ratio, else of the median sample. */
  readonly target?: Target;
  /** How it was counted, when the name does not say it. */
  readonly note?: string;
}

export interface Summary {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** The median of an even count is the mean of the middle two. @throws RangeError when there is no sample */
export function summarise(samples: readonly number[]): Summary {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [min, max, upper] = [sorted[0], sorted.at(-1), sorted[middle]];
  if (min === undefined || max === undefined || upper === undefined) {
    throw new RangeError('There is no sample to summarise.');
  }
  const median = sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
  return { min, median, max };
}

/** @returns undefined where the figure has no target */
export function isMet(figure: Figure): boolean | undefined {
  const { target, ratio, samples } = figure;
  if (target === undefined) return undefined;
  const { median } = summarise(ratio?.samples ?? samples);
  if (target.kind === 'at least') return median >= target.value;
  return target.kind === 'at most' ? median <= target.value : median < target.value;
}
