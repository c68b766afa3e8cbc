/** The Interpreter seam: free text to acts. */
import type { Act } from './act.ts';
import type { DialogueState } from './dialogue-state.ts';
import type { Question } from './question.ts';

export interface ReadingContext {
  readonly cameras: readonly string[];
  readonly places: readonly string[];
  readonly galleries: readonly string[];
  /** The site's clock. */
  readonly now: Date;
  /** IANA name. */
  readonly timeZone: string;
  /** Of the oldest picture in the gallery. */
  readonly firstTime?: Date;
  /** Of the newest one. What would lie after it ("yesterday", a weekday) is counted back from it. */
  readonly lastTime?: Date;
  /** Pictures that came with the text. */
  readonly attachments: number;
  /** Candidates that numbers may mean. */
  readonly shown: number;
  /** Numbers of those that the last messages asked about: "not those two". */
  readonly talkedOf?: readonly number[];
  /** People of a picture that are waiting to be chosen from. */
  readonly people: number;
  /** The bot's open question. */
  readonly asked?: Question;
  /** Whether somebody is searched for already. */
  readonly searching: boolean;
  /** Whether a search waits for a second person's approval. */
  readonly waiting?: boolean;
  /** What holds so far: "also camera 5" adds to it, "blue, not black" changes it, a time is on the day it restricts to. */
  readonly held?: Pick<DialogueState, 'cameras' | 'places' | 'after' | 'before' | 'clues'>;
}

/** Never throws for what was written: what cannot be understood is a clue, or `unclear` with a hint. */
export type Interpreter = (text: string, context: ReadingContext) => readonly Act[];
