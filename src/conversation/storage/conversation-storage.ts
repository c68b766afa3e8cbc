/** Where talks live between messages. */
import type { ChangingShelf } from './shelf.ts';

export interface ConversationStorage {
  /** Messages that were taken in and are not answered yet. */
  readonly inbox: ChangingShelf;
  /** States, turns, replies, lists. */
  readonly talks: ChangingShelf;
  /** Raw events of platforms that are taken in and not finished: see adapters/journal.ts. */
  readonly events: ChangingShelf;
  /** What adapters know of what they posted, and which events are finished. */
  readonly posts: ChangingShelf;
  /** Where several processes may share the state: then they share the engine's budget over it too. */
  readonly redisUrl?: string;
  /** What whoever started the program has to know: that the file was damaged, and where it is now. */
  readonly note?: string;
  /** Frees what is past its age, and leaves nothing on the disk of what was deleted, as far as the storage can. */
  tidy(): Promise<void>;
  close(): Promise<void>;
}
