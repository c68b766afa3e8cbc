/** Verification: how often two pictures of one person are told apart, and of two persons taken for one (ROC, EER, AUC). */
import { ChatReidError } from '../../foundation/error.ts';
import { curveCorners } from './curve-corners.ts';
import type { PairScores, ScoreCells } from './pair-scores.ts';

/** False match rates that papers and fast-reid report. */
export const commonRates: readonly number[] = [1e-4, 1e-3, 1e-2, 1e-1];

/** Rates are fractions, 0 to 1. A pair matches when its score is over the threshold. */
export interface OperatingPoint {
  /** The false match rate asked for. */
  readonly rate: number;
  readonly threshold: number;
  /** Share of the impostor pairs that match, at most `rate`. */
  readonly falseMatchRate: number;
  /** Share of the genuine pairs that do not match. */
  readonly falseNonMatchRate: number;
  /** The exact falseNonMatchRate is no more than this below the one given. 0 where it is exact. */
  readonly bound: number;
}

/** A number and how far the exact one is from it at most; 0 where it is exact. */
export interface Bounded {
  readonly value: number;
  readonly bound: number;
}

export interface Roc {
  /** Pairs of a query with a right answer. */
  readonly genuine: number;
  /** Pairs of a query with a wrong answer. */
  readonly impostors: number;
  readonly operatingPoints: readonly OperatingPoint[];
  /** Where both error rates are equal, on the curve drawn straight from one operating point to the next. */
  readonly equalErrorRate: Bounded;
  /** Probability that a genuine pair scores over an impostor pair, a tie for a half (Mann-Whitney). */
  readonly areaUnderCurve: Bounded;
  /** fast-reid's "TPR@FPR" of each rate, 0 to 1. See {@link fastReidRates} before comparing it with anything else. */
  readonly fastReid: readonly { readonly rate: number; readonly value: number }[];
  /** From no match to all, 200 points at most. */
  readonly curve: readonly { readonly falseMatchRate: number; readonly falseNonMatchRate: number }[];
  /** Absent where every score counts as it is. Else scores under this one count as rounded to 2^-20 of the range. */
  readonly exactFrom?: number;
}

const chartPoints = 200;

/**
 * Definitions of ISO/IEC 19795-1: false match rate (FMR) over impostor pairs, false non-match rate (FNMR) over genuine
 * ones; FNMR at FMR x is the least that a threshold with FMR <= x reaches. The numbers are exact where the pairs were
 * (see {@link PairScores}) and else have a bound: one bin's share of the genuine pairs.
 *
 * @param rates false match rates, over 0 and under 1
 * @throws ChatReidError OPTION_INVALID (a rate), DATASET_INVALID (no genuine or no impostor pair)
 */
export function roc(pairs: PairScores, rates: readonly number[] = commonRates): Roc {
  for (const rate of rates) {
    if (rate > 0 && rate < 1) continue;
    throw new ChatReidError(
      'OPTION_INVALID',
      `A false match rate of ${rate} makes no sense.`,
      'Give numbers between 0 and 1, such as 0.001.',
    );
  }
  const { genuine, impostors } = pairs;
  if (genuine === 0 || impostors === 0) {
    throw new ChatReidError(
      'DATASET_INVALID',
      `There are ${genuine} pairs of one person and ${impostors} pairs of two: error rates need both.`,
      'Check that queries and gallery show the same persons, and more than one of them.',
    );
  }
  const cells = pairs.cells();
  const curve = new Curve(cells, genuine, impostors);
  return {
    genuine,
    impostors,
    operatingPoints: rates.map((rate) => curve.at(rate)),
    equalErrorRate: curve.equalErrorRate(),
    areaUnderCurve: curve.area(),
    fastReid: fastReidRates(cells, genuine, impostors, rates),
    curve: curve.chart(),
    ...(cells.exactFrom === Number.NEGATIVE_INFINITY ? {} : { exactFrom: cells.exactFrom }),
  };
}

/** Point k has the first k cells matching. */
class Curve {
  readonly #matches: Float64Array;
  readonly #falseMatches: Float64Array;

  constructor(
    private readonly cells: ScoreCells,
    private readonly genuine: number,
    private readonly impostors: number,
  ) {
    this.#matches = summed(cells.genuine);
    this.#falseMatches = summed(cells.impostors);
  }

