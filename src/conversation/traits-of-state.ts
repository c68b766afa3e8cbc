/** What was said of the person that can be true or not, over a whole talk. */
import type { Trait } from '../foundation/person-attributes.ts';
import type { DialogueState } from './dialogue-state.ts';

/** Traits that hold: of the clues, then of the answers. */
export function traitsOfState({ clues, answers }: Pick<DialogueState, 'clues' | 'answers'>): Trait[] {
  return [...clues.flatMap(({ traits }) => traits), ...answers.flatMap(traitOfAnswer)];
}

/** Traits that no words of the search say themselves: denials, and what was answered. */
export function unspokenTraits({ clues, answers }: Pick<DialogueState, 'clues' | 'answers'>): Trait[] {
  const denied = clues.flatMap(({ traits }) => traits.filter(({ present }) => !present));
  return [...denied, ...answers.flatMap(traitOfAnswer)];
}

/** None where the answer was "don't know". */
export function traitOfAnswer({ question, value }: DialogueState['answers'][number]): Trait[] {
  if (value === 'unknown') return [];
  return [{ name: question.name, value: question.value, present: value === 'yes' }];
}
