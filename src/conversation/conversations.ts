/** What an adapter is given: the conversations of one process. `SessionManager` is the one implementation. */
import type { Asker } from './asker.ts';
import type { DialogueState, Turn } from './dialogue-state.ts';
import type { Message } from './message.ts';
import type { Reply } from './reply.ts';

/** What a list of talks shows of one. */
export interface ListedTalk {
  readonly conversation: string;
  /** The search in one line, as the bot understood it last. */
  readonly line: string;
  /** When something was said last: ISO 8601 in UTC. */
  readonly at: string;
  /** What was asked first, in the user's words; absent where it was a picture alone. */
  readonly asked?: string;
  /** The picture that is searched with, where one is. */
  readonly pictureId?: string;
}

/** Posts a reply. Resolves when the platform has it; a rejection is tried again, with the same `key`. */
export type Deliver = (reply: Reply) => Promise<void>;

export interface Conversations {
  /**
   * Takes a message in and answers it: a `first` page where a search takes longer, then the `final` reply. The promise of
   * `accepted` resolves as soon as the message is safe on disk, before any work: then the platform may be acknowledged. It
   * brings the ids under which the pictures of the message are kept, without those that could not be opened. `done`
   * resolves when the final reply is delivered, or the turn was made obsolete by a newer one. Neither rejects for what the user
   * sent: that is a reply with an `error`.
   */
  handle(
    message: Message,
    deliver: Deliver,
  ): { readonly accepted: Promise<readonly string[]>; readonly done: Promise<void> };
  /** Stops the search that runs in a conversation, if one does: its message is answered with the error CANCELLED. */
  cancel(conversation: string): void;
  /**
   * Answers what an earlier process took in and did not finish, of conversations whose name starts with `prefix`, before any
   * message that is handed in after this call. Resolves when all of it is delivered, which can take as long as searches take:
   * whoever listens for messages need not wait for it.
   *
   * @throws ChatReidError STORAGE_*, STATE_UNREACHABLE
   */
  resume(prefix: string, deliver: Deliver): Promise<void>;
  /** With an asker, here and below: as far as the access policy lets them see it; without, all of it, for the program itself. */
  state(conversation: string, asker?: Asker): Promise<DialogueState | undefined>;
  turns(conversation: string): Promise<readonly Turn[]>;
  /** The final replies of a conversation that are still kept, oldest first: what a page that is opened again shows. */
  replies(conversation: string, asker?: Asker): Promise<readonly Reply[]>;
  /** Conversations whose name begins with this prefix, the latest first. */
  list(prefix: string): Promise<readonly ListedTalk[]>;
  /** Contact sheet of a reply with an answer: PNG. @throws ChatReidError ACCESS_DENIED */
  sheet(reply: Reply, asker?: Asker): Promise<Buffer>;
  /** A picture of a talk or of its gallery: absolute path. @throws ChatReidError PICTURE_UNKNOWN */
  picturePath(pictureId: string, asker?: Asker): Promise<string>;
  /**
   * Everything of one conversation is removed. What of it was not answered by then is told that, and is not kept.
   *
   * @throws ChatReidError ACCESS_DENIED for an asker who may not search in the talk's gallery
   */
  forget(conversation: string, asker?: Asker): Promise<void>;
  /** Takes nothing more in, and waits for what is running, at most `graceMs` (default 10,000). */
  close(graceMs?: number): Promise<void>;
}
