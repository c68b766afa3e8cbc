/** The places of the right answers in one query's ranking, counted in one pass without sorting the row. */
import { ChatReidError } from '../../foundation/error.ts';
import type { Relevance } from '../protocol.ts';

export interface PositiveRanks {
  /** Places from 1, ascending, with ignored rows taken out. Empty where the query has no right answer. */
  readonly ranks: Int32Array;
  /** Rows of the gallery that are not ignored. */
  readonly considered: number;
  /** Of these, rows whose score is at least τ: what the filter keeps. */
  readonly kept: number;
  /** Of the right answers, those that the filter keeps. They are the first of `ranks`. */
  readonly keptPositives: number;
  /** Score of the first candidate: the highest of a row that is not ignored, -Infinity where every row is. */
  readonly best: number;
}

/** Buckets between the lowest and the highest right answer: the more, the fewer rows need a search; 16 kB a query. */
const buckets = 2048;

/**
 * Ranks by score, highest first; equal scores in gallery order. That is the reference's `argsort` of distances in its
 * stable form (NumPy's default is not stable, so its own answer for ties depends on the machine).
 *
 * A row that comes before k of the n right answers adds one to k places, so counting replaces sorting: rows under the
 * lowest right answer cost one compare, the others are counted by bucket, and only those in the n buckets that hold a
 * right answer are placed exactly, by binary search. The result is exact for any scores; O(gallery + n log n) as a rule.
 *
 * @param scores one a gallery row, higher is more alike; any scale, infinities included
 * @param tau what the filter keeps from; -Infinity keeps everything
 * @param query number of the query, for the error
 * @throws ChatReidError DATASET_INVALID when a score is not a number
 */
export function rankPositives(
  scores: Float32Array | Float64Array,
  { positives, ignored }: Relevance,
  tau: number,
  query: number,
): PositiveRanks {
  const count = positives.length;
  const ordered = positives.toSorted((a, b) => scores[b]! - scores[a]! || a - b);
  const thresholds = Float64Array.from(ordered, (row) => scores[row]!);
  const places = Int32Array.from(ordered);
  const highest = count === 0 ? Number.POSITIVE_INFINITY : thresholds[0]!;
  const lowest = count === 0 ? Number.POSITIVE_INFINITY : thresholds[count - 1]!;
  if (thresholds.some(Number.isNaN)) throw notANumber(scores, query);

  // One scale for rows and right answers, and rounding keeps order: in different buckets the scores differ likewise.
  const range = highest - lowest;
  const scale = range > 0 && range < Number.POSITIVE_INFINITY ? (buckets - 1) / range : 0;
  const answersIn = new Int32Array(buckets);
  for (const threshold of thresholds) answersIn[((threshold - lowest) * scale) | 0]!++;

  // Slot k counts the rows that come before the k-th right answer and not before the one ahead of it.
  const before = new Int32Array(count + 1);
  const counted = new Int32Array(buckets);
  const place = (score: number, row: number, step: 1 | -1): void => {
    if (score > highest) before[0]! += step;
    else {
      const bucket = ((score - lowest) * scale) | 0;
      if (answersIn[bucket] === 0) counted[bucket]! += step;
      else before[firstBeaten(thresholds, places, score, row)]! += step;
    }
  };

  let kept = 0;
  let best = count === 0 ? Number.NEGATIVE_INFINITY : highest;
  const floor = count === 0 ? Number.NEGATIVE_INFINITY : Math.min(lowest, tau);
  for (let row = 0; row < scores.length; row++) {
    const score = scores[row]!;
    if (score < floor) continue;
    if (score >= tau) kept++;
    else if (Number.isNaN(score)) throw notANumber(scores, query);
    if (score >= lowest) place(score, row, 1);
    if (score > best && !ignored.includes(row)) best = score;
  }
  for (const row of ignored) {
    const score = scores[row]!;
    if (score >= tau) kept--;
    if (score >= lowest) place(score, row, -1);
  }
  for (let bucket = buckets - 1, above = 0; bucket >= 0; bucket--) {
    above += answersIn[bucket]!;
    before[above]! += counted[bucket]!;
  }

  const ranks = new Int32Array(count);
  let sum = 0;
  for (let k = 0; k < count; k++) {
    sum += before[k]!;
    ranks[k] = sum + 1;
  }
  let keptPositives = 0;
  while (keptPositives < count && thresholds[keptPositives]! >= tau) keptPositives++;
  return { ranks, considered: scores.length - ignored.length, kept, keptPositives, best };
}

/** The first right answer, best first, that this row comes before; their number where it comes before none. */
function firstBeaten(thresholds: Float64Array, places: Int32Array, score: number, row: number): number {
  let from = 0;
  let to = thresholds.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    const threshold = thresholds[middle]!;
    if (score > threshold || (score === threshold && row < places[middle]!)) to = middle;
    else from = middle + 1;
  }
  return from;
}

function notANumber(scores: Float32Array | Float64Array, query: number): ChatReidError {
  return new ChatReidError(
    'DATASET_INVALID',
    `The score of query row ${query} against gallery row ${scores.findIndex(Number.isNaN)} is not a number (NaN).`,
    'Check the model that made the scores: a NaN cannot be ranked.',
  );
}
