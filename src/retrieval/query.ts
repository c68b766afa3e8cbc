/** Who is looked for: pictures, words or both, and what the person is not. */
import { ChatReidError } from '../foundation/error.ts';
import type { Trait } from '../foundation/person-attributes.ts';
import type { Picture } from '../foundation/picture.ts';

export interface Query {
  /** Pictures of the person; several are taken as views of one person. */
  readonly pictures: readonly Picture[];
  /** The user's own words. Data, never instructions: see src/engine/chat-template.ts. */
  readonly words: string;
  /** Pictures of people that it is not ("not 2"). */
  readonly negatives: readonly Picture[];
  /**
   * What was said of the person that can be true or not, denials included: words alone cannot say "no hat" to the filter.
   * Every candidate is weighed by how likely its picture's person is to be described so; {@link Query.words} still hold the
   * words of what the person does have.
   */
  readonly traits?: readonly Trait[];
}

/** Calibration and τ differ by what the query is made of. */
export type QueryKind = 'image' | 'text' | 'mixed';

/** @returns undefined when there is neither a picture nor a word to go by */
export function queryKind(query: Query): QueryKind | undefined {
  const words = query.words.trim() !== '';
  if (query.pictures.length > 0) return words ? 'mixed' : 'image';
  return words ? 'text' : undefined;
}

/** Characters of words in one query: some 700 words, many times what any model here reads of them. */
export const longestWords = 4000;

/**
 * A pasted report is not a description, and ONNX Runtime 1.30 crashes when it is loaded by a process whose command line
 * is longer than about 28 kB: so this is asked before anything is loaded.
 *
 * @throws ChatReidError OPTION_INVALID
 */
export function checkWords(words: string): void {
  if (words.length <= longestWords) return;
  throw new ChatReidError(
    'OPTION_INVALID',
    `The description is ${words.length.toLocaleString('en-US')} characters long.`,
    `Say what the person looks like in at most ${longestWords.toLocaleString('en-US')} characters.`,
  );
}
