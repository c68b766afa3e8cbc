/** The places of the right answers in one query's ranking. */
import type { Relevance } from '../protocol.ts';
import { countBetween } from './cut-counts.ts';
import { notANumber } from './not-a-number.ts';

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

/** Behind any row: what equals τ is kept. */
const behindAllRows = 2 ** 31 - 1;

/**
 * Ranks by score, highest first; equal scores in gallery order. That is the reference's `argsort` of distances in its
 * stable form (NumPy's default is not stable, so its own answer for ties depends on the machine).
 *
 * The n right answers and τ cut the ranking, and counting the rows between the cuts replaces sorting. The result is exact
 * for any scores; O(gallery + n log n) as a rule.
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
  if (ordered.some((row) => Number.isNaN(scores[row]!))) throw notANumber(scores, query);
  let keptPositives = 0;
  while (keptPositives < count && scores[ordered[keptPositives]!]! >= tau) keptPositives++;

  const cutScores = ordered.map((row) => scores[row]!);
  const cutsAtTau = tau > Number.NEGATIVE_INFINITY;
  if (cutsAtTau) {
    cutScores.splice(keptPositives, 0, tau);
    ordered.splice(keptPositives, 0, behindAllRows);
  }
  const cuts = { scores: Float64Array.from(cutScores), rows: Int32Array.from(ordered) };
  const lowest = count === 0 ? Number.NEGATIVE_INFINITY : cutScores.at(-1)!;
  const counts = countBetween(scores, cuts, lowest, ignored);
  if (counts === undefined) throw notANumber(scores, query);

  const considered = scores.length - ignored.length;
  const ranks = new Int32Array(count);
  let kept = considered;
  let sum = 0;
  let answer = 0;
  for (let cut = 0; cut < cutScores.length; cut++) {
    sum += counts.before[cut]!;
    if (cutsAtTau && cut === keptPositives) kept = sum;
    else ranks[answer++] = sum + 1;
  }
  return { ranks, considered, kept, keptPositives, best: counts.highest };
}
