/** Which attribute to ask about: all questions that can be asked, and the one with the most expected information. */
import { type AttributeName, presences, type Trait } from '../../foundation/person-attributes.ts';
import type { AttributeProbes } from './attribute-probes.ts';
import { questionGain } from './question-gain.ts';
import { afterAnswers, tellableTraits, usualWitness, type WitnessModel } from './trait-evidence.ts';

/** "Is it true of the person that `name` is `value`?" */
export interface AskedTrait {
  /** `backpack`, `top=red` */
  readonly id: string;
  readonly name: AttributeName;
  readonly value: string;
}

export interface GainfulQuestion extends AskedTrait {
  /** Bits. */
  readonly gain: number;
}

/**
 * Bits from which a question is worth a person's time; a sure answer that halves the candidates is 1. With this a talk that
 * begins with a photo is asked one or two questions instead of five, and a talk that begins with a clue nearly all of them:
 * docs/evaluation.md, "A talk with a witness".
 */
export const payingGain = 0.05;

/** Of two values one question is enough, and this is the one that people ask for. */
const askedOfTwo: Readonly<Partial<Record<AttributeName, string>>> = {
  gender: 'woman',
  hair: 'long',
  sleeves: 'long',
};

/** Every question that the probes can weigh. */
export function allQuestions(probes: AttributeProbes): AskedTrait[] {
  return probes.names.flatMap((name) => {
    if (presences.has(name)) return [{ id: name, name, value: 'yes' }];
    const values = probes.values(name).filter((value) => value !== 'other');
    const one = askedOfTwo[name];
    return (one !== undefined && values.includes(one) ? [one] : values).map((value) => ({
      id: `${name}=${value}`,
      name,
      value,
    }));
  });
}

/**
 * Questions whose answer is not known: not asked before, not about an attribute whose value was told, nor one told by
 * its denial ("no hat", "not a man").
 *
 * @param asked ids
 */
export function openQuestions(
  probes: AttributeProbes,
  asked: readonly string[],
  known: readonly Trait[],
): AskedTrait[] {
  const before = new Set(asked);
  const said = tellableTraits(probes, known);
  return allQuestions(probes).filter(({ id, name, value }) => {
    if (before.has(id)) return false;
    const about = said.filter((trait) => trait.name === name);
    const two = probes.values(name).length === 2;
    return !about.some((trait) => trait.present || two || trait.value === value);
  });
}

/**
 * The open question with the highest gain; the first of equals.
 *
 * @param weights probability of each candidate that it is the right one, summing to 1
 * @param distributionOf probabilities of an attribute's values in a candidate, by its place in `weights`
 * @returns undefined where nothing is open
 */
export function bestQuestion(
  probes: AttributeProbes,
  weights: readonly number[],
  distributionOf: (candidate: number, name: AttributeName) => readonly number[],
  open: readonly AskedTrait[],
  known: readonly Trait[],
  witness: WitnessModel = usualWitness,
): GainfulQuestion | undefined {
  let best: GainfulQuestion | undefined;
  const said = tellableTraits(probes, known);
  for (const name of new Set(open.map((question) => question.name))) {
    const values = probes.values(name);
    const about = said.filter((trait) => trait.name === name);
    const beliefs = weights.map((_, at) =>
      afterAnswers(values, distributionOf(at, name), about, witness.errorRate),
    );
    for (const question of open) {
      if (question.name !== name) continue;
      const place = values.indexOf(question.value);
      const yes = beliefs.map((belief) => belief[place]!);
      const gain = questionGain(weights, yes, witness);
      if (best === undefined || gain > best.gain) best = { ...question, gain };
    }
  }
  return best;
}
