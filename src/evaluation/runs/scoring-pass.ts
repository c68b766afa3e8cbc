/** One pass over all queries: the filter's scores, the language model's judgements where it is asked, and what both are worth. */
import type { Calibration } from '../../retrieval/calibration.ts';
import type { FusionNumbers } from '../../retrieval/fusion.ts';
import { defaultShortlist } from '../../retrieval/search-result.ts';
import type { EmbeddedBenchmark, EmbeddedQuery, EvaluationProgress } from '../benchmark-embedding.ts';
import type { ScoredQuery } from '../metrics/query-scorer.ts';
import { hitShare, type QueryOutcome } from '../metrics/retrieval-metrics.ts';
import type { Relevance } from '../protocol.ts';
import { bestRows, scoreBlocks } from '../similarity.ts';
import { bestImpostor } from './best-impostor.ts';
import type { Draw, Taus } from './draw.ts';
import type { FilterMeasures } from './filter-measures.ts';
import { fusedJudgement } from './fused-judgement.ts';
import type { Judgement, JudgementLog } from './judgement-log.ts';
import type { JudgeShortlist } from './language-judge.ts';
import { type QueryResult, type RankedRow, shownCandidates } from './query-result.ts';
import { queryContent } from './run-identity.ts';

export interface ScoringOptions {
  readonly calibration: Calibration;
  readonly taus: Taus;
  readonly language?: {
    readonly shortlist: number;
    readonly log: JudgementLog;
    readonly judge: JudgeShortlist;
    /** Fuses its answers with the filter, for the kinds of query that it has weights for. */
    readonly fusion?: FusionNumbers | undefined;
  };
  /** Takes the scores of its kind of query. */
  readonly measures?: FilterMeasures | undefined;
  /** Takes the results of a block of queries. */
  readonly keep: (results: readonly QueryResult[]) => Promise<void>;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: EvaluationProgress) => void) | undefined;
}

/** Confidences of first candidates, and whether they were right. */
export interface Said {
  readonly confidences: number[];
  readonly correct: boolean[];
}

export interface Scored {
  /** Queries, of all draws, without a right answer. */
  skipped: number;
  readonly filter: Said;
  readonly final: Said;
  /** Of the language model's own ranking, where the final one is fused. */
  readonly pure: Said;
  readonly language: {
    judged: number;
    judgedNow: number;
    empty: number;
    candidates: number;
    prompts: number;
    seconds: number;
  };
  /** Milliseconds over CMC, mAP, mINP and the ceilings, of both rankings. */
  metrics: number;
  /** Milliseconds, those of keeping what was judged included. */
  judging: number;
}

/** Above every similarity and under every place in a judged order. */
const judgedFrom = 1.5;

/** @throws ChatReidError DATASET_INVALID (NaN), MODEL_DAMAGED, ENGINE_*, STORAGE_*; what was judged until then is kept */
export async function scoringPass(
  { queries, queryVectors, galleryVectors }: EmbeddedBenchmark,
  draws: readonly Draw[],
  options: ScoringOptions,
): Promise<Scored> {
  const pass = new ScoringPass(draws, options);
  const pairs = queries.reduce((sum, _, at) => sum + draws.filter((draw) => draw.asks(at)).length, 0);
  pass.begin(pairs);
  for await (const { first, rows } of scoreBlocks(queryVectors, galleryVectors, { signal: options.signal })) {
    const results: QueryResult[] = [];
    for (const [at, scores] of rows.entries()) {
      results.push(...(await pass.query(queries[first + at]!, first + at, scores)));
    }
    await options.keep(results);
    pass.blockDone();
  }
  return pass.scored;
}

class ScoringPass {
  readonly scored: Scored = {
    skipped: 0,
    filter: { confidences: [], correct: [] },
    final: { confidences: [], correct: [] },
    pure: { confidences: [], correct: [] },
    language: { judged: 0, judgedNow: 0, empty: 0, candidates: 0, prompts: 0, seconds: 0 },
    metrics: 0,
    judging: 0,
  };
  #done = 0;
  #total = 0;

  constructor(
    private readonly draws: readonly Draw[],
    private readonly options: ScoringOptions,
  ) {}

  /** Queries that were judged before count as done from the start, so that the pace is that of this process. */
  begin(total: number): void {
    this.#total = total;
    this.#done = Math.min(total, this.options.language?.log.size ?? 0);
    this.#tell();
  }

  async query(query: EmbeddedQuery, row: number, whole: Float32Array): Promise<QueryResult[]> {
    const results: QueryResult[] = [];
    const before: Judgement[] = [];
    for (const draw of this.draws) {
      if (!draw.asks(row)) continue;
      const result = await this.#one(query, row, draw, draw.scores(whole), before);
      if (result === undefined) this.scored.skipped++;
      else results.push(result);
    }
    return results;
  }

