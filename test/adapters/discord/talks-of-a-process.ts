/** Conversations that outlive their process, as the real ones do, and answer at once: for what an adapter does with events. */
import type { Conversations, Deliver } from '../../../src/conversation/conversations.ts';
import type { Turn } from '../../../src/conversation/dialogue-state.ts';
import type { Message } from '../../../src/conversation/message.ts';
import type { Reply } from '../../../src/conversation/reply.ts';
import { answerOf, replyTo } from '../stand-in-conversations.ts';

const onePixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC',
  'base64',
);

/** What is on the disk. */
export class KeptTalks {
  readonly inbox = new Map<string, Message>();
  readonly outbox = new Map<string, Reply>();
  readonly answered: Message[] = [];
}

/** The talks of one process: what it took in and did not finish, the next one delivers. */
export class TalksOfAProcess implements Conversations {
  /** From then on nothing of this process happens any more. */
  dead = false;
  readonly #handled = new Map<string, ReturnType<Conversations['handle']>>();

  constructor(readonly disk: KeptTalks) {}

  handle(message: Message, deliver: Deliver): ReturnType<Conversations['handle']> {
    const known = this.#handled.get(message.id);
    if (known) return known;
    const accepted = this.#take(message);
    const done = accepted.then(() => this.#answer(message, deliver));
    const handled = { accepted, done };
    this.#handled.set(message.id, handled);
    done.catch(() => undefined);
    return handled;
  }

  async resume(_prefix: string, deliver: Deliver): Promise<void> {
    await Promise.all([...this.disk.inbox.values()].map((message) => this.handle(message, deliver).done));
  }

  async turns(conversation: string): Promise<Turn[]> {
    return this.disk.answered
      .filter((message) => message.conversation === conversation)
      .map(({ id, user, at, text, acts = [] }) => ({ messageId: id, user, at, text, acts, outcome: {} }));
  }

  async list() {
    const names = new Set(this.disk.answered.map(({ conversation }) => conversation));
    return [...names].map((conversation) => ({ conversation, line: '', at: '' }));
  }

  cancel(): void {}

  async state() {
    return undefined;
  }

  async replies(conversation: string): Promise<Reply[]> {
    const mine = this.disk.answered.filter((message) => message.conversation === conversation);
    return mine.map((message) => replyTo(message, { answer: answerOf([{}]) }));
  }

  async sheet(): Promise<Buffer> {
    return onePixel;
  }

  async picturePath(pictureId: string): Promise<string> {
    return `/pictures/${pictureId}`;
  }

  async forget(conversation: string): Promise<void> {
    const kept = this.disk.answered.filter((message) => message.conversation !== conversation);
    this.disk.answered.splice(0, this.disk.answered.length, ...kept);
  }

  async close(): Promise<void> {}

  async #take(message: Message): Promise<readonly string[]> {
    await this.#alive();
    const seen = this.disk.answered.some(({ id }) => id === message.id);
    if (!seen) this.disk.inbox.set(message.id, message);
    return [];
  }

  async #answer(message: Message, deliver: Deliver): Promise<void> {
    const { inbox, outbox, answered } = this.disk;
    let final = outbox.get(message.id);
    if (!final) {
      if (answered.some(({ id }) => id === message.id)) return;
      const first = replyTo(message, { stage: 'first', text: ['The first page.'], answer: answerOf([{}]) });
      await deliver(first).catch(() => undefined);
      await this.#alive();
      answered.push(message);
      final = replyTo(message, { text: [`Answer to ${message.text || 'a press'}.`], answer: answerOf([{}]) });
      outbox.set(message.id, final);
    }
    await this.#deliver(final, deliver);
    await this.#alive();
    outbox.delete(message.id);
    inbox.delete(message.id);
  }

  /** As the real ones do: what fails is tried again. */
  async #deliver(reply: Reply, deliver: Deliver): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        return await deliver(reply);
      } catch (error) {
        await this.#alive();
        if (tries === 4) throw error;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }
  }

  async #alive(): Promise<void> {
    if (this.dead) await new Promise(() => {});
  }
}
