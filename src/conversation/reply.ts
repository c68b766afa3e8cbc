/** What is answered, as data that any platform can render: plain sentences, cards, buttons. No markup of any platform. */
import type { ErrorReport } from '../foundation/error.ts';
import type { SearchResult } from '../retrieval/search-result.ts';
import type { Act, ActName } from './act.ts';
import type { Question } from './question.ts';

export interface Denied {
  readonly act: ActName;
  readonly code: 'ACCESS_DENIED' | 'CASE_NEEDED' | 'APPROVAL_NEEDED';
}

export interface Button {
  /** At most 40 characters. */
  readonly label: string;
  readonly act: Act;
}

/** One part of the search's state that a press removes: `camera 3`, `"red cap"`, `not 4f2a`. */
export interface Chip {
  readonly label: string;
  readonly act: Act;
}

export interface CandidateCard {
  readonly rank: number;
  readonly pictureId: string;
  /** 0 to 1. */
  readonly confidence: number;
  /** `87 %` */
  readonly confidenceText: string;
  /** True where the language model compared it. */
  readonly compared: boolean;
  readonly camera?: string;
  readonly place?: string;
  /** On the site's clock: `24 Nov 2026 13:05`. */
  readonly time?: string;
  readonly source: string;
  /** Use as query, not this person, why: in this order. */
  readonly buttons: readonly Button[];
}

export interface Answer {
  readonly result: SearchResult;
  /** What was searched with, to draw the contact sheet. */
  readonly query: {
    readonly pictureIds: readonly string[];
    readonly words: string;
    readonly negatives: readonly string[];
  };
  /** Where and when, in words; '' where nothing is restricted. */
  readonly scopeLine: string;
  readonly cards: readonly CandidateCard[];
  /** Whether `more` would show more. */
  readonly more: boolean;
}

/** People cut from a picture that was sent, numbered from 1 from left to right. */
export interface PeopleChoice {
  /** Id of the picture as sent. */
  readonly frameId: string;
  readonly people: readonly {
    readonly number: number;
    readonly pictureId: string;
    /** Pixels in the frame. */
    readonly box: {
      readonly left: number;
      readonly top: number;
      readonly width: number;
      readonly height: number;
    };
    readonly button: Button;
  }[];
}

export interface Reply {
  /** `<message id>#<stage>`: delivered at most once each; a platform that may have posted it looks for the key. */
  readonly key: string;
  readonly conversation: string;
  /** The message that it answers. The `final` reply to a message takes the place of its `first` one. */
  readonly to: string;
  /** `first`: the filter's page, at once. `final`: with the language model, and for everything that needs one reply. */
  readonly stage: 'first' | 'final';
  /** Plain sentences in order, each a paragraph. */
  readonly text: readonly string[];
  /** The search in one line, as the bot understands it. */
  readonly line?: string;
  /** The case that was stated. */
  readonly purpose?: string;
  readonly chips: readonly Chip[];
  readonly answer?: Answer;
  readonly question?: { readonly question: Question; readonly buttons: readonly Button[] };
  readonly people?: PeopleChoice;
  /** Acts beside the cards: more, start over, undo, help. */
  readonly buttons: readonly Button[];
  readonly error?: ErrorReport;
  /** What was not done because of the access policy; `text` says it in sentences. Absent where nothing was denied. */
  readonly denied?: readonly Denied[];
  /** Where an access policy holds: whose search it tells of, and in which gallery where they may look there. Others may see less of it. */
  readonly of?: { readonly user: string; readonly gallery?: string };
  /** What the user should know, each a sentence: no language model, pictures not indexed. */
  readonly notes: readonly string[];
}
