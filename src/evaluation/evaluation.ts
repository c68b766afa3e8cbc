/** One evaluation from a folder to its numbers: read, embed, rank block by block, sum up. */
import type { Encoder } from '../engine/encoder.ts';
import { asChatReidError, ChatReidError } from '../foundation/error.ts';
import type { Benchmark } from './benchmark.ts';
import { type EvaluationProgress, embedBenchmark } from './benchmark-embedding.ts';
import { rankPositives } from './metrics/positive-ranks.ts';
import { type Reliability, reliability } from './metrics/reliability.ts';
import {
  type QueryOutcome,
  type RetrievalSummary,
  scoreQuery,
  summarise,
} from './metrics/retrieval-metrics.ts';
import { bestScores, scoreBlocks } from './similarity.ts';

export interface EvaluationOptions {
  readonly folder: string;
  readonly encoder: Encoder;
  /** Embeddings are kept under it, in one folder an embedding space. */
  readonly cacheFolder: string;
  /** Similarity from which the filter keeps a picture. */
  readonly tau: number;
  /**
   * Calibrated probability that the first candidate is the person, from the similarities of the best {@link shortlist}
   * (highest first) and the size of the gallery.
   */
  readonly confidence?: (best: readonly number[], gallerySize: number) => number;
  readonly allowPartial?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: EvaluationProgress) => void;
}

/** What `evaluate --json` prints. Metrics are fractions, 0 to 1. */
export interface EvaluationReport extends RetrievalSummary {
  readonly benchmark: string;
  readonly protocol: string;
  readonly mode: 'filter';
  /** True where the folder is not the whole data set: not comparable with published numbers. */
  readonly partial: boolean;
  readonly notes: readonly string[];
  readonly queries: number;
  readonly gallery: number;
  /** Queries without a right answer in the gallery, which the protocol leaves out of every mean. */
  readonly skipped: number;
  readonly rank1: number;
  readonly rank5: number;
  readonly rank10: number;
  readonly tau: number;
  /** Of the first candidate's confidence: does it mean what it says? */
  readonly reliability?: Reliability;
  readonly encoder: { readonly name: string; readonly space: string; readonly device: string };
  /** Pictures that this run encoded; the others were kept from an earlier one. */
  readonly encoded: number;
  readonly seconds: number;
  readonly timings: { readonly embedding: number; readonly similarity: number; readonly metrics: number };
}

export interface Evaluation {
  readonly report: EvaluationReport;
  /** By row of `queries`; skipped ones are not in it. What two runs are compared by. */
  readonly outcomes: readonly QueryOutcome[];
}

/** As many candidates as a search looks at by default. */
const shortlist = 100;
/** Length of the CMC curve, as in the reference code. */
const maxRank = 50;

/**
 * @throws ChatReidError DATASET_INVALID (layout, counts, a picture that cannot be opened, nothing to measure),
 *   MODEL_DAMAGED (NaN), CANCELLED, ENGINE_*, STORAGE_*
 */
export async function evaluateBenchmark(
  benchmark: Benchmark,
  options: EvaluationOptions,
): Promise<Evaluation> {
  try {
    return await evaluate(benchmark, options);
  } catch (error) {
    if (options.signal?.aborted) {
      throw new ChatReidError(
        'CANCELLED',
        `The evaluation of ${benchmark.title} was stopped.`,
        'Run the same command again: it goes on where it stopped.',
        error,
      );
    }
    throw asChatReidError(error, `evaluating ${benchmark.title}`);
  }
}

async function evaluate(benchmark: Benchmark, options: EvaluationOptions): Promise<Evaluation> {
  const { encoder, tau, signal, allowPartial = false } = options;
  const start = performance.now();
  const read = await benchmark.read(options.folder, { allowPartial });
  const { protocol } = benchmark.settings[0];
  const description = await encoder.describeEncoder();
  const embedded = await embedBenchmark(read, {
    encoder,
    description,
    cacheFolder: options.cacheFolder,
    allowPartial,
    signal,
    onProgress: options.onProgress,
  });
  const { queries, gallery } = embedded;
  const embeddedAt = performance.now();

  const relevanceOf = protocol.prepare(gallery.rows);
  const outcomes: QueryOutcome[] = [];
  const confidences: number[] = [];
  const total = queries.rows.length;
  options.onProgress?.({ phase: 'scoring', done: 0, total });
  let metrics = 0;
  for await (const { first, rows } of scoreBlocks(queries.vectors, gallery.vectors, { signal })) {
    const since = performance.now();
    for (const [at, scores] of rows.entries()) {
      const query = first + at;
      const relevance = relevanceOf(queries.rows[query]!);
      const ranks = rankPositives(scores, relevance, tau, query);
      const outcome = scoreQuery(query, ranks);
      if (outcome === undefined) continue;
      outcomes.push(outcome);
      if (options.confidence) {
        const best = bestScores(scores, relevance.ignored, shortlist);
        confidences.push(options.confidence(best, ranks.considered));
      }
    }
    metrics += performance.now() - since;
    options.onProgress?.({ phase: 'scoring', done: first + rows.length, total });
  }

  const summary = summarise(outcomes, Math.min(maxRank, gallery.rows.length));
  const end = performance.now();
  const rankAt = (k: number): number => summary.cmc[Math.min(k, summary.cmc.length) - 1]!;
  const notes = [...read.differences, ...embedded.leftOut];
  const report: EvaluationReport = {
    benchmark: benchmark.name,
    protocol: protocol.rule,
    mode: 'filter',
    partial: notes.length > 0,
    notes,
    queries: total,
    gallery: gallery.rows.length,
    skipped: total - summary.evaluated,
    ...summary,
    rank1: rankAt(1),
    rank5: rankAt(5),
    rank10: rankAt(10),
    tau,
    ...(options.confidence
      ? {
          reliability: reliability(
            confidences,
            outcomes.map((outcome) => outcome.firstRank === 1),
          ),
        }
      : {}),
    encoder: { name: description.name, space: description.space, device: description.device },
    encoded: embedded.encoded,
    seconds: (end - start) / 1000,
    timings: {
      embedding: (embeddedAt - start) / 1000,
      similarity: (end - embeddedAt - metrics) / 1000,
      metrics: metrics / 1000,
    },
  };
  return { report, outcomes };
}