  #fmr(point: number): number {
    return this.#falseMatches[point]! / this.impostors;
  }

  #fnmr(point: number): number {
    return (this.genuine - this.#matches[point]!) / this.genuine;
  }

  /** The last point within the rate: more matches can only lessen FNMR. */
  at(rate: number): OperatingPoint {
    let from = 0;
    let to = this.cells.count;
    while (from < to) {
      const middle = (from + to + 1) >> 1;
      if (this.#fmr(middle) <= rate) from = middle;
      else to = middle - 1;
    }
    // Of a spread cell, some genuine pairs may score over the impostor pair that exceeds the rate.
    return {
      rate,
      threshold: this.cells.scores[from]!,
      falseMatchRate: this.#fmr(from),
      falseNonMatchRate: this.#fnmr(from),
      bound: this.cells.spread[from] === 1 ? this.cells.genuine[from]! / this.genuine : 0,
    };
  }

  /** FMR rises and FNMR falls along the curve, one of them at least in every step: they meet once. */
  equalErrorRate(): Bounded {
    let cell = 0;
    while (this.#fmr(cell + 1) < this.#fnmr(cell + 1)) cell++;
    const [fmr, nextFmr] = [this.#fmr(cell), this.#fmr(cell + 1)];
    const [fnmr, nextFnmr] = [this.#fnmr(cell), this.#fnmr(cell + 1)];
    const share = (fnmr - fmr) / (nextFmr - fmr + (fnmr - nextFnmr));
    const bound = this.cells.spread[cell] === 1 ? Math.min(nextFmr - fmr, fnmr - nextFnmr) : 0;
    return { value: fmr + share * (nextFmr - fmr), bound };
  }

  area(): Bounded {
    const { count, genuine, impostors, spread } = this.cells;
    const pairs = this.genuine * this.impostors;
    let won = 0;
    let open = 0;
    for (let cell = 0; cell < count; cell++) {
      const tied = (genuine[cell]! * impostors[cell]!) / 2;
      won += genuine[cell]! * (this.impostors - this.#falseMatches[cell + 1]!) + tied;
      if (spread[cell] === 1) open += tied;
    }
    return { value: won / pairs, bound: open / pairs };
  }

  chart(): Roc['curve'] {
    const fmr = (point: number): number => this.#fmr(point);
    const fnmr = (point: number): number => this.#fnmr(point);
    return curveCorners(this.cells.count + 1, fmr, fnmr, chartPoints).map((point) => ({
      falseMatchRate: fmr(point),
      falseNonMatchRate: fnmr(point),
    }));
  }
}

/**
 * What fast-reid's `evaluation/roc.py` and `reid_evaluation.py` print as "TPR@FPR=x", quirks included: pairs of two
 * persons are labelled positive and scored by distance, so its "TPR" is the share of impostor pairs that are REJECTED and
 * its "FPR" the share of genuine pairs that are rejected with them: FNMR. It is read off at the point of the curve whose
 * "FPR" is nearest to x, below or above (scikit-learn `roc_curve` with its collinear points dropped, then `argmin`), the
 * first of equals. The first is the point that rejects nothing, so that with fewer than 1 / (2 x) genuine pairs the answer
 * is 0 however good the scores are. What the name says, TPR at FPR x, is 1 - falseNonMatchRate of the operating point.
 *
 * fast-reid stops at 1e-2. Cells are taken as equal scores: past a million impostor pairs the answer is exactly that of
 * the reference for scores that are rounded as {@link Roc.exactFrom} says.
 */
function fastReidRates(
  { count, genuine, impostors }: ScoreCells,
  allGenuine: number,
  allImpostors: number,
  rates: readonly number[],
): Roc['fastReid'] {
  const nearest = rates.map((rate) => ({ rate, gap: rate, value: 0 }));
  let rejectedGenuine = 0;
  let rejected = 0;
  for (let cell = count - 1; cell >= 0; cell--) {
    rejectedGenuine += genuine[cell]!;
    rejected += impostors[cell]!;
    const ends = cell === count - 1 || cell === 0;
    if (!ends && genuine[cell - 1] === genuine[cell] && impostors[cell - 1] === impostors[cell]) continue;
    for (const one of nearest) {
      const gap = Math.abs(rejectedGenuine / allGenuine - one.rate);
      if (gap >= one.gap) continue;
      one.gap = gap;
      one.value = rejected / allImpostors;
    }
  }
  return nearest.map(({ rate, value }) => ({ rate, value }));
}

/** Sums of the first 0, 1, 2 ... numbers. */
function summed(numbers: Float64Array): Float64Array {
  const sums = new Float64Array(numbers.length + 1);
  for (let at = 0; at < numbers.length; at++) sums[at + 1] = sums[at]! + numbers[at]!;
  return sums;
}
