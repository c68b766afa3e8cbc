/** What an adapter is given: the conversations of one process. `SessionManager` is the one implementation. */
import type { DialogueState, Turn } from './dialogue-state.ts';
import type { Message } from './message.ts';
import type { Reply } from './reply.ts';

/** Posts a reply. Resolves when the platform has it; a rejection is tried again, with the same `key`. */
export type Deliver = (reply: Reply) => Promise<void>;

export interface Conversations {
  /**
   * Takes a message in and answers it: a `first` page where a search takes longer, then the `final` reply. The promise of
   * `accepted` resolves as soon as the message is safe on disk, before any work: then the platform may be acknowledged. `done`
   * resolves when the final reply is delivered, or the turn was made obsolete by a newer one. Neither rejects for what the user
   * sent: that is a reply with an `error`.
   */
  handle(
    message: Message,
    deliver: Deliver,
  ): { readonly accepted: Promise<void>; readonly done: Promise<void> };
  /** Stops the search that runs in a conversation, if one does: its message is answered with the error CANCELLED. */
  cancel(conversation: string): void;
  /** Delivers what an earlier process took in and did not finish, of conversations whose name starts with `prefix`. */
  resume(prefix: string, deliver: Deliver): Promise<void>;
  state(conversation: string): Promise<DialogueState | undefined>;
  turns(conversation: string): Promise<readonly Turn[]>;
  /** The final replies of a conversation that are still kept, oldest first: what a page that is opened again shows. */
  replies(conversation: string): Promise<readonly Reply[]>;
  /** Names of conversations with this prefix, the latest first. */
  list(
    prefix: string,
  ): Promise<readonly { readonly conversation: string; readonly line: string; readonly at: string }[]>;
  /** Contact sheet of a reply with an answer: PNG. */
  sheet(reply: Reply): Promise<Buffer>;
  /** A picture of a talk or of its gallery: absolute path. @throws ChatReidError PICTURE_UNKNOWN */
  picturePath(pictureId: string): Promise<string>;
  /** Everything of one conversation is removed. */
  forget(conversation: string): Promise<void>;
  /** Takes nothing more in, and waits for what is running, at most `graceMs` (default 10,000). */
  close(graceMs?: number): Promise<void>;
}
