/** The Adapter seam: a platform's event becomes a message, a reply becomes a platform's call. */
import type { Conversations } from '../src/conversation/conversations.ts';
import type { ChatReidError } from '../src/foundation/error.ts';

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
}

/** Told what an adapter does, for metrics and logs. It never hears words, names or pictures of people. */
export interface AdapterWatch {
  /** The platform was told that an event arrived. @param ms since the event had come in */
  acknowledged(ms: number): void;
  /** Something went wrong that is no answer to a person: a connection, a delivery, what an earlier process left. */
  trouble(error: ChatReidError): void;
}

/** For tests and for whoever does not look. */
export const unwatched: AdapterWatch = { acknowledged: () => {}, trouble: () => {} };
