/** What the session manager is built of: everything that searches, keeps or reads for it is handed in. */
import type { Encoder } from '../engine/encoder.ts';
import type { Engine } from '../engine/engine.ts';
import type { ErrorReport } from '../foundation/error.ts';
import type { GalleryStore } from '../gallery/gallery-store.ts';
import type { Calibration } from '../retrieval/calibration.ts';
import type { FusionNumbers } from '../retrieval/fusion.ts';
import type { SearchOptions } from '../retrieval/retrieval.ts';
import type { Query } from '../retrieval/query.ts';
import type { SearchResult } from '../retrieval/search-result.ts';
import type { Access } from '../trust/access/access.ts';
import type { EngineBudget } from './budgets.ts';
import type { Helping } from './helping.ts';
import type { Interpreter } from './interpreter.ts';
import type { PeopleCutter } from './people.ts';
import type { ConversationStorage } from './storage/conversation-storage.ts';
import type { Uploads } from './uploads.ts';

/** `Retrieval`. */
export interface Searching {
  search(gallery: string, query: Query, options?: SearchOptions): Promise<SearchResult>;
  /** The same over another store: the view of somebody who may not see all. */
  within(store: GalleryStore): Searching;
}

export interface SessionManagerParts {
  readonly retrieval: Searching;
  readonly store: GalleryStore;
  /** With the calibration: says whether two pictures show one person where there is no language model. */
  readonly encoder: Encoder;
  readonly calibration: Calibration;
  /** What the language model's answer weighs beside the filter's. */
  readonly fusion?: FusionNumbers;
  /** Absent where there is no language model. */
  readonly engine?: Engine;
  readonly interpreter: Interpreter;
  readonly helping?: Helping;
  /** `openStorage(...)`. Closed by {@link SessionManager.close}. */
  readonly storage: ConversationStorage;
  /** `Uploads.open(folder)`: pictures that people sent. */
  readonly uploads: Uploads;
  /** Who may do what. Absent: everybody everything. */
  readonly access?: Access;
  /** The gallery of a talk that names none. */
  readonly gallery: string;
  /** IANA name of the site's clock. */
  readonly timeZone: string;
  readonly now?: () => Date;
  /** Puts pictures into a gallery; without it a talk cannot. */
  readonly register?: Register;
  readonly people?: PeopleCutter;
  /** Forgets pictures everywhere; without it they go from their gallery and the talk alone. */
  readonly forget?: ForgetPictures;
  /** Shares the engine between conversations. Default: one of this process. */
  readonly budget?: EngineBudget;
  readonly limits?: Partial<SessionLimits>;
}

/** Bounds on a talk, as data. */
export interface SessionLimits {
  /** Turns kept one by one; older ones are folded into the state that the rest begins with. */
  readonly turns: number;
  /** Replies kept to be shown again. */
  readonly replies: number;
  /** Days that a talk, a turn or a picture that was sent is kept. */
  readonly days: number;
  /** Messages of one conversation that may wait. */
  readonly waiting: number;
  /** Pictures in one message. */
  readonly pictures: number;
  /** Characters of a message that are read and kept. */
  readonly text: number;
  /** Conversations of one platform that can be listed. */
  readonly listed: number;
  /** Ids of answered messages that are remembered, a conversation. */
  readonly seen: number;
  /** Milliseconds to wait after each try to deliver a reply that failed; after the last of them comes the last try. */
  readonly retries: readonly number[];
  /** Milliseconds to wait before each further try to answer a message while its talk cannot be kept; the last of them again and again. */
  readonly away: readonly number[];
}

export const sessionLimits: SessionLimits = {
  turns: 500,
  replies: 50,
  days: 90,
  waiting: 100,
  pictures: 20,
  text: 100_000,
  listed: 200,
  seen: 200,
  retries: [200, 1000, 4000],
  away: [500, 1000, 2000, 5000, 10_000],
};

/**
 * Out of a gallery with everything that was made of them, wherever it is; a picture that another gallery has too stays there.
 *
 * @returns how many the gallery had, and how many of them stay elsewhere
 */
export type ForgetPictures = (
  gallery: string,
  pictures: readonly string[],
  by: { readonly conversation: string; readonly user: string },
) => Promise<{ readonly removed: number; readonly elsewhere: number }>;

export interface RegisterFacts {
  readonly camera?: string;
  readonly place?: string;
  /** ISO 8601 in UTC. */
  readonly time?: string;
  readonly person?: string;
}

/** Keeps pictures in a gallery of the store, of frames the people in them, and makes them searchable; what cannot be kept is named in `failed`. */
export type Register = (
  gallery: string,
  pictures: readonly { readonly name: string; readonly path: string }[],
  facts: RegisterFacts,
  signal: AbortSignal,
  store: GalleryStore,
) => Promise<{
  readonly added: number;
  readonly already: number;
  /** What else is to be said, each a sentence: a frame that shows nobody. */
  readonly notes: readonly string[];
  readonly failed: readonly ({ readonly source: string } & Omit<ErrorReport, 'cause'>)[];
}>;
