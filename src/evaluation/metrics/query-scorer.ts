/** What a query scores under a protocol, from its scores with every gallery picture. */
import { ChatReidError } from '../../foundation/error.ts';
import type { Labelled, Protocol, Relevance } from '../protocol.ts';
import { personCurves } from './person-curve.ts';
import { rankPositives } from './positive-ranks.ts';
import { type QueryOutcome, scoreQuery } from './retrieval-metrics.ts';
import { singleShotCurves } from './single-shot-curve.ts';

export interface QueryScorerOptions {
  /** What the filter keeps from; -Infinity keeps everything. */
  readonly tau: number;
  /** Of the draws of `single-shot`; the other countings draw nothing. 0 to 2^32 - 1. */
  readonly seed: number;
  /** True puts the mean over all possible draws in the place of the reference code's ten. Default false. */
  readonly corrected?: boolean;
}

export interface ScoredQuery extends QueryOutcome {
  /** Gallery rows that are not ignored for this query. */
  readonly considered: number;
  /** Gallery rows that are. */
  readonly ignored: readonly number[];
}

/**
 * @param row number of the query in its benchmark
 * @param scores one a gallery row, higher is more alike, any scale
 * @param tau in the place of the scorer's, where queries of several kinds are scored in one sequence
 * @returns undefined for a query without a right answer, which the protocols skip
 * @throws ChatReidError DATASET_INVALID when a score is NaN, OPTION_INVALID when there is not one for each gallery row
 */
export type QueryScorer = (
  query: Labelled,
  row: number,
  scores: Float32Array | Float64Array,
  tau?: number,
) => ScoredQuery | undefined;

/** The places of a query's CMC where they are not those of pictures; see {@link QueryOutcome.curve}. */
export type CurveOf = (scores: Float32Array | Float64Array, relevance: Relevance) => readonly number[];

/**
 * Without state, but for a protocol that counts `single-shot`: the reference code draws from one generator, so there a
 * query's draws depend on the queries before it. Score all queries once, in the order of the benchmark.
 *
 * @param gallery of one trial; its order breaks ties
 */
export function queryScorer(
  protocol: Protocol,
  gallery: readonly Labelled[],
  options: QueryScorerOptions,
): QueryScorer {
  const { seed, corrected = false } = options;
  const relevanceOf = protocol.prepare(gallery);
  const curveOf = curves(protocol, gallery, corrected ? undefined : seed);
  return (query, row, scores, tau = options.tau) => {
    if (scores.length !== gallery.length) {
      throw new ChatReidError(
        'OPTION_INVALID',
        `Query row ${row} has ${scores.length} scores for a gallery of ${gallery.length}.`,
        'Give one score for every gallery row of the trial.',
      );
    }
    const relevance = relevanceOf(query);
    const found = rankPositives(scores, relevance, tau, row);
    const outcome = scoreQuery(row, found);
    if (outcome === undefined) return undefined;
    return {
      ...outcome,
      ...(curveOf ? { curve: curveOf(scores, relevance) } : {}),
      considered: found.considered,
      ignored: relevance.ignored,
    };
  };
}

function curves(
  { cmc = 'pictures' }: Protocol,
  gallery: readonly Labelled[],
  seed: number | undefined,
): CurveOf | undefined {
  if (cmc === 'pictures') return undefined;
  return cmc === 'persons' ? personCurves(gallery) : singleShotCurves(gallery, seed);
}
