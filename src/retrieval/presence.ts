/** Is the person here at all? One search's strongest likenesses, held against the likenesses of its own strangers. */
import { z } from 'zod';

const finite = z.number();
const rising = z.array(finite).min(2).readonly();

/** Natural-log odds from a search: a sum of what is seen in it, each weighed. Measured by model/hpt/filter/open_set.py. */
const weighing = z.object({
  /** The constant; then per unit of: evidence (log of the mean likelihood ratio), log of the pictures searched. */
  bias: finite,
  evidence: finite,
  size: finite,
  /** Per unit of similarity: mean of the ranks 6 to 20, and 21 to 100. */
  near: finite.optional(),
  far: finite.optional(),
  /** Per unit of {@link surprise}. */
  gap: finite.optional(),
});

const side = z.object({
  weights: weighing,
  /** Log-odds that searches for absent people exceed at a rate, by pictures searched. Rates fall, thresholds rise. */
  found: z.object({ size: rising, rate: rising, threshold: z.array(rising).min(2).readonly() }),
  /** Log-odds under which only `missRate` of the searches for people who are there fall. */
  absent: z.object({ missRate: finite, below: finite }),
});

export const presenceSchema = z.object({
  /** Searches with so many candidates or more are held against their own strangers; smaller ones cannot be. */
  cohort: z.int().min(10),
  wide: side,
  narrow: side,
});

export type PresenceNumbers = z.infer<typeof presenceSchema>;

/** What a search says of the person's being there. */
export interface Presence {
  /** Natural-log odds that the person is there, before which here and not here were equally likely. */
  readonly logOdds: number;
  /** At this false-match rate, the odds from which a match is called found. */
  readonly foundFrom: number;
  readonly absentBelow: number;
  /** Share of people who are there whose search stays below `absentBelow`. */
  readonly missRate: number;
}

/** Candidates of a search that are looked at. */
export const cohortRanks = 100;
const nearRanks: readonly [number, number] = [5, 20];
const farRanks: readonly [number, number] = [20, cohortRanks];
const surpriseRange: readonly [number, number] = [-5, 20];

/**
 * A likeness of 0.6 is much for somebody who resembles nobody and little for a man in a black coat among men in black
 * coats. The strangers of a search are its own ranks behind the first: from them is read how alike strangers get in
 * this gallery to this query (score normalisation by cohort, as in speaker verification: Auckenthaler et al. 2000), and
 * the weights, learnt by logistic regression over simulated searches with the person and without, turn it into odds.
 *
 * @param scores similarities of the search, falling, the best {@link cohortRanks} of them
 * @param ratio natural-log likelihood ratio of a similarity
 * @param of pictures that were searched
 * @param rate the operator's false-match rate, over 0 and under 1
 */
export function presenceOf(
  { cohort, wide, narrow }: PresenceNumbers,
  scores: readonly number[],
  ratio: (score: number) => number,
  of: number,
  rate: number,
): Presence {
  const { weights, found, absent } = scores.length >= cohort ? wide : narrow;
  const seen = features(scores, ratio, of);
  const logOdds =
    weights.bias +
    weights.evidence * seen.evidence +
    weights.size * seen.size +
    (weights.near ?? 0) * seen.near +
    (weights.far ?? 0) * seen.far +
    (weights.gap ?? 0) * seen.gap;
  const foundFrom = thresholdAt(found, seen.size, rate);
  return {
    logOdds,
    foundFrom,
    absentBelow: Math.min(foundFrom, absent.below),
    missRate: absent.missRate,
  };
}

function features(scores: readonly number[], ratio: (score: number) => number, of: number) {
  const size = Math.log(Math.max(1, of));
  const ratios = scores.map(ratio);
  const top = Math.max(...ratios);
  // One picture of the person anywhere in the gallery, against none: the mean of the likelihood ratios.
  const evidence = top + Math.log(ratios.reduce((sum, value) => sum + Math.exp(value - top), 0)) - size;
  return {
    evidence,
    size,
    near: mean(scores.slice(...nearRanks)),
    far: mean(scores.slice(...farRanks)),
    gap: surprise(scores, size),
  };
}

/**
 * How far the first is above where strangers alone would put it, in units of their slope. Beyond the middle, the k-th
 * best of n strangers lies near a + b log(n / k) for any distribution with an exponential tail (Gumbel's domain of
 * attraction), so the line through ranks 21 to 100 foretells rank 1, whatever the gallery's size.
 */
function surprise(scores: readonly number[], size: number): number {
  const points = scores.slice(...farRanks).map((score, at) => ({
    x: size - Math.log(farRanks[0] + at + 0.5),
    y: score,
  }));
  if (points.length < 2) return 0;
  const x = mean(points.map((point) => point.x));
  const y = mean(points.map((point) => point.y));
  const spread = points.reduce((sum, point) => sum + (point.x - x) ** 2, 0);
  const slope = points.reduce((sum, point) => sum + (point.x - x) * (point.y - y), 0) / spread;
  const b = Math.max(slope, 0.005);
  const [low, high] = surpriseRange;
  return Math.min(high, Math.max(low, (scores[0]! - (y - slope * x) - slope * size) / b));
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Linear in the logarithms of size and rate; beyond the largest size its last threshold and slope go on. */
function thresholdAt(
  { size, rate, threshold }: PresenceNumbers['wide']['found'],
  logSize: number,
  wanted: number,
): number {
  const logs = rate.map((one) => -Math.log(one));
  const atRate = threshold.map((row) => line(logs, row, -Math.log(wanted)));
  const sizes = size.map(Math.log);
  if (logSize <= sizes[0]!) return atRate[0]!;
  const last = atRate.length - 1;
  if (logSize >= sizes[last]!) {
    return Math.max(atRate[last]!, line(sizes, atRate, logSize));
  }
  return line(sizes, atRate, logSize);
}

/** Linear between the points; beyond the ends the last slope goes on. */
function line(x: readonly number[], y: readonly number[], at: number): number {
  let right = x.findIndex((value) => value >= at);
  if (right === -1) right = x.length - 1;
  if (right === 0) right = 1;
  const [x0, x1, y0, y1] = [x[right - 1]!, x[right]!, y[right - 1]!, y[right]!];
  return y0 + ((y1 - y0) * (at - x0)) / (x1 - x0);
}
