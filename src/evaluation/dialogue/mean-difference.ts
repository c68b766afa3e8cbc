/** Is a mean difference over people more than chance? The percentile interval of a bootstrap over them. */
import { MersenneTwister } from '../random/mersenne-twister.ts';

export interface MeanDifference {
  readonly mean: number;
  /** 95 % of the resampled means lie between. */
  readonly interval: readonly [low: number, high: number];
}

const resamples = 2000;

/** @param differences one a person, at least one; the same seed gives the same interval */
export function meanDifference(differences: readonly number[], seed: number): MeanDifference {
  const random = MersenneTwister.ofNumber(seed);
  const count = differences.length;
  const means = Float64Array.from({ length: resamples }, () => {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += differences[Math.floor(random.nextFraction() * count)]!;
    return sum / count;
  }).sort();
  return {
    mean: differences.reduce((sum, value) => sum + value, 0) / count,
    interval: [means[Math.floor(0.025 * resamples)]!, means[Math.ceil(0.975 * resamples) - 1]!],
  };
}
