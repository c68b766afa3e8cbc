/** What every task of tuning is: questions about a picture, with their answers. */
import type { Part } from '../../engine/prompt.ts';
import { choiceLabels } from '../../engine/scorer.ts';
import type { Query } from '../../retrieval/query.ts';
import type { Draws } from '../draws.ts';
import type { Rivals } from '../rivals.ts';
import type { Roster, TuningPicture } from '../roster.ts';
import type { Exchange, Task } from '../tuning-record.ts';
import type { WordBook } from '../word-book.ts';
import type { Wording, Wordings } from '../wording.ts';

export interface TaskContext {
  readonly roster: Roster;
  readonly rivals: Rivals;
  readonly words: WordBook;
  readonly wordings: Wordings;
  /** 0 to 1: probability that a pair is one person (paper section 3.2.1: "a probability threshold"). */
  readonly positiveShare: number;
  /** Bounds of the gallery's size, both inclusive: N ~ Uniform(from, to) (paper section 3.2.2). */
  readonly gallery: readonly [from: number, to: number];
}

/** A dialogue begins with a picture; what is asked next is about it again. */
export interface Opening {
  readonly focus: TuningPicture;
  readonly wording: Wording;
}

export interface TaskMaker {
  readonly task: Task;
  /** Records about one first picture that stand together: the trainer computes their common beginning once. */
  readonly together: boolean;
  /** Pictures that can be asked about; none where the data lacks what the task needs. */
  focuses(context: TaskContext): readonly TuningPicture[];
  /** How this record, or a run of them, is worded. */
  wording(context: TaskContext, draws: Draws): Wording;
  /** @returns undefined where the draw led nowhere, e.g. no other picture of the person: another focus is drawn */
  ask(context: TaskContext, opening: Opening, draws: Draws): Exchange | undefined;
  /** A dialogue of its own kind, where turns are not simply further questions. */
  talk?(context: TaskContext, opening: Opening, draws: Draws): readonly Exchange[] | undefined;
}

export function pictureParts(picture: TuningPicture): Part[] {
  return [{ type: 'picture', picture: { id: picture.path, path: picture.path } }];
}

export function textParts(text: string): Part[] {
  return [{ type: 'text', text }];
}

/** What inference would be asked, so that its own code writes the question. */
export function queryOf(picture: TuningPicture | undefined, words = ''): Query {
  return {
    pictures: picture === undefined ? [] : [{ id: picture.path, path: picture.path }],
    words,
    negatives: [],
  };
}

export function toPicture({ path }: TuningPicture): { readonly id: string; readonly path: string } {
  return { id: path, path };
}

export const labels: readonly string[] = choiceLabels(26);

export function yesNo(positive: boolean): string {
  return positive ? 'Yes' : 'No';
}
