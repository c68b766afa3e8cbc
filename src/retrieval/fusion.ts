/** The language model's answer and the filter's likeness as one likelihood ratio, with weights measured on held-out people. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ChatReidError } from '../foundation/error.ts';
import type { Calibration, CandidateScores } from './calibration.ts';
import { boundedLogit, type Judged, type Picking } from './language-ranking.ts';
import type { QueryKind } from './query.ts';

const kindSchema = z.object({
  /** Of a candidate that was compared by itself: filter * llr(similarity) + language * logit(yes) + bias. */
  pair: z.object({ filter: z.number(), language: z.number(), bias: z.number() }),
  /** Of a candidate in a best choice: filter * llr(similarity) + language * log of its strength. */
  choice: z.object({ filter: z.number(), language: z.number() }),
  /** What it was measured on. */
  pairs: z.int().min(1),
  people: z.int().min(1),
});

export const fusionSchema = z.object({
  image: kindSchema.optional(),
  text: kindSchema.optional(),
  mixed: kindSchema.optional(),
});

export type FusionNumbers = z.infer<typeof fusionSchema>;
export type KindFusion = z.infer<typeof kindSchema>;

/** `none`: the language model's answers alone rank and are shown; `calibrated`: fused with the filter, where measured. */
export type FusionMode = 'none' | 'calibrated';

/** @returns undefined where the model folder's language model was never calibrated. @throws ChatReidError MODEL_DAMAGED */
export async function readFusion(modelFolder: string): Promise<FusionNumbers | undefined> {
  const path = join(modelFolder, 'chatreid.json');
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const schema = z.object({ language: z.object({ calibration: fusionSchema.optional() }).optional() });
  try {
    return schema.parse(JSON.parse(text)).language?.calibration;
  } catch (error) {
    throw new ChatReidError(
      'MODEL_DAMAGED',
      `The calibration of the language model in ${path} cannot be read.`,
      'Calibrate it again with chatreid tune calibrate, or restore the model folder.',
      error instanceof z.ZodError ? z.prettifyError(error) : error,
    );
  }
}

/** Natural-log likelihood ratio of two pictures (or words and a picture) that were compared by themselves. */
export function pairWorth({ pair }: KindFusion, ratio: number, logit: number): number {
  return pair.filter * ratio + pair.language * boundedLogit(logit) + pair.bias;
}

/** Worth of a candidate in a best choice, by which the finalists of mode `full` are picked. */
export function choiceWorth({ choice }: KindFusion, ratio: number, strength: number): number {
  return choice.filter * ratio + choice.language * boundedLogit(strength);
}

/**
 * How the finalists of mode `full` are picked.
 *
 * @param ratio natural-log likelihood ratio of the filter
 * @param evidence nats of what was said that can be true or not
 */
export function pickingBy<T>(
  numbers: KindFusion,
  ratio: (candidate: T) => number,
  evidence: (candidate: T) => number = () => 0,
): Picking<T> {
  return {
    worth: (candidate, strength) => choiceWorth(numbers, ratio(candidate), strength) + evidence(candidate),
    byChoice: numbers.choice.language > 0,
  };
}

export interface Fused<T> {
  readonly candidate: T;
  /** Natural-log likelihood ratio. */
  readonly ratio: number;
  /** 0 to 1. */
  readonly confidence: number;
}

/**
 * The judged in the order of the fused ratios, compared ones before those of which only a choice is known. A choice says
 * who and not whether: its worths are shifted so that all candidates of the choice together weigh what they weighed
 * before. Probabilities come from the same prior as the filter's, over the whole ranking.
 *
 * @param rest candidates that were not judged, in the filter's order: they are part of the evidence, not of the result
 * @param of pictures that were searched
 */
export function fuse<T extends CandidateScores>(
  calibration: Calibration,
  kind: QueryKind,
  numbers: KindFusion,
  judged: readonly Judged<T>[],
  rest: readonly T[],
  of: number,
): Fused<T>[] {
  const plain = judged.map(({ candidate }) => calibration.logLikelihoodRatio(kind, candidate.score));
  const evidence = judged.map(({ candidate }) => candidate.evidence ?? 0);
  const worths = judged.map(({ strength }, i) =>
    strength === undefined ? undefined : choiceWorth(numbers, plain[i]!, strength),
  );
  const chosen = worths.flatMap((worth, i) => (worth === undefined ? [] : [{ worth, plain: plain[i]! }]));
  const shift = logSum(chosen.map((one) => one.plain)) - logSum(chosen.map((one) => one.worth));
  const ratios = judged.map(({ logit }, i) => {
    if (logit === undefined) return (worths[i] === undefined ? plain[i]! : worths[i] + shift) + evidence[i]!;
    return pairWorth(numbers, plain[i]!, logit) + evidence[i]!;
  });
  const everybody = [...judged.map(({ candidate }) => candidate), ...rest];
  const confidences = calibration.posteriors(
    [
      ...ratios,
      ...rest.map(({ score, evidence = 0 }) => calibration.logLikelihoodRatio(kind, score) + evidence),
    ],
    everybody,
    of,
  );
  return judged
    .map(({ candidate, logit }, i) => ({
      candidate,
      ratio: ratios[i]!,
      confidence: confidences[i]!,
      compared: logit !== undefined,
    }))
    .sort(
      (a, b) =>
        Number(b.compared) - Number(a.compared) ||
        b.confidence - a.confidence ||
        b.ratio - a.ratio ||
        b.candidate.score - a.candidate.score,
    )
    .map(({ candidate, ratio, confidence }) => ({ candidate, ratio, confidence }));
}

function logSum(values: readonly number[]): number {
  if (values.length === 0) return 0;
  const top = Math.max(...values);
  return top + Math.log(values.reduce((sum, value) => sum + Math.exp(value - top), 0));
}
