/** What answers to questions are worth: accuracy, area under the curve, F1. Fractions, 0 to 1. */
import {
  type AttributeName,
  attributeNames,
  type PersonAttributes,
  presences,
} from '../../foundation/person-attributes.ts';

export interface VerificationScores {
  readonly pairs: number;
  readonly accuracy: number;
  /** Probability that a pair of one person is given more than a pair of two, a tie for a half. */
  readonly auc: number;
}

/** @param threshold from which a pair is taken for one person */
export function verificationScores(
  values: readonly number[],
  same: readonly boolean[],
  threshold: number,
): VerificationScores {
  const right = values.filter((value, at) => value >= threshold === same[at]).length;
  return { pairs: values.length, accuracy: right / values.length, auc: areaUnderCurve(values, same) };
}

/** Mann-Whitney; 0.5 where one side is empty, for nothing is known. */
export function areaUnderCurve(values: readonly number[], same: readonly boolean[]): number {
  const order = values.map((value, at) => ({ value, same: same[at] })).sort((a, b) => a.value - b.value);
  let [ranks, positives] = [0, 0];
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to < order.length && order[to]!.value === order[from]!.value) to++;
    const tied = order.slice(from, to).filter((one) => one.same).length;
    ranks += (tied * (from + 1 + to)) / 2;
    positives += tied;
    from = to;
  }
  const negatives = order.length - positives;
  if (positives === 0 || negatives === 0) return 0.5;
  return (ranks - (positives * (positives + 1)) / 2) / (positives * negatives);
}

export interface AttributeScore {
  readonly name: AttributeName;
  /** Pictures whose label is known. */
  readonly pictures: number;
  readonly accuracy: number;
  /** Of who always says what most have, whatever the picture shows. */
  readonly majority: number;
}

/** A thing that is not named is said not to be there; any other attribute that is not named is a wrong answer. */
export function attributeScores(
  said: readonly PersonAttributes[],
  labels: readonly PersonAttributes[],
): AttributeScore[] {
  return attributeNames.flatMap((name): AttributeScore[] => {
    const known = labels.flatMap((label, at) => (label[name] === undefined ? [] : [at]));
    if (known.length === 0) return [];
    const counts = new Map<string, number>();
    for (const at of known) counts.set(labels[at]![name]!, (counts.get(labels[at]![name]!) ?? 0) + 1);
    const right = known.filter((at) => saidOf(said[at]!, name) === labels[at]![name]).length;
    return [
      {
        name,
        pictures: known.length,
        accuracy: right / known.length,
        majority: Math.max(...counts.values()) / known.length,
      },
    ];
  });
}

function saidOf(said: PersonAttributes, name: AttributeName): string | undefined {
  return said[name] ?? (presences.has(name) ? 'no' : undefined);
}

export interface PhraseScores {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

/** Over all phrases of all answers together (micro). Things that are not there have no phrase and count nowhere. */
export function phraseScores(
  said: readonly PersonAttributes[],
  labels: readonly PersonAttributes[],
): PhraseScores {
  let [hits, named, wanted] = [0, 0, 0];
  for (const [at, label] of labels.entries()) {
    const mine = phrasesOf(said[at]!);
    const right = new Set(phrasesOf(label));
    hits += mine.filter((phrase) => right.has(phrase)).length;
    named += mine.length;
    wanted += right.size;
  }
  const precision = named === 0 ? 0 : hits / named;
  const recall = wanted === 0 ? 0 : hits / wanted;
  return { precision, recall, f1: hits === 0 ? 0 : (2 * precision * recall) / (precision + recall) };
}

function phrasesOf(attributes: PersonAttributes): string[] {
  return Object.entries(attributes).flatMap(([name, value]) => (value === 'no' ? [] : [`${name}=${value}`]));
}
