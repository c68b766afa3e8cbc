/** The Adapter seam: a platform's event becomes a message, a reply becomes a platform's call. */
import type { Conversations } from '../src/conversation/conversations.ts';
import type { ChatReidError } from '../src/foundation/error.ts';
import type { TellRefusal } from './refusal.ts';

export interface Adapter {
  /** `web`, `terminal`, `slack`, `discord`: the prefix of its conversations. */
  readonly name: string;
  /** Whether messages can arrive now; a connection that was lost is made again by itself. Absent: from start to stop. */
  readonly connected?: boolean;
  /** The address that it listens on, once it has started; absent where it calls the platform. */
  readonly url?: string | undefined;
  /** Listens, and delivers what an earlier process left unfinished. Resolves when it is ready for people. */
  start(conversations: Conversations): Promise<void>;
  /** Takes nothing more in; what is running ends first. */
  stop(): Promise<void>;
  /**
   * Takes back what was posted in answer to a message, its pictures too: deleted, or, where that is not allowed, edited to a
   * sentence. Nothing is wrong where there is nothing any more. Absent where posts cannot be taken back.
   *
   * @throws ChatReidError PLATFORM_*: to be tried again
   */
  withdraw?(post: WithdrawnPost): Promise<void>;
}

/** A post of ours, by the message that it answers. */
export interface WithdrawnPost {
  readonly conversation: string;
  readonly message: string;
}

/** Told what an adapter does, for metrics and logs. It never hears words or pictures of people. */
export interface AdapterWatch {
  /** The platform was told that an event arrived. @param ms since the event had come in */
  acknowledged(ms: number): void;
  /** Something went wrong that is no answer to a person: a connection, a delivery, what an earlier process left. */
  trouble(error: ChatReidError): void;
  /** Somebody was turned away at the platform's gate; what the conversations deny is in their replies. */
  readonly refused?: TellRefusal;
}

/** For tests and for whoever does not look. */
export const unwatched: AdapterWatch = { acknowledged: () => {}, trouble: () => {} };
