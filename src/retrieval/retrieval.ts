/** The search: filter by τ, multi-turn best choice, ranking by confidence, decision (paper section 4.1, "Evaluation strategy"). */
import type { Encoder } from '../engine/encoder.ts';
import type { Engine } from '../engine/engine.ts';
import type { GalleryStore, Scope } from '../gallery/gallery-store.ts';
import type { Query } from './query.ts';
import type { SearchMode, SearchResult } from './search-result.ts';

export interface RetrievalParts {
  readonly store: GalleryStore;
  readonly encoder: Encoder;
  /** Absent where the model folder has no language model: the filter's order is the ranking then, and a note says so. */
  readonly engine?: Engine;
}

export interface SearchOptions {
  readonly scope?: Scope;
  /** Length of the ranking. Default 10. */
  readonly top?: number;
  /** Most candidates the language model looks at. Default 100. */
  readonly shortlist?: number;
  /** Default `full` with a language model, `filter` without. */
  readonly mode?: SearchMode;
  /** Overrides the calibrated τ of the query's kind. */
  readonly tau?: number;
  /** 0 < rate < 1, default 0.01. */
  readonly falseMatchRate?: number;
  readonly signal?: AbortSignal;
  /** Called with the filter's ranking as soon as it is known, before the language model has looked. */
  readonly onFirstPage?: (page: SearchResult) => void;
}
export type SearchFunction = (
  gallery: string,
  query: Query,
  options?: SearchOptions,
) => Promise<SearchResult>;
