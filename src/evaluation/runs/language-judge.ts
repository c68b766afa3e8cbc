/** The language model as the judge of a shortlist: watched over, counted, and asked as in a search. */
import type { Engine, RunOptions } from '../../engine/engine.ts';
import type { Prompt } from '../../engine/prompt.ts';
import { asChatReidError, ChatReidError } from '../../foundation/error.ts';
import type { Picture } from '../../foundation/picture.ts';
import type { Calibration } from '../../retrieval/calibration.ts';
import { Comparison } from '../../retrieval/comparison.ts';
import { type FusionNumbers, pickingBy } from '../../retrieval/fusion.ts';
import { rankByLanguage } from '../../retrieval/language-ranking.ts';
import type { EmbeddedPicture, EmbeddedQuery } from '../benchmark-embedding.ts';
import type { Judgement } from './judgement-log.ts';
import type { LanguageMode } from './run-identity.ts';

/**
 * @param shortlist gallery rows, in the filter's order; at least one
 * @param scores similarity of a gallery row to the query
 * @throws ChatReidError of the engine, naming the query; MODEL_DAMAGED for a reply that is not a number
 */
export type JudgeShortlist = (
  query: EmbeddedQuery,
  shortlist: readonly number[],
  scores: (row: number) => number,
) => Promise<Judgement>;

/** Weighs the filter in where the finalists of `full` are picked, as a search does. */
export interface Fusing {
  readonly calibration: Calibration;
  readonly numbers: FusionNumbers;
}

export function languageJudge(
  engine: Engine,
  mode: LanguageMode,
  gallery: readonly EmbeddedPicture[],
  signal?: AbortSignal,
  fusing?: Fusing,
): JudgeShortlist {
  return async (query, shortlist, scores) => {
    const { source, path, caption = '' } = query.row;
    const pictures: Picture[] = path === undefined ? [] : [{ id: query.pictureId!, path }];
    const candidates = shortlist.map((row) => {
      const { pictureId, row: picture } = gallery[row]!;
      return { row, picture: { id: pictureId, path: picture.path } };
    });
    const watched = new WatchedEngine(engine, source);
    const since = performance.now();
    try {
      const comparison = await Comparison.of(query.kind, { pictures, words: caption, negatives: [] });
      const numbers = fusing?.numbers[query.kind];
      const picking =
        fusing && numbers
          ? pickingBy<{ readonly row: number }>(numbers, ({ row }) =>
              fusing.calibration.logLikelihoodRatio(query.kind, scores(row)),
            )
          : undefined;
      const judged = await rankByLanguage(watched, comparison, candidates, mode, signal, picking);
      return {
        rows: Int32Array.from(judged, ({ candidate }) => candidate.row),
        confidences: Float64Array.from(judged, ({ confidence }) => confidence ?? Number.NaN),
        logits: Float64Array.from(judged, ({ logit }) => logit ?? Number.NaN),
        strengths: Float64Array.from(judged, ({ strength }) => strength ?? Number.NaN),
        prompts: watched.prompts,
        seconds: (performance.now() - since) / 1000,
      };
    } catch (error) {
      const { code, message, next } = asChatReidError(error, `judging ${source}`);
      throw new ChatReidError(
        code,
        `The language model could not judge the candidates of ${source}: ${message}`,
        `${next} What was judged before is kept, and the same command goes on from there.`,
        error,
      );
    }
  };
}

/** Counts questions, and lets no reply pass that cannot be ranked. */
class WatchedEngine implements Engine {
  prompts = 0;

  constructor(
    private readonly engine: Engine,
    private readonly source: string,
  ) {}

  async score(
    prompts: readonly Prompt[],
    answers: readonly string[],
    options?: RunOptions,
  ): Promise<number[][]> {
    const rows = await this.engine.score(prompts, answers, options);
    this.prompts += prompts.length;
    const bad = rows.findIndex((row) => !row.some(Number.isFinite) || row.some(isNoLogarithm));
    if (bad === -1) return rows;
    throw new ChatReidError(
      'MODEL_DAMAGED',
      `Its reply to question ${bad + 1} of ${prompts.length} about ${this.source} is not a number (${rows[bad]!.join(', ')}).`,
      'Check the model folder: these weights cannot be evaluated.',
    );
  }

  describe() {
    return this.engine.describe();
  }

  generate(...args: Parameters<Engine['generate']>) {
    return this.engine.generate(...args);
  }

  stats() {
    return this.engine.stats();
  }

  close() {
    return this.engine.close();
  }
}

/** Of a probability: that of 0 is one. */
function isNoLogarithm(value: number): boolean {
  return Number.isNaN(value) || value === Number.POSITIVE_INFINITY;
}