  blockDone(): void {
    if (!this.options.language) this.#tell();
  }

  async #one(
    query: EmbeddedQuery,
    row: number,
    draw: Draw,
    scores: Float32Array,
    before: Judgement[],
  ): Promise<QueryResult | undefined> {
    const { taus, language } = this.options;
    const stored = language?.log.get(draw.number, query.row.source) !== undefined;
    try {
      const tau = taus[query.kind]!;
      const found = this.#score(draw, 'filter', query, row, scores, tau);
      const relevance = draw.relevance(query);
      const { best, said } = this.#candidates(query, row, scores, relevance);
      if (found === undefined) return undefined;
      const positives = new Set(relevance.positives);
      const filter: Ranked = {
        order: best,
        scores,
        outcome: found,
        confidence: said[0]!,
        confidences: new Map(),
      };
      draw.filterOutcomes.push(outcomeOf(found));
      note(this.scored.filter, filter, positives);
      const kept = Math.round(found.keptShare * found.considered);
      if (language === undefined) return resultOf(query, draw, filter, scores, positives, kept);

      const shortlist = best.filter((candidate) => scores[candidate]! >= tau).slice(0, language.shortlist);
      const judgement =
        shortlist.length === 0 ? undefined : await this.#judged(query, draw, shortlist, scores, before);
      if (judgement === undefined) this.scored.language.empty++;
      const { pure, final } = judgement
        ? this.#final(query, row, draw, filter, judgement, said, relevance)
        : { pure: filter, final: filter };
      const unjudged = (ranking: 'final' | 'pure') =>
        this.#score(draw, ranking, query, row, scores, judgedFrom)!;
      draw.finalOutcomes.push(outcomeOf(judgement ? final.outcome : unjudged('final')));
      if (language.fusion) {
        draw.pureOutcomes.push(outcomeOf(judgement ? pure.outcome : unjudged('pure')));
        note(this.scored.pure, pure, positives);
      }
      note(this.scored.final, final, positives);
      return {
        ...resultOf(query, draw, final, scores, positives, kept),
        filter: {
          firstRank: found.firstRank,
          averagePrecision: found.averagePrecision,
          inversePenalty: found.inversePenalty,
          correct: positives.has(best[0]!),
          firstConfidence: said[0]!,
        },
      };
    } finally {
      if (!stored) this.#done++;
      if (language && !stored) this.#tell();
    }
  }

  /** The best of the filter's ranking with their confidences; the measures take theirs from the same look. */
  #candidates(
    { kind }: EmbeddedQuery,
    row: number,
    scores: Float32Array,
    relevance: Relevance,
  ): { best: readonly number[]; said: readonly number[] } {
    const { calibration, language, measures } = this.options;
    const { positives, ignored } = relevance;
    const measured = measures?.kind === kind ? measures : undefined;
    const size = Math.max(defaultShortlist, language?.shortlist ?? 0);
    const wide = bestRows(scores, ignored, size + (measured ? positives.length : 0));
    const best = wide.slice(0, size);
    const likenesses = best.map((candidate) => ({ score: scores[candidate]! }));
    const said = calibration.confidences(kind, likenesses, scores.length - ignored.length);
    measured?.add(scores, relevance, wide, said, row);
    return { best, said };
  }

  #score(draw: Draw, ...what: Parameters<Draw['score']>): ReturnType<Draw['score']> {
    const since = performance.now();
    try {
      return draw.score(...what);
    } finally {
      this.scored.metrics += performance.now() - since;
    }
  }

  /** The language model's own ranking and, where its answers are fused with the filter, that one: of one judgement. */
  #final(
    query: EmbeddedQuery,
    row: number,
    draw: Draw,
    filter: Ranked,
    judgement: Judgement,
    said: readonly number[],
    relevance: Relevance,
  ): { pure: Ranked; final: Ranked } {
    const { calibration, language } = this.options;
    const judged = Array.from(judgement.rows, (global) => draw.local(global)!);
    const own = new Map<number, number>();
    for (const [at, candidate] of judged.entries()) {
      const confidence = judgement.confidences[at]!;
      if (!Number.isNaN(confidence)) own.set(candidate, confidence);
    }
    if (!language?.fusion) {
      const pure = this.#ranked('final', query, row, draw, filter, judged, own, said);
      return { pure, final: pure };
    }
    const pure = this.#ranked('pure', query, row, draw, filter, judged, own, said);
    const numbers = language.fusion[query.kind];
    if (!numbers) {
      return { pure, final: this.#ranked('final', query, row, draw, filter, judged, own, said) };
    }
    const rest = filter.order.slice(judged.length);
    const of = filter.scores.length - relevance.ignored.length;
    const { order, confidences } = fusedJudgement(
      calibration,
      query.kind,
      numbers,
      judgement,
      judged,
      rest,
      filter.scores,
      of,
    );
    return { pure, final: this.#ranked('final', query, row, draw, filter, order, confidences, said) };
  }

  /** The judged in their order, then the rest in the filter's: as scores, so that the metrics know nothing of the mode. */
  #ranked(
    ranking: 'final' | 'pure',
    query: EmbeddedQuery,
    row: number,
    draw: Draw,
    filter: Ranked,
    judged: readonly number[],
    confidences: ReadonlyMap<number, number>,
    said: readonly number[],
  ): Ranked {
    const lifted = filter.scores.slice();
    for (const [at, candidate] of judged.entries()) lifted[candidate] = 1 + judged.length - at;
    const order = [...judged, ...filter.order.slice(judged.length)];
    return {
      order,
      scores: lifted,
      outcome: this.#score(draw, ranking, query, row, lifted, judgedFrom)!,
      confidence: confidences.get(order[0]!) ?? said[filter.order.indexOf(order[0]!)]!,
      confidences,
    };
  }

  /** Kept from before, judged in another draw with the same shortlist, or judged now and kept. */
  async #judged(
    query: EmbeddedQuery,
    draw: Draw,
    shortlist: readonly number[],
    scores: Float32Array,
    before: Judgement[],
  ): Promise<Judgement> {
    const { log, judge } = this.options.language!;
    const counts = this.scored.language;
    const wanted = shortlist.map((candidate) => draw.global(candidate));
    let judgement = log.get(draw.number, query.row.source);
    if (judgement === undefined || !samePictures(judgement, wanted)) {
      const since = performance.now();
      const same = before.find((one) => samePictures(one, wanted));
      judgement = same
        ? { ...same, prompts: 0, seconds: 0 }
        : await judge(query, wanted, (global) => scores[draw.local(global)!]!);
      await log.append(draw.number, query.row.source, judgement);
      this.scored.judging += performance.now() - since;
      counts.judgedNow++;
    }
    before.push(judgement);
    counts.judged++;
    counts.candidates += judgement.rows.length;
    counts.prompts += judgement.prompts;
    counts.seconds += judgement.seconds;
    return judgement;
  }

  #tell(): void {
    const phase = this.options.language ? 'judging' : 'scoring';
    this.options.onProgress?.({ phase, done: Math.min(this.#done, this.#total), total: this.#total });
  }
}

/** A ranking of one query in one draw; rows are those of the draw. */
interface Ranked {
  /** The first of the ranking, best first. */
  readonly order: readonly number[];
  /** Of the whole ranking. */
  readonly scores: Float32Array;
  readonly outcome: ScoredQuery;
  /** Of the first candidate. */
  readonly confidence: number;
  /** Of the judged, where the language model gave more than an order: its own, or fused with the filter. */
  readonly confidences: ReadonlyMap<number, number>;
}

function samePictures({ rows }: Judgement, wanted: readonly number[]): boolean {
  if (rows.length !== wanted.length) return false;
  const set = new Set(rows);
  return set.size === rows.length && wanted.every((row) => set.has(row));
}

function note(said: Said, { order, confidence }: Ranked, positives: ReadonlySet<number>): void {
  said.confidences.push(confidence);
  said.correct.push(positives.has(order[0]!));
}

/** Without the list of ignored rows, which can be long. */
function outcomeOf({ ignored: _, considered: __, ...outcome }: ScoredQuery): QueryOutcome {
  return outcome;
}

function resultOf(
  query: EmbeddedQuery,
  draw: Draw,
  ranked: Ranked,
  filterScores: Float32Array,
  positives: ReadonlySet<number>,
  kept: number,
): QueryResult {
  const { source, personId, cameraId } = query.row;
  const { order, outcome, confidence, confidences } = ranked;
  const impostor = bestImpostor(ranked, positives);
  return {
    trial: draw.number,
    source,
    kind: query.kind,
    content: queryContent(query),
    personId,
    ...(cameraId === undefined ? {} : { cameraId }),
    firstRank: outcome.firstRank,
    ...(outcome.curve ? { rank1: hitShare(outcome, 1) } : {}),
    averagePrecision: outcome.averagePrecision,
    inversePenalty: outcome.inversePenalty,
    correct: positives.has(order[0]!),
    firstConfidence: confidence,
    top: order.slice(0, shownCandidates).map((candidate): RankedRow => {
      const own = confidences.get(candidate);
      return {
        source: draw.source(candidate),
        correct: positives.has(candidate),
        score: filterScores[candidate]!,
        ...(own === undefined ? {} : { confidence: own }),
      };
    }),
    ...(impostor ? { bestImpostor: { source: draw.source(impostor.row), rank: impostor.rank } } : {}),
    kept,
  };
}
