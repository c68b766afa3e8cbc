/** A simulated witness: answers from a person's labels, sometimes wrongly, sometimes not at all. */
import type { PersonAttributes, Trait } from '../../foundation/person-attributes.ts';
import type { AskedTrait } from '../../retrieval/traits/question-choice.ts';
import type { WitnessModel } from '../../retrieval/traits/trait-evidence.ts';
import { MersenneTwister } from '../random/mersenne-twister.ts';

/**
 * The answer to a question depends on the person, the question and the seed alone, not on when it is asked: what two policies
 * ask both is answered alike, so that they are compared over the same witnesses.
 */
export class SimulatedWitness {
  /** @param key stands for person and seed */
  constructor(
    private readonly attributes: PersonAttributes,
    private readonly model: WitnessModel,
    private readonly key: readonly number[],
  ) {}

  /** @returns what is known now, or undefined for "don't know", which is also said of what no label tells */
  answer({ id, name, value }: AskedTrait): Trait | undefined {
    const truth = this.attributes[name];
    if (truth === undefined) return undefined;
    const dice = MersenneTwister.ofWords([...this.key, ...Buffer.from(id)]);
    if (dice.nextFraction() < this.model.unknownRate) return undefined;
    const slip = dice.nextFraction() < this.model.errorRate;
    return { name, value, present: (truth === value) !== slip };
  }
}
