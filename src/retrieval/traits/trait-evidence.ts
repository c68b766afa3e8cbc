/** What was said of a person against what a picture shows: likelihoods of answers, and the evidence in them. */
import { type AttributeName, attributeNames, type Trait } from '../../foundation/person-attributes.ts';
import type { AttributeProbes } from './attribute-probes.ts';
import { plainTrait } from './trait-words.ts';

/** How people answer. */
export interface WitnessModel {
  /** Share of the answers that are wrong, 0 to under 0.5. */
  readonly errorRate: number;
  /** Share of the questions that are answered "don't know", 0 to under 1. */
  readonly unknownRate: number;
}

/**
 * One answer in twelve wrong: eyewitness memory, a bag that was on the far side, a colour under other light, and a probe that
 * errs in the same pictures together. It is what keeps one slip from ruling the right person out.
 */
export const usualWitness: WitnessModel = { errorRate: 0.08, unknownRate: 0.15 };

/** Natural logs that one attribute can add or take, whatever was said of it: e^3 is a factor of 20. */
export const evidenceBound = 3;

/** Probabilities of an attribute's values in the searched gallery: what is common says little. */
export type AttributePriors = ReadonlyMap<AttributeName, readonly number[]>;

/** Traits that the probes can tell, each once, in one wording; the others have no weight here. */
export function tellableTraits(probes: AttributeProbes, traits: readonly Trait[]): Trait[] {
  const found = new Map<string, Trait>();
  for (const trait of traits.map(plainTrait)) {
    if (!probes.values(trait.name).includes(trait.value)) continue;
    // Of what was said twice the last holds: "red", and later "not red".
    found.set(`${trait.name}=${trait.value}`, trait);
  }
  return [...found.values()];
}

/** Probability of each value's people to be described so: all that was said of one attribute. */
function saidOf(values: readonly string[], traits: readonly Trait[], errorRate: number): number[] {
  return values.map((value) =>
    traits.reduce(
      (product, trait) => product * ((trait.value === value) === trait.present ? 1 - errorRate : errorRate),
      1,
    ),
  );
}

/**
 * Probabilities of an attribute's values after what was said of it. Two denials of colours are not two independent facts:
 * they are weighed over the values together.
 */
export function afterAnswers(
  values: readonly string[],
  probabilities: readonly number[],
  traits: readonly Trait[],
  errorRate: number,
): readonly number[] {
  if (traits.length === 0) return probabilities;
  const joint = saidOf(values, traits, errorRate).map((said, at) => said * probabilities[at]!);
  const total = joint.reduce((sum, p) => sum + p, 0);
  return joint.map((p) => p / total);
}

/** Natural-log likelihood ratio of what was said: a picture's person against anybody of the gallery. */
export type TraitWeigher = (distributionOf: (name: AttributeName) => readonly number[]) => number;

/**
 * Each attribute is bounded by {@link evidenceBound}, the sum is scaled by `weight`.
 *
 * @param traits of {@link tellableTraits}
 */
export function traitWeigher(
  probes: AttributeProbes,
  traits: readonly Trait[],
  priors: AttributePriors,
  weight: number,
  errorRate: number = usualWitness.errorRate,
): TraitWeigher {
  const told = attributeNames.flatMap((name) => {
    const about = traits.filter((trait) => trait.name === name);
    const prior = priors.get(name);
    if (about.length === 0 || prior === undefined) return [];
    const said = saidOf(probes.values(name), about, errorRate);
    return [{ name, said, anywhere: likelihood(prior, said) }];
  });
  return (distributionOf) => {
    let sum = 0;
    for (const { name, said, anywhere } of told) {
      const ratio = Math.log(likelihood(distributionOf(name), said) / anywhere);
      sum += Math.min(evidenceBound, Math.max(-evidenceBound, ratio));
    }
    return weight * sum;
  };
}

function likelihood(probabilities: readonly number[], said: readonly number[]): number {
  let sum = 0;
  for (let at = 0; at < said.length; at++) sum += probabilities[at]! * said[at]!;
  return sum;
}

/** Mean of the probes over pictures. */
export function priorsOf(probes: AttributeProbes, vectors: readonly Float32Array[]): AttributePriors {
  return new Map(
    probes.names.map((name) => {
      const values = probes.values(name);
      // One picture's worth of "nothing known", so that an empty or tiny gallery makes nothing impossible.
      const sums = values.map(() => 1 / values.length);
      for (const vector of vectors) {
        for (const [at, p] of probes.distribution(vector, name).entries()) sums[at]! += p;
      }
      return [name, sums.map((sum) => sum / (vectors.length + 1))];
    }),
  );
}
