/** What a talk has come to: a fold over its turns, and nothing else. */
import type { Trait } from '../foundation/person-attributes.ts';
import type { Act } from './act.ts';
import type { Question } from './question.ts';

/** One message that was taken in, and what was answered. Everything in it is plain JSON. */
export interface Turn {
  readonly messageId: string;
  readonly user: string;
  /** ISO 8601 in UTC. */
  readonly at: string;
  /** As written, cut to what is kept. */
  readonly text: string;
  /** Attachments are picture ids by now. */
  readonly acts: readonly Act[];
  /** What was sought before it, where it changed that: `undo` can go back to it, whatever became of the turns before. */
  readonly before?: Sought;
  /** What its `undo` went back to. */
  readonly restored?: Sought;
  /** What the answer left behind, for the turns that follow. */
  readonly outcome: TurnOutcome;
}

export interface TurnOutcome {
  /** Picture ids of the ranking in its order, as far as it was shown; absent where nothing was searched. */
  readonly shown?: readonly string[];
  /** The bot's question, where one was asked. */
  readonly asked?: Question;
  /** People cut from a picture that was sent, of whom the user is to choose: picture ids of the crops. */
  readonly people?: readonly string[];
  /** The picture that they were cut from: it is not searched with itself. */
  readonly frame?: string;
  /** The search was not run: it waits for somebody else. */
  readonly awaiting?: Awaiting;
}

/** A search that waits for a second person's approval. */
export interface Awaiting {
  /** Id of the message that it waits since: what the button of its reply names. */
  readonly request: string;
  /** Who searches, and what the platform said of them. */
  readonly user: string;
  readonly marks: readonly string[];
  readonly gallery: string;
  /** The case that was stated. */
  readonly purpose?: string;
}

/** A second person let somebody search a gallery for a case, in this talk. How long that holds, the policy says. */
export interface Approval {
  readonly user: string;
  readonly gallery: string;
  readonly purpose?: string;
  readonly by: string;
  /** ISO 8601 in UTC. */
  readonly at: string;
}

/** Words of one message about the person. */
export interface Clue {
  readonly messageId: string;
  readonly words: string;
  readonly traits: readonly Trait[];
}

export interface DialogueState {
  /** Of this layout: an older one is folded anew from its turns. */
  readonly version: 1;
  readonly gallery: string;
  /** Picture ids that are searched with. */
  readonly pictures: readonly string[];
  /** Those of them that are candidates which were chosen: never results themselves. */
  readonly chosen: readonly string[];
  /** The number that it had when it was chosen; absent where it was not among those shown. */
  readonly chosenRank?: number;
  readonly clues: readonly Clue[];
  /** Picture ids of people that it is not. */
  readonly negatives: readonly string[];
  readonly cameras: readonly string[];
  readonly places: readonly string[];
  readonly after?: string;
  readonly before?: string;
  /** Answers to the bot's questions, in order. */
  readonly answers: readonly { readonly question: Question; readonly value: 'yes' | 'no' | 'unknown' }[];
  /** The ranking that numbers refer to. */
  readonly shown: readonly string[];
  /** Those of them that were asked about by their numbers last: "not those two". */
  readonly talkedOf?: readonly string[];
  /** How many candidates are wanted: grows with `more`. */
  readonly top: number;
  /** The question that is open. */
  readonly asked?: Question;
  /** Every question that was asked in this search, answered or not. */
  readonly askedBefore: readonly Question[];
  /** People that are waiting to be chosen from. */
  readonly people: readonly string[];
  /** Whether the one who is chosen is one more view of the person that is searched for. */
  readonly peopleAdd: boolean;
  readonly purpose?: string;
  readonly awaiting?: Awaiting;
  /** Of this case; a new one, or a new beginning, ends them. Absent where there never were any. */
  readonly approvals?: readonly Approval[];
}

/** Who is searched for, where, and how far the candidates were looked through: what `undo` goes back to. */
export type Sought = Omit<
  DialogueState,
  'shown' | 'talkedOf' | 'asked' | 'askedBefore' | 'people' | 'peopleAdd' | 'awaiting' | 'approvals'
>;

export const pageLength = 10;

export function emptyState(gallery: string): DialogueState {
  return {
    version: 1,
    gallery,
    pictures: [],
    chosen: [],
    clues: [],
    negatives: [],
    cameras: [],
    places: [],
    answers: [],
    shown: [],
    top: pageLength,
    askedBefore: [],
    people: [],
    peopleAdd: false,
  };
}
