/** What the filter's numbers mean: τ, likelihood ratios and error rates, measured on held-out identities. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ChatReidError } from '../foundation/error.ts';
import { cohortRanks, type Presence, presenceOf, presenceSchema } from './presence.ts';
import type { QueryKind } from './query.ts';

const table = z.array(z.number()).min(2).readonly();

const kindSchema = z.object({
  /** Piecewise-linear, rising: similarity -> natural-log likelihood ratio of "same person" against "different people". */
  llr: z.object({ score: table, value: table }),
  /** Share of pairs of different people that reach a similarity. Rates fall, thresholds rise. */
  impostor: z.object({ rate: table, threshold: table }),
  /** Similarity of a query's best true match, by quantile from 0 to 1. */
  genuineBest: z.object({ quantile: table, score: table }),
  /** Is the person there at all? Absent from files of before it was measured, for which the two tables above decide. */
  presence: presenceSchema.optional(),
});

const schema = z.object({
  filter: z.object({
    mix: z.object({ text: z.number().min(0) }),
    tau: z.object({ image: z.number(), text: z.number().optional(), mixed: z.number().optional() }),
    calibration: z.object({
      image: kindSchema,
      text: kindSchema.optional(),
      mixed: kindSchema.optional(),
    }),
  }),
});

export interface CandidateScores {
  /** Similarity to the query. */
  readonly score: number;
  /** Similarities to people who were ruled out. */
  readonly negatives?: readonly number[];
  /** Natural-log likelihood ratio of what else is known of the person, beside the similarity. Default 0. */
  readonly evidence?: number;
}

export type KindCalibration = z.infer<typeof kindSchema>;

export class Calibration {
  constructor(private readonly numbers: z.infer<typeof schema>['filter']) {}

  /** @throws ChatReidError MODEL_MISSING, MODEL_DAMAGED */
  static async read(modelFolder: string): Promise<Calibration> {
    const path = join(modelFolder, 'chatreid.json');
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (error) {
      throw new ChatReidError(
        'MODEL_MISSING',
        `There is no base filter in ${modelFolder}: chatreid.json cannot be read.`,
        'Point CHATREID_MODEL at a model folder with a filter, such as the shipped model/chatreid-tiny.',
        error,
      );
    }
    try {
      return new Calibration(schema.parse(JSON.parse(text)).filter);
    } catch (error) {
      const issues = error instanceof z.ZodError ? z.prettifyError(error) : error;
      throw new ChatReidError(
        'MODEL_DAMAGED',
        `${path} does not describe a calibrated base filter.`,
        'Restore the model folder, or calibrate the filter again with model/hpt/filter/calibrate.py.',
        issues,
      );
    }
  }

  /** Stamp on what was measured with these numbers: their SHA-256. */
  get checksum(): string {
    return createHash('sha256').update(JSON.stringify(this.numbers)).digest('hex');
  }

  /** Weight of the words' vector beside the pictures' mean in an image + text query. */
  get textWeight(): number {
    return this.numbers.mix.text;
  }

  tau(kind: QueryKind): number {
    return this.numbers.tau[kind] ?? this.numbers.tau.image;
  }

  /** Natural-log likelihood ratio of "this is the person" for a similarity; flat beyond the measured range. */
  logLikelihoodRatio(kind: QueryKind, score: number): number {
    const { llr } = this.of(kind);
    return interpolate(llr.score, llr.value, score);
  }

  /**
   * Probability of each candidate that it is the person. Three hypotheses compete for a candidate: the person sought, a
   * person ruled out ("not this one"), and anybody else. How many pictures of the person the gallery holds is not known
   * beforehand and decides much, so it is estimated from the search itself: one, plus what the probabilities add up to,
   * until both agree (an empirical-Bayes prior by expectation-maximisation). Many good likenesses strengthen each other;
   * a single middling one among thousands stays doubtful.
   *
   * @param candidates the best of the gallery: those left out are taken to have no chance
   * @param of pictures that were searched
   * @returns one number a candidate, 0 to 1, rising with its score
   */
  confidences(kind: QueryKind, candidates: readonly CandidateScores[], of: number): number[] {
    const ratios = candidates.map(
      ({ score, evidence = 0 }) => this.logLikelihoodRatio(kind, score) + evidence,
    );
    return this.posteriors(ratios, candidates, of);
  }

