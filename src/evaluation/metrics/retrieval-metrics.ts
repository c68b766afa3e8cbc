/** CMC, mAP and mINP from the places of the right answers, query by query and over all of them. */
import { ChatReidError } from '../../foundation/error.ts';
import { filterCeiling } from './filter-ceiling.ts';
import type { PositiveRanks } from './positive-ranks.ts';

/** What one query scored. All but `query` and `firstRank` are fractions, 0 to 1. */
export interface QueryOutcome {
  /** Row of the query in its benchmark. */
  readonly query: number;
  /** Place of the first right answer, from 1. */
  readonly firstRank: number;
  /**
   * curve[k - 1] is this query's share of a hit among the first k places, ascending to 1, where it ends. Absent where the
   * places are pictures: then it is the step from 0 to 1 at `firstRank`.
   */
  readonly curve?: readonly number[];
  readonly averagePrecision: number;
  /** Inverse negative penalty (Ye et al., TPAMI 2021): right answers over the place of the last of them. */
  readonly inversePenalty: number;
  /** Of the ranking of all pictures, whatever the CMC counts. */
  readonly ceiling: { readonly averagePrecision: number; readonly rank1: number };
  /** Share of the gallery that the filter keeps. */
  readonly keptShare: number;
  /** Share of the right answers that the filter keeps. */
  readonly recall: number;
}

/** Fractions, 0 to 1, over the queries that have a right answer. */
export interface RetrievalSummary {
  readonly mAP: number;
  readonly mINP: number;
  /** cmc[k - 1] is Rank-k: the share of queries with a right answer among the first k. */
  readonly cmc: readonly number[];
  readonly filterCeiling: number;
  readonly filterCeilingRank1: number;
  readonly filterRecall: number;
  readonly keptShare: number;
  readonly evaluated: number;
}

/** @returns undefined for a query without a right answer, which the protocols skip */
export function scoreQuery(query: number, found: PositiveRanks): QueryOutcome | undefined {
  const { ranks } = found;
  const count = ranks.length;
  if (count === 0) return undefined;
  let precisions = 0;
  for (let i = 0; i < count; i++) precisions += (i + 1) / ranks[i]!;
  return {
    query,
    firstRank: ranks[0]!,
    averagePrecision: precisions / count,
    inversePenalty: count / ranks[count - 1]!,
    ceiling: filterCeiling(found),
    keptShare: found.kept / found.considered,
    recall: found.keptPositives / count,
  };
}

/** How much of a right answer a query has among the first `rank` places of its CMC: 0 or 1, or between for drawn galleries. */
export function hitShare({ firstRank, curve }: QueryOutcome, rank: number): number {
  if (curve === undefined) return firstRank <= rank ? 1 : 0;
  return curve[Math.min(rank, curve.length) - 1] ?? 0;
}

/**
 * @param maxRank length of the CMC curve: 50 and the size of the gallery, whichever is less
 * @throws ChatReidError DATASET_INVALID when no query has a right answer
 */
export function summarise(outcomes: readonly QueryOutcome[], maxRank: number): RetrievalSummary {
  const count = outcomes.length;
  if (count === 0) {
    throw new ChatReidError(
      'DATASET_INVALID',
      'No query has a right answer in the gallery: there is nothing to measure.',
      'Check that queries and gallery show the same persons, by the same names, seen by more than one camera (or measure a manifest with --setting any-camera).',
    );
  }
  const mean = (value: (outcome: QueryOutcome) => number): number =>
    outcomes.reduce((sum, outcome) => sum + value(outcome), 0) / count;

  const hits = new Float64Array(maxRank);
  for (const outcome of outcomes) {
    for (let rank = 1; rank <= maxRank; rank++) hits[rank - 1]! += hitShare(outcome, rank);
  }
  return {
    mAP: mean((outcome) => outcome.averagePrecision),
    mINP: mean((outcome) => outcome.inversePenalty),
    cmc: Array.from(hits, (sum) => sum / count),
    filterCeiling: mean((outcome) => outcome.ceiling.averagePrecision),
    filterCeilingRank1: mean((outcome) => outcome.ceiling.rank1),
    filterRecall: mean((outcome) => outcome.recall),
    keptShare: mean((outcome) => outcome.keptShare),
    evaluated: count,
  };
}

/**
 * The mean over trials of equal weight, as the reference code has it, however many queries each evaluated.
 *
 * @returns the CMC as long as the shortest; `evaluated` is the sum, as a query counts in every trial that evaluates it
 * @throws ChatReidError DATASET_INVALID when there is no trial
 */
export function meanOfTrials(trials: readonly RetrievalSummary[]): RetrievalSummary {
  const count = trials.length;
  if (count === 0) {
    throw new ChatReidError(
      'DATASET_INVALID',
      'There is no trial: there is nothing to measure.',
      'Give a benchmark that draws at least one.',
    );
  }
  const mean = (value: (trial: RetrievalSummary) => number): number =>
    trials.reduce((sum, trial) => sum + value(trial), 0) / count;
  const length = Math.min(...trials.map((trial) => trial.cmc.length));
  return {
    mAP: mean((trial) => trial.mAP),
    mINP: mean((trial) => trial.mINP),
    cmc: Array.from({ length }, (_, k) => mean((trial) => trial.cmc[k]!)),
    filterCeiling: mean((trial) => trial.filterCeiling),
    filterCeilingRank1: mean((trial) => trial.filterCeilingRank1),
    filterRecall: mean((trial) => trial.filterRecall),
    keptShare: mean((trial) => trial.keptShare),
    evaluated: trials.reduce((sum, trial) => sum + trial.evaluated, 0),
  };
}
