/** A dialogue state as what the retrieval takes: a query and where to look. */
import type { Scope } from '../gallery/gallery-store.ts';
import type { Query } from '../retrieval/query.ts';
import type { DialogueState } from './dialogue-state.ts';
import { traitsOfState } from './traits-of-state.ts';
import type { PictureFinder } from './picture-finder.ts';
import { affirmedWords } from './spoken-words.ts';

export async function queryOf(state: DialogueState, pictures: PictureFinder): Promise<Query> {
  const traits = traitsOfState(state);
  return {
    pictures: await pictures.findAll(state.pictures),
    words: wordsOf(state),
    negatives: await pictures.findAll(state.negatives),
    ...(traits.length > 0 ? { traits } : {}),
  };
}

/** In the user's own words, in the order in which they came. */
function wordsOf({ clues, answers }: DialogueState): string {
  const said = clues.map(({ words }) => affirmedWords(words)).filter((words) => words !== '');
  if (said.length > 0) return said.join(', ');
  // Only denials and answers: the filter needs something to embed, and "a person" is what remains.
  return clues.length > 0 || answers.length > 0 ? 'person' : '';
}

export function scopeOf(state: DialogueState): Scope {
  const { cameras, places, after, before, chosen } = state;
  return {
    ...(cameras.length > 0 ? { cameras } : {}),
    ...(places.length > 0 ? { places } : {}),
    ...(after === undefined ? {} : { after: new Date(after) }),
    ...(before === undefined ? {} : { before: new Date(before) }),
    ...(chosen.length > 0 ? { exclude: chosen } : {}),
  };
}
