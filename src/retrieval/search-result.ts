/** What a search says: a ranking, how sure it is, and what the filter did. */
import type { PictureRecord } from '../gallery/gallery-store.ts';
import type { QueryKind } from './query.ts';

export interface RankedCandidate {
  /** 1 is the best. */
  readonly rank: number;
  readonly record: PictureRecord;
  /** Absolute path of the picture's file. */
  readonly path: string;
  /** Similarity of the base filter, -1 to 1. */
  readonly filterScore: number;
  /**
   * Probability, 0 to 1, that this is the person: the filter's calibrated one; where the language model looked, its answer
   * fused with the filter by measured weights, or p(yes) of its reply where none were measured or wanted.
   */
  readonly confidence: number;
  /** True where the language model compared this candidate with the query, false where the filter's order stands. */
  readonly compared: boolean;
}

export type Decision = 'found' | 'unsure' | 'not-in-gallery';

export interface DecisionDetail {
  /** One sentence for a person, saying what the number means. */
  readonly sentence: string;
  /** Share of searches for people who are NOT in the gallery that may be answered `found`, as set by the operator. */
  readonly falseMatchRate: number;
  /**
   * Probability that the person is in the searched pictures, where being there and not were equally likely before the
   * search. Absent for a model that was calibrated before this was measured, and where nothing was searched.
   */
  readonly here?: number;
  /** From which value of `here` a match is called found; a similarity of the filter where `here` is absent. */
  readonly foundFrom: number;
  /** Under which value of `here` the person is called absent; a similarity of the filter where `here` is absent. */
  readonly absentBelow: number;
}

export interface FilterReport {
  /** Pictures at or above τ. */
  readonly kept: number;
  /** Pictures that the scope left to search. */
  readonly of: number;
  readonly tau: number;
}

/** Most candidates that a search looks at closely, where nobody says otherwise. */
export const defaultShortlist = 100;

export type SearchMode = 'filter' | 'pairwise' | 'best-choice' | 'full';

export interface SearchResult {
  readonly kind: QueryKind;
  /** What was really done: `filter` when there is no language model. */
  readonly mode: SearchMode;
  readonly decision: Decision;
  readonly decisionDetail: DecisionDetail;
  readonly ranking: readonly RankedCandidate[];
  readonly filter: FilterReport;
  /** Milliseconds. */
  readonly timings: {
    readonly encode: number;
    readonly filter: number;
    readonly rank: number;
    readonly total: number;
  };
  /** Things the person should know, as sentences (no language model, pictures not yet indexed, ...). */
  readonly notes: readonly string[];
}
