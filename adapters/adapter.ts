/** The Adapter seam: a platform's event becomes a message, a reply becomes a platform's call. */
import type { Conversations } from '../src/conversation/conversations.ts';

export interface Adapter {
  /** `web`, `terminal`, `slack`, `discord`: the prefix of its conversations. */
  readonly name: string;
  /** Listens, and delivers what an earlier process left unfinished. Resolves when it is ready for people. */
  start(conversations: Conversations): Promise<void>;
  /** Takes nothing more in; what is running ends first. */
  stop(): Promise<void>;
}
