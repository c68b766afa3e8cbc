/** Conversations that survive the process which runs them, as the real ones do, and answer every message in two pages. */
import type { Deliver } from '../../../src/conversation/conversations.ts';
import type { Message } from '../../../src/conversation/message.ts';
import type { Reply } from '../../../src/conversation/reply.ts';
import { answerOf, replyTo, StandInConversations } from '../stand-in-conversations.ts';
import type { Mortal } from './mortal.ts';

/** What is on the disk. */
export class KeptTalks {
  readonly inbox = new Map<string, Message>();
  /** Ids of messages that were answered, in the order of their answers: one that is there twice was answered twice. */
  readonly turns: string[] = [];
  readonly delivered = new Set<string>();
}

type Handled = ReturnType<StandInConversations['handle']>;

export class LastingConversations extends StandInConversations {
  readonly #handled = new Map<string, Handled>();
  #queue: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly disk: KeptTalks,
    private readonly life: Mortal,
  ) {
    super(async () => undefined);
  }

  override handle(message: Message, deliver: Deliver): Handled {
    const known = this.#handled.get(message.id);
    if (known) return known;
    const accepted = this.life.step(async () => {
      this.disk.inbox.set(message.id, message);
      return [];
    });
    const done = accepted.then(() => this.#queued(message, deliver));
    this.#handled.set(message.id, { accepted, done });
    return { accepted, done };
  }

  override async resume(_prefix: string, deliver: Deliver): Promise<void> {
    for (const message of this.disk.inbox.values()) {
      if (!this.disk.delivered.has(message.id)) this.handle(message, deliver);
    }
  }

  #queued(message: Message, deliver: Deliver): Promise<void> {
    const mine = this.#queue.then(() => this.#answer(message, deliver));
    this.#queue = mine.catch(() => undefined);
    return mine;
  }

  async #answer(message: Message, deliver: Deliver): Promise<void> {
    if (this.disk.delivered.has(message.id)) return;
    await tried(() => deliver(pageOf(message, 'first')));
    await this.life.step(async () => {
      if (!this.disk.turns.includes(message.id)) this.disk.turns.push(message.id);
    });
    await tried(() => deliver(pageOf(message, 'final')));
    await this.life.step(async () => {
      this.disk.delivered.add(message.id);
    });
  }
}

function pageOf(message: Message, stage: Reply['stage']): Reply {
  return replyTo(message, { stage, text: [`You said: ${message.text}`], answer: answerOf([{}]) });
}

/** As the real ones deliver: thrice. */
async function tried(deliver: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await deliver();
    } catch (error) {
      if (tries === 3) throw error;
    }
  }
}
