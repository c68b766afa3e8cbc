/** What the filter's scores are worth beyond rankings: for verification, for persons who are not there, and as a picture. */
import type { Calibration } from '../../retrieval/calibration.ts';
import type { QueryKind } from '../../retrieval/query.ts';
import { defaultShortlist } from '../../retrieval/search-result.ts';
import { OpenSet, type OpenSetReport, type OpenSetSearch } from '../metrics/open-set.ts';
import { PairScores } from '../metrics/pair-scores.ts';
import { type Roc, roc } from '../metrics/roc.ts';
import { type ScoreBin, ScoreHistogram } from '../metrics/score-histogram.ts';
import type { Relevance } from '../protocol.ts';

export interface FilterMeasuresReport {
  readonly roc?: Roc;
  readonly openSet?: OpenSetReport;
  readonly histogram?: readonly ScoreBin[];
}

/** Of one kind of query: the scores of two kinds are not on one scale. */
export class FilterMeasures {
  readonly #pairs = new PairScores();
  readonly #histogram = new ScoreHistogram();
  readonly #openSet: OpenSet;
  #added = 0;
  /** Milliseconds that it took. */
  spent = 0;

  constructor(
    readonly kind: QueryKind,
    private readonly calibration: Calibration,
  ) {
    this.#openSet = new OpenSet(calibration);
  }

  /**
   * @param best rows of the ranking, best first: {@link defaultShortlist} and as many more as the query has right answers
   * @param said confidences of the first of them
   * @param row number of the query, for the error
   * @throws ChatReidError DATASET_INVALID when a score is not a number
   */
  add(
    scores: Float32Array,
    relevance: Relevance,
    best: readonly number[],
    said: readonly number[],
    row: number,
  ): void {
    const since = performance.now();
    this.#pairs.add(scores, relevance, row);
    this.#histogram.add(scores, relevance, row);
    const { kind } = this;
    const of = scores.length - relevance.ignored.length;
    const positives = new Set(relevance.positives);
    const others = best.filter((candidate) => !positives.has(candidate)).slice(0, defaultShortlist);
    const likenesses = others.map((candidate) => ({ score: scores[candidate]! }));
    const confidences = this.calibration.confidences(kind, likenesses, of - positives.size);
    const absent = searchOf(others, confidences, scores, of - positives.size);
    const firstRight = positives.has(best[0]!);
    const present = { ...searchOf(best.slice(0, defaultShortlist), said, scores, of), firstRight };
    this.#openSet.add(positives.size === 0 ? { kind, absent } : { kind, absent, present }, row);
    this.#added++;
    this.spent += performance.now() - since;
  }

  report(): FilterMeasuresReport {
    if (this.#added === 0) return {};
    const since = performance.now();
    const comparable = this.#pairs.genuine > 0 && this.#pairs.impostors > 0;
    const report = {
      ...(comparable ? { roc: roc(this.#pairs) } : {}),
      openSet: this.#openSet.report(),
      histogram: this.#histogram.bins(),
    };
    this.spent += performance.now() - since;
    return report;
  }
}

function searchOf(
  rows: readonly number[],
  confidences: readonly number[],
  scores: Float32Array,
  of: number,
): OpenSetSearch {
  return {
    ranking: rows.map((row, at) => ({ filterScore: scores[row]!, confidence: confidences[at]! })),
    of,
  };
}
