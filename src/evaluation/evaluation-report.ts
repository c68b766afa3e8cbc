/** What an evaluation says: the document that `evaluate --json` prints and report.json keeps. */
import type { QueryKind } from '../retrieval/query.ts';
import type { SearchMode } from '../retrieval/search-result.ts';
import type { Reliability } from './metrics/reliability.ts';
import type { RetrievalSummary } from './metrics/retrieval-metrics.ts';
import type { FilterMeasuresReport } from './runs/filter-measures.ts';

/**
 * Metrics are fractions, 0 to 1; over several draws they are means. `roc`, `openSet` and `histogram` are of the filter's
 * scores, in every mode, over the queries of the commonest kind in all draws.
 */
export interface EvaluationReport extends RetrievalSummary, FilterMeasuresReport {
  readonly benchmark: string;
  /** Name of the benchmark's setting. */
  readonly setting: string;
  /** Where the data lay: absolute path of the data set's folder, or of the manifest. */
  readonly data: string;
  /** False agrees with the reference code, quirks included. */
  readonly corrected: boolean;
  readonly protocol: string;
  readonly mode: SearchMode;
  /**
   * True where the numbers are not comparable with those over the whole data set, published ones included: other counts,
   * a slice of the queries, rows that were left out.
   */
  readonly partial: boolean;
  /** Why it is partial, and what else is worth knowing of the data. */
  readonly notes: readonly string[];
  /** Queries that were asked. */
  readonly queries: number;
  readonly queryKinds: Readonly<Record<QueryKind, number>>;
  /** Set where only some of the queries were asked. */
  readonly slice?: { readonly asked: number; readonly of: number };
  readonly gallery: number;
  /** SHA-256 over the gallery's rows: names, labels and the bytes of the pictures. */
  readonly galleryContent: string;
  /** Draws that the metrics are means of; 1 where the protocol draws nothing. */
  readonly trials: number;
  /** Queries (of all draws) without a right answer in the gallery, which the protocol leaves out of every mean. */
  readonly skipped: number;
  readonly rank1: number;
  readonly rank5: number;
  readonly rank10: number;
  /** Of the commonest kind of query; all are in `taus`. */
  readonly tau: number;
  readonly taus: Readonly<Partial<Record<QueryKind, number>>>;
  /**
   * Of the first candidate's confidence: does it mean what it says? In mode `filter` that is the filter's calibrated
   * probability. In `pairwise` and `full` it is p(yes) of the language model's reply, and with
   * calibrated fusion, in every mode, the fused probability. `best-choice` by itself gives an order and no
   * probability: it is the filter's calibrated one of the candidate that was chosen. Where τ left nobody to judge, it
   * is the filter's in every mode.
   */
  readonly reliability: Reliability;
  /** Only in modes with the language model. */
  readonly language?: LanguageReport;
  /** The filter's own numbers on the same queries: only in modes with the language model. */
  readonly filter?: FilterSummary;
  /**
   * The language model's own order and p(yes), of the same answers: only where the final ranking fuses them with the
   * filter. In mode `full` the finalists are those that the fusion picked.
   */
  readonly pure?: FilterSummary;
  readonly encoder: { readonly name: string; readonly space: string; readonly device: string };
  /** Pictures and sentences that this run encoded; the others were kept from an earlier one. */
  readonly encoded: number;
  /** Of this process, not of those that it went on from. */
  readonly seconds: number;
  readonly timings: {
    readonly embedding: number;
    /** Of the similarities, and of finding and keeping the best of each query. */
    readonly similarity: number;
    readonly judging: number;
    /** Of CMC, mAP, mINP and the ceilings. */
    readonly metrics: number;
    /** Of `roc`, `openSet` and `histogram`; 0 where they were left out. */
    readonly measures: number;
  };
  /** Folder of the run: run.json, report.json, queries.jsonl and, with the language model, judged.jsonl. */
  readonly run: string;
}

export interface LanguageReport {
  readonly engine: {
    readonly name: string;
    readonly checksum: string;
    readonly kind: 'onnx' | 'remote';
    readonly device: string;
    readonly dtype: string;
  };
  /** Name and version of each prompt file. */
  readonly prompts: readonly string[];
  /** Most candidates that were judged a query. */
  readonly shortlist: number;
  /** Queries (of all draws) that were judged, and those of them that this process judged. */
  readonly judged: number;
  readonly judgedNow: number;
  /** Queries that τ left nobody for: the filter's order is their ranking. */
  readonly emptyShortlists: number;
  /** Candidates judged, a query on average. */
  readonly candidates: number;
  /** Questions to the language model, over all processes that worked on the run. */
  readonly enginePrompts: number;
  /** Time it took to answer them. */
  readonly engineSeconds: number;
  /** What an oracle reaches that may reorder the judged candidates only: no language model can score more. */
  readonly shortlistCeiling: { readonly mAP: number; readonly rank1: number };
}

export interface FilterSummary extends RetrievalSummary {
  readonly rank1: number;
  readonly rank5: number;
  readonly rank10: number;
  readonly reliability: Reliability;
}
