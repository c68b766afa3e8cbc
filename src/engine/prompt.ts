/** What is asked of a vision-language model: turns of text and pictures. The words in it are data, never control tokens. */
import type { Picture } from '../foundation/picture.ts';

export type Part =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'picture'; readonly picture: Picture }
  /**
   * "The keys of everything up to here are worth keeping": the next prompt that begins the same way starts from them.
   * Put it where a follow-up turn begins to differ. It adds no token and changes no result.
   */
  | { readonly type: 'keep' };

export interface Turn {
  readonly role: 'system' | 'user' | 'assistant';
  readonly parts: readonly Part[];
}

export interface Prompt {
  readonly turns: readonly Turn[];
  /** Name and version of the prompt file it was built from, e.g. `verify-image@1`: part of every cache key. */
  readonly version: string;
}
