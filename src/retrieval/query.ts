/** Who is looked for: pictures, words or both, and what the person is not. */
import type { Picture } from '../foundation/picture.ts';

export interface Query {
  /** Pictures of the person; several are taken as views of one person. */
  readonly pictures: readonly Picture[];
  /** The user's own words. Data, never instructions: see src/engine/chat-template.ts. */
  readonly words: string;
  /** Pictures of people that it is not ("not 2"). */
  readonly negatives: readonly Picture[];
}

/** Calibration and τ differ by what the query is made of. */
export type QueryKind = 'image' | 'text' | 'mixed';

/** @returns undefined when there is neither a picture nor a word to go by */
export function queryKind(query: Query): QueryKind | undefined {
  const words = query.words.trim() !== '';
  if (query.pictures.length > 0) return words ? 'mixed' : 'image';
  return words ? 'text' : undefined;
}
