/** One draw of a protocol: its own queries and gallery, and what was measured on it. */
import type { QueryKind } from '../../retrieval/query.ts';
import type { Trial } from '../benchmark.ts';
import type { EmbeddedPicture, EmbeddedQuery } from '../benchmark-embedding.ts';
import { type QueryScorer, queryScorer } from '../metrics/query-scorer.ts';
import { type QueryOutcome, type RetrievalSummary, summarise } from '../metrics/retrieval-metrics.ts';
import type { Protocol, Relevance } from '../protocol.ts';

export interface DrawOptions {
  readonly protocol: Protocol;
  readonly corrected: boolean;
  readonly seed: number;
}

/** Length of the CMC curve, as in the reference code. */
const maxRank = 50;

export class Draw {
  readonly filterOutcomes: QueryOutcome[] = [];
  /** Of the final ranking, where the language model has judged. */
  readonly finalOutcomes: QueryOutcome[] = [];
  /** Of the language model's own order, where the final ranking fuses it with the filter. */
  readonly pureOutcomes: QueryOutcome[] = [];
  readonly #gallery: readonly EmbeddedPicture[];
  readonly #rows: Int32Array | undefined;
  readonly #localOf = new Map<number, number>();
  readonly #asked: ReadonlySet<number> | undefined;
  readonly #scores: Float32Array | undefined;
  readonly #scorers: Partial<Record<'filter' | 'final' | 'pure', QueryScorer>> = {};
  readonly #relevanceOf: (query: EmbeddedQuery['row']) => Relevance;

  constructor(
    readonly number: number,
    { queries, gallery }: Trial,
    all: readonly EmbeddedPicture[],
    private readonly options: DrawOptions,
  ) {
    this.#asked = queries && new Set(queries);
    this.#rows = gallery && Int32Array.from(gallery);
    this.#gallery = gallery ? gallery.map((row) => all[row]!) : all;
    this.#scores = gallery && new Float32Array(gallery.length);
    for (const [local, row] of gallery?.entries() ?? []) this.#localOf.set(row, local);
    this.#relevanceOf = options.protocol.prepare(this.#labels);
  }

  /** Of the final ranking. */
  get outcomes(): readonly QueryOutcome[] {
    return this.finalOutcomes.length > 0 ? this.finalOutcomes : this.filterOutcomes;
  }

  get size(): number {
    return this.#gallery.length;
  }

  asks(query: number): boolean {
    return this.#asked?.has(query) ?? true;
  }

  /** The draw's own part of a row of scores; good until the next call. */
  scores(whole: Float32Array): Float32Array {
    if (!this.#rows || !this.#scores) return whole;
    for (const [local, row] of this.#rows.entries()) this.#scores[local] = whole[row]!;
    return this.#scores;
  }

  /** Row of the whole gallery. */
  global(local: number): number {
    return this.#rows ? this.#rows[local]! : local;
  }

  /** Row of this draw, undefined for what is not in it. */
  local(global: number): number | undefined {
    return this.#rows ? this.#localOf.get(global) : global;
  }

  source(local: number): string {
    return this.#gallery[local]!.row.source;
  }

  relevance(query: EmbeddedQuery): Relevance {
    return this.#relevanceOf(query.row);
  }

  /**
   * What `single-shot` draws goes on from query to query, so every ranking has a sequence of its own, and all draw the
   * same: call it once a query and ranking, in the order of the queries.
   */
  score(
    ranking: 'filter' | 'final' | 'pure',
    query: EmbeddedQuery,
    row: number,
    scores: Float32Array,
    tau: number,
  ): ReturnType<QueryScorer> {
    this.#scorers[ranking] ??= queryScorer(this.options.protocol, this.#labels, { ...this.options, tau });
    return this.#scorers[ranking](query.row, row, scores, tau);
  }

  /** @throws ChatReidError DATASET_INVALID where no query has a right answer */
  summary(outcomes: readonly QueryOutcome[]): RetrievalSummary {
    return summarise(outcomes, Math.min(maxRank, this.size));
  }

  get #labels(): EmbeddedPicture['row'][] {
    return this.#gallery.map(({ row }) => row);
  }
}

/** τ of each kind of query. */
export type Taus = Readonly<Partial<Record<QueryKind, number>>>;