  /**
   * As {@link confidences}, from log-likelihood ratios that somebody has measured better than by similarity alone.
   *
   * @param ratios natural logs, one a candidate
   */
  posteriors(
    ratios: readonly number[],
    candidates: readonly Pick<CandidateScores, 'negatives'>[],
    of: number,
  ): number[] {
    const worths = ratios.map(Math.exp);
    const rivals = candidates.map(({ negatives = [] }) =>
      negatives.reduce((sum, score) => sum + Math.exp(this.logLikelihoodRatio('image', score)), 0),
    );
    let matches = 1;
    for (;;) {
      const prior = Math.min(0.5, matches / Math.max(1, of));
      const posteriors = worths.map((worth, i) => {
        const sought = prior * worth;
        return sought / (sought + prior * rivals[i]! + (1 - prior));
      });
      const found = 1 + posteriors.reduce((sum, p) => sum + p, 0);
      // Each round can only add, and no more than there are candidates: it ends.
      if (found - matches < 1e-6) return posteriors;
      matches = found;
    }
  }

  /**
   * Whether the person is there at all, from a whole search: see {@link presenceOf}.
   *
   * @param scores similarities, falling; the first {@link cohortRanks} of them count
   * @returns undefined where there is nothing to go by: no candidate, or a calibration of before this was measured
   */
  presence(kind: QueryKind, scores: readonly number[], of: number, rate: number): Presence | undefined {
    const { presence } = this.of(kind);
    if (!presence || scores.length === 0) return undefined;
    const ratio = (score: number): number => this.logLikelihoodRatio(kind, score);
    return presenceOf(presence, scores.slice(0, cohortRanks), ratio, of, rate);
  }

  /**
   * Similarity from which the best of `of` candidates is called found: with the person absent, at most `rate` of the
   * searches have an impostor above it. Impostors are taken as independent, which errs to caution with look-alikes
   * in few pictures and to boldness in many pictures of one look-alike.
   */
  foundFrom(kind: QueryKind, rate: number, of: number): number {
    const { impostor } = this.of(kind);
    const pairRate = -Math.expm1(Math.log1p(-rate) / Math.max(1, of));
    const logs = impostor.rate.map((r) => -Math.log(r));
    return extrapolate(logs, impostor.threshold, -Math.log(pairRate));
  }

  /** Similarity that the best true match of 95 % of the queries reaches when the person is there. */
  absentBelow(kind: QueryKind): number {
    const { genuineBest } = this.of(kind);
    return interpolate(genuineBest.quantile, genuineBest.score, 0.05);
  }

  private of(kind: QueryKind): KindCalibration {
    return this.numbers.calibration[kind] ?? this.numbers.calibration.image;
  }
}

export function sigmoid(logOdds: number): number {
  return 1 / (1 + Math.exp(-logOdds));
}

/** Linear between the points of a rising table, flat outside it. */
function interpolate(x: readonly number[], y: readonly number[], at: number): number {
  const last = x.length - 1;
  if (at <= x[0]!) return y[0]!;
  if (at >= x[last]!) return y[last]!;
  return extrapolate(x, y, at);
}

/** Linear between the points of a rising table; beyond its ends the last slope goes on. */
function extrapolate(x: readonly number[], y: readonly number[], at: number): number {
  let right = x.findIndex((value) => value >= at);
  if (right === -1) right = x.length - 1;
  if (right === 0) right = 1;
  const [x0, x1, y0, y1] = [x[right - 1]!, x[right]!, y[right - 1]!, y[right]!];
  return x1 === x0 ? y1 : y0 + ((y1 - y0) * (at - x0)) / (x1 - x0);
}
