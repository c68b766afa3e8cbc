/** What the logits of an answer mean: a confidence, a choice among labelled candidates, the order of a whole list. */
import { ChatReidError } from '../foundation/error.ts';
import type { Engine, RunOptions } from './engine.ts';
import type { Prompt } from './prompt.ts';

const yesNo = ['Yes', 'No'] as const;
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Most candidates one best-choice prompt can label with a single token each. */
export const maxLabels = alphabet.length;

export interface LabelChoice {
  readonly label: string;
  readonly index: number;
  /** Probability among the labels still in play, 0 to 1. */
  readonly probability: number;
}

/**
 * How sure the model is of "Yes", 0 to 1, one number a prompt: sigmoid(logit yes - logit no) at the first token of
 * the reply (ChatReID paper, section 3.3).
 */
export async function confidence(
  engine: Engine,
  prompts: readonly Prompt[],
  options: RunOptions = {},
): Promise<number[]> {
  return (await engine.score(prompts, yesNo, options)).map(yesProbability);
}

/** @param row natural-log probabilities (or logits) of [yes, no] */
export function yesProbability([yes, no]: readonly number[]): number {
  return 1 / (1 + Math.exp((no as number) - (yes as number)));
}

/** The probability of each label, in the order of the labels; sums to 1. */
export async function bestChoice(
  engine: Engine,
  prompt: Prompt,
  labels: readonly string[],
  options: RunOptions = {},
): Promise<number[]> {
  const [row] = await engine.score([prompt], labels, options);
  return softmax(row as number[]);
}

/**
 * The whole list, best first, from one prefill: the best label is taken and masked, and the next is the best of the
 * rest, its probability taken among them. Equal labels keep their given order.
 */
export async function fullOrder(
  engine: Engine,
  prompt: Prompt,
  labels: readonly string[],
  options: RunOptions = {},
): Promise<LabelChoice[]> {
  const [row] = await engine.score([prompt], labels, options);
  return maskedOrder(row as number[], labels);
}

/** @param row natural-log probabilities (or logits), one a label */
export function maskedOrder(row: readonly number[], labels: readonly string[]): LabelChoice[] {
  const left = labels.map((label, index) => ({ label, index, score: row[index] as number }));
  const order: LabelChoice[] = [];
  while (left.length > 0) {
    let best = 0;
    for (let i = 1; i < left.length; i++) {
      if ((left[i] as { score: number }).score > (left[best] as { score: number }).score) best = i;
    }
    const probability = softmax(left.map(({ score }) => score))[best] as number;
    const [{ label, index }] = left.splice(best, 1) as [(typeof left)[number]];
    order.push({ label, index, probability });
  }
  return order;
}

export function softmax(scores: readonly number[]): number[] {
  const top = Math.max(...scores);
  const weights = scores.map((score) => Math.exp(score - top));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/**
 * A to Z, then a to z: each is one token in every Qwen vocabulary.
 *
 * @throws ChatReidError OPTION_INVALID for more than {@link maxLabels}
 */
export function choiceLabels(count: number): string[] {
  if (!Number.isInteger(count) || count < 1 || count > maxLabels) {
    throw new ChatReidError(
      'OPTION_INVALID',
      `A best-choice question holds 1 to ${maxLabels} candidates, not ${count}.`,
      'Split the candidates into groups.',
    );
  }
  return [...alphabet.slice(0, count)];
}
