/** What helps to find: the question that pays, and the reasons. The session manager asks it; nothing of it keeps state. */
import type { Trait } from '../foundation/person-attributes.ts';
import type { Picture } from '../foundation/picture.ts';
import type { Query } from '../retrieval/query.ts';
import type { SearchResult } from '../retrieval/search-result.ts';
import type { Question } from './question.ts';

/** An attribute of a picture, as the model sees it. */
export interface SeenTrait {
  readonly trait: Trait;
  /** `red top`, `no backpack` */
  readonly phrase: string;
  /** 0 to 1 */
  readonly probability: number;
}

export interface TraitComparison {
  readonly common: readonly { readonly phrase: string; readonly first: number; readonly second: number }[];
  /** Seen on one of the two only. */
  readonly different: readonly { readonly phrase: string; readonly first: number; readonly second: number }[];
}

export interface Helping {
  /**
   * The question with the most expected information over the ranking; undefined where none is expected to pay, or where
   * every one that would was asked.
   *
   * @param asked ids of questions that were asked before
   * @param known traits that were told already
   * @param pictures of the person: what they show clearly is not asked
   */
  question(
    result: SearchResult,
    asked: readonly string[],
    known: readonly Trait[],
    pictures: readonly Picture[],
    signal?: AbortSignal,
  ): Promise<Question | undefined>;
  /** The likeliest value of every attribute of a picture of which the model is sure enough. */
  describe(
    picture: { readonly id: string; readonly path: string },
    signal?: AbortSignal,
  ): Promise<readonly SeenTrait[]>;
  /** What two pictures share and what differs, most telling first. */
  compare(
    first: { readonly id: string; readonly path: string },
    second: { readonly id: string; readonly path: string },
    signal?: AbortSignal,
  ): Promise<TraitComparison>;
  /** Sentences that say why a candidate is where it is: against the query's picture, its words and its traits. */
  why(
    query: Query,
    candidate: { readonly id: string; readonly path: string; readonly confidence: number },
    signal?: AbortSignal,
  ): Promise<readonly string[]>;
}
