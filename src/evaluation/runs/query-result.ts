/** What one query came to: the line of queries.jsonl by which two runs are compared query by query. */
import type { QueryKind } from '../../retrieval/query.ts';

export interface QueryResult {
  /** Number of the draw, from 0. Always 0 where the protocol draws nothing. */
  readonly trial: number;
  /** As in the benchmark: with `trial` it names the line. */
  readonly source: string;
  readonly kind: QueryKind;
  /** Hash of the picture and the words: by it `compare` sees that a name stands for something else in another run. */
  readonly content: string;
  readonly personId: string;
  readonly cameraId?: string;
  /** Place of the first right answer, from 1. */
  readonly firstRank: number;
  /** Its share of Rank-1, 0 to 1, where the CMC does not count pictures; else that is 1 where `firstRank` is. */
  readonly rank1?: number;
  /** 0 to 1. */
  readonly averagePrecision: number;
  /** Right answers over the place of the last of them, 0 to 1. */
  readonly inversePenalty: number;
  /** Whether the first candidate is a right answer. */
  readonly correct: boolean;
  /** Of the first candidate, 0 to 1; what it means in each mode is said at `EvaluationReport.reliability`. */
  readonly firstConfidence: number;
  /** The first candidates of the final ranking, best first, at most {@link shownCandidates}; ignored rows are not in it. */
  readonly top: readonly RankedRow[];
  /** The highest wrong answer of the final ranking. Absent where everything is right. */
  readonly bestImpostor?: { readonly source: string; readonly rank: number };
  /** Candidates of the query that are above τ. */
  readonly kept: number;
  /** What the filter alone makes of the same query: only in modes with the language model. */
  readonly filter?: {
    readonly firstRank: number;
    readonly averagePrecision: number;
    readonly inversePenalty: number;
    readonly correct: boolean;
    readonly firstConfidence: number;
  };
}

export interface RankedRow {
  /** As in the benchmark's gallery. */
  readonly source: string;
  readonly correct: boolean;
  /** Similarity of the filter, -1 to 1. */
  readonly score: number;
  /** The language model's, 0 to 1; absent where it gave an order only, or did not look. */
  readonly confidence?: number;
}

/** A page of results: what a report shows of a query. */
export const shownCandidates = 10;
