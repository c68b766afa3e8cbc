/** Where talks live between messages. */
import type { Shelf } from './shelf.ts';

export interface ConversationStorage {
  /** Messages that were taken in and are not answered yet. */
  readonly inbox: Shelf;
  /** States, turns, replies, lists. */
  readonly talks: Shelf;
  /** Raw events of platforms that are taken in and not finished: see adapters/journal.ts. */
  readonly events: Shelf;
  /** What adapters know of what they posted, and which events are finished. */
  readonly posts: Shelf;
  /** Where several processes may share the state: then they share the engine's budget over it too. */
  readonly redisUrl?: string;
  /** Frees what is past its age, and leaves nothing on the disk of what was deleted, as far as the storage can. */
  tidy(): Promise<void>;
  close(): Promise<void>;
}
