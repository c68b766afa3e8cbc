/** Taking a message in: bounded, its pictures opened and kept, all of it safe on the disk. */
import { asChatReidError, type ErrorReport } from '../foundation/error.ts';
import type { Message } from './message.ts';
import { count } from './replies/sentences.ts';
import type { SessionLimits } from './session-parts.ts';
import type { Shelf } from './storage/shelf.ts';
import { isMessage, keys, type TakenMessage, type TakenPicture } from './storage/talk-record.ts';
import type { Uploads } from './uploads.ts';

const longestName = 200;

const notOpened: ErrorReport = {
  code: 'ACCESS_DENIED',
  message: 'You may not send pictures here.',
  next: 'Ask whoever runs this bot for the role viewer.',
};

export class Intake {
  /** Of messages that arrive within one millisecond, the later has the higher number still. */
  #order = 0;

  constructor(
    private readonly inbox: Shelf,
    private readonly uploads: Uploads,
    private readonly limits: SessionLimits,
    /** Pictures of others are not even opened. */
    private readonly mayBring: (message: Message) => boolean = () => true,
  ) {}

  /** One that an earlier process took in is not taken in again. @throws ChatReidError STORAGE_*, STATE_UNREACHABLE */
  async take(message: Message): Promise<TakenMessage> {
    const key = keys.message(message.conversation, message.id);
    const kept = await this.inbox.get(key);
    if (isMessage(kept)) return kept;
    const taken = await this.#taken(message);
    await this.inbox.set([{ key, value: taken }]);
    return taken;
  }

  /** Of conversations with this prefix, in the order in which they came; what cannot be read is left where it is. */
  async left(prefix: string): Promise<TakenMessage[]> {
    const found: TakenMessage[] = [];
    for await (const { value } of this.inbox.entries()) {
      if (isMessage(value) && value.conversation.startsWith(prefix)) found.push(value);
    }
    found.sort((a, b) => a.order - b.order);
    // Whatever the clock was set to: what comes from now on came later.
    this.#order = Math.max(this.#order, found.at(-1)?.order ?? 0);
    return found;
  }

  /** Counts one more beginning, so that a message which ends every process is not begun for ever. */
  async begunAgain(message: TakenMessage): Promise<TakenMessage> {
    const again = { ...message, tries: message.tries + 1 };
    await this.inbox.set([{ key: keys.message(message.conversation, message.id), value: again }]);
    return again;
  }

  /** Not synced: one that a power cut brings back is among those that were answered, in the head of its talk. */
  async done({ conversation, id }: Pick<TakenMessage, 'conversation' | 'id'>): Promise<void> {
    await (this.inbox.unsynced ?? this.inbox).delete([keys.message(conversation, id)]);
  }

  async #taken(message: Message): Promise<TakenMessage> {
    const { text, pictures } = this.limits;
    const notes: string[] = [];
    if (message.text.length > text) {
      notes.push(`Of this long message the first ${text.toLocaleString('en-US')} characters were read.`);
    }
    if (message.attachments.length > pictures) {
      notes.push(
        `Of ${count(message.attachments.length, 'picture')} the first ${pictures} were taken, and ${message.attachments.length - pictures} were left out: send at most ${pictures} with one message.`,
      );
    }
    const attachments: TakenPicture[] = [];
    const refused = !this.mayBring(message);
    for (const { name, bytes } of message.attachments.slice(0, pictures)) {
      const short = name.slice(0, longestName);
      attachments.push(
        refused
          ? { name: short, problem: notOpened }
          : await this.#picture(message.conversation, short, bytes),
      );
    }
    for (const picture of attachments) {
      // Who may not bring any is told that when it is answered, once.
      if (!('problem' in picture) || picture.problem === notOpened) continue;
      notes.push(problemNote(picture.problem));
    }
    this.#order = Math.max(this.#order + 1, Date.now() * 1000);
    return {
      version: 1,
      id: message.id,
      conversation: message.conversation,
      user: message.user,
      ...(message.marks ? { marks: message.marks } : {}),
      at: message.at,
      order: this.#order,
      text: message.text.slice(0, text),
      acts: message.acts ?? [],
      attachments,
      notes,
      tries: 0,
    };
  }

  async #picture(conversation: string, name: string, bytes: Uint8Array): Promise<TakenPicture> {
    try {
      const { id, time } = await this.uploads.keep(conversation, bytes);
      return { name, id, ...(time === undefined ? {} : { time }) };
    } catch (error) {
      const known = asChatReidError(error, 'opening a picture that was sent');
      // A full disk is no fault of the picture; anything else is told of this one, and the others are taken.
      if (known.code.startsWith('STORAGE_')) throw known;
      const { message, ...report } = known.report();
      return { name, problem: { ...report, message: `${name || 'A picture'}: ${message}` } };
    }
  }
}

/** What is said of a picture that could not be taken in, where the rest of its message was answered. */
export function problemNote({ message, next }: Pick<ErrorReport, 'message' | 'next'>): string {
  return `${message} ${next}`;
}
