/** What a question is worth: bits that its answer is expected to tell about which candidate is the right one. */
import type { WitnessModel } from './trait-evidence.ts';

/**
 * Mutual information of the answer (yes, no, don't know) and the right candidate, in bits. "Don't know" comes as often
 * whoever it is, so it tells nothing and takes its share of the gain; a witness who errs blurs yes and no.
 *
 * @param weights probability of each candidate that it is the right one, summing to 1
 * @param yes probability of each candidate that the question is true of it
 */
export function questionGain(
  weights: readonly number[],
  yes: readonly number[],
  { errorRate, unknownRate }: WitnessModel,
): number {
  let mean = 0;
  let inside = 0;
  for (const [at, weight] of weights.entries()) {
    const said = yes[at]! * (1 - errorRate) + (1 - yes[at]!) * errorRate;
    mean += weight * said;
    inside += weight * binaryEntropy(said);
  }
  return Math.max(0, (1 - unknownRate) * (binaryEntropy(mean) - inside));
}

/** In bits, 0 to 1. */
export function binaryEntropy(p: number): number {
  if (p <= 0 || p >= 1) return 0;
  return -(p * Math.log2(p) + (1 - p) * Math.log2(1 - p));
}

/**
 * Probability of each candidate to be the right one, if one of them is: from confidences that do not know of each other, by
 * their odds. So the second of a list, at 70 %, is hardly a rival to a first one at 99.9 %, and nothing needs asking.
 *
 * @param confidences 0 to 1 each
 * @returns summing to 1; equal where all are 0
 */
export function rightShares(confidences: readonly number[]): number[] {
  const odds = confidences.map((confidence) => confidence / Math.max(surest, 1 - confidence));
  const total = odds.reduce((sum, one) => sum + one, 0);
  return odds.map((one) => (total > 0 ? one / total : 1 / odds.length));
}

/** Nothing is surer than this: one in a million. */
const surest = 1e-6;
