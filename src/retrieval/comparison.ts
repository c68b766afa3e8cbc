/** Asking the language model about candidates: the VQA prompts of a search, pair by pair or in groups. */
import type { Prompt } from '../engine/prompt.ts';
import type { Picture } from '../foundation/picture.ts';
import { fillPrompt, type PromptFile, readPromptFile } from './prompt-file.ts';
import type { Query, QueryKind } from './query.ts';

/**
 * Candidates come first and the query last, so that the keys of a candidate (or of a group) are kept and a follow-up turn
 * computes its new words only.
 */
export class Comparison {
  constructor(
    private readonly pair: PromptFile,
    private readonly group: PromptFile,
    private readonly query: Query,
  ) {}

  static async of(kind: QueryKind, query: Query): Promise<Comparison> {
    const [pair, group] = await Promise.all([
      readPromptFile(`verify-${kind}`),
      readPromptFile(`choose-${kind}`),
    ]);
    return new Comparison(pair, group, query);
  }

  /** "Is this candidate the person?", answered Yes or No. */
  pairPrompt(candidate: Picture): Prompt {
    return fillPrompt(this.pair, {
      candidate: [{ type: 'picture', picture: candidate }],
      ...this.querySlots(),
    });
  }

  /** "Which of these is the person?", answered with a label. */
  groupPrompt(candidates: readonly Picture[], labels: readonly string[]): Prompt {
    const listed = candidates.flatMap((picture, index) => [
      { type: 'text' as const, text: `${index > 0 ? '\n' : ''}${labels[index]}: ` },
      { type: 'picture' as const, picture },
    ]);
    return fillPrompt(this.group, { candidates: listed, ...this.querySlots() });
  }

  private querySlots() {
    return {
      query: this.query.pictures.map((picture) => ({ type: 'picture' as const, picture })),
      words: [{ type: 'text' as const, text: this.query.words.trim() }],
    };
  }
}
