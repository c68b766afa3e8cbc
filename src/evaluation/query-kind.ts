/** What a benchmark's query is made of: a picture, words or both. */
import { ChatReidError } from '../foundation/error.ts';
import { longestWords, type QueryKind } from '../retrieval/query.ts';
import type { QueryRow } from './benchmark.ts';

/** @throws ChatReidError DATASET_INVALID naming a row without a picture and without words, or with more words than a search takes */
export function kindOf({ source, path, caption }: QueryRow): QueryKind {
  const words = caption?.trim() ?? '';
  if (words.length > longestWords) {
    throw new ChatReidError(
      'DATASET_INVALID',
      `The caption of ${source} has ${words.length} characters.`,
      `Shorten it to what a search takes: ${longestWords}.`,
    );
  }
  if (path !== undefined) return words === '' ? 'image' : 'mixed';
  if (words !== '') return 'text';
  throw new ChatReidError(
    'DATASET_INVALID',
    `The query ${source} has neither a picture nor words.`,
    'Give the row a path, a caption or both.',
  );
}
