/** Conversations as one platform uses them, with somebody who is told how long each answer took. */
import type { Asker } from '../../conversation/asker.ts';
import type { Conversations, Deliver } from '../../conversation/conversations.ts';
import type { Message } from '../../conversation/message.ts';
import type { Reply } from '../../conversation/reply.ts';

export interface TalkWatch {
  /** A message was handed in: it is under way until {@link ended}. */
  taken(): void;
  /** The platform has a reply. @param ms since its message was handed in; absent where an earlier process took it in */
  delivered(reply: Reply, ms?: number): void;
  /** The platform did not take a reply; it is tried again. */
  refused(reply: Reply, error: unknown): void;
  /** @param error where the message was not answered: it is left for the next process */
  ended(error?: unknown): void;
}

export class WatchedConversations implements Conversations {
  constructor(
    private readonly its: Conversations,
    private readonly watch: TalkWatch,
  ) {}

  handle(message: Message, deliver: Deliver): ReturnType<Conversations['handle']> {
    this.watch.taken();
    const handled = this.its.handle(message, this.#watched(deliver, performance.now()));
    handled.done.then(
      () => this.watch.ended(),
      (error: unknown) => this.watch.ended(error),
    );
    return handled;
  }

  resume(prefix: string, deliver: Deliver): Promise<void> {
    return this.its.resume(prefix, this.#watched(deliver));
  }

  cancel(conversation: string): void {
    this.its.cancel(conversation);
  }

  state(conversation: string, asker?: Asker): ReturnType<Conversations['state']> {
    return this.its.state(conversation, asker);
  }

  turns(conversation: string): ReturnType<Conversations['turns']> {
    return this.its.turns(conversation);
  }

  replies(conversation: string, asker?: Asker): ReturnType<Conversations['replies']> {
    return this.its.replies(conversation, asker);
  }

  list(prefix: string): ReturnType<Conversations['list']> {
    return this.its.list(prefix);
  }

  sheet(reply: Reply, asker?: Asker): Promise<Buffer> {
    return this.its.sheet(reply, asker);
  }

  picturePath(pictureId: string, asker?: Asker): Promise<string> {
    return this.its.picturePath(pictureId, asker);
  }

  forget(conversation: string, asker?: Asker): Promise<void> {
    return this.its.forget(conversation, asker);
  }

  close(graceMs?: number): Promise<void> {
    return this.its.close(graceMs);
  }

  /** @param since as `performance.now()` gives it */
  #watched(deliver: Deliver, since?: number): Deliver {
    return async (reply) => {
      try {
        await deliver(reply);
      } catch (error) {
        this.watch.refused(reply, error);
        throw error;
      }
      this.watch.delivered(reply, since === undefined ? undefined : performance.now() - since);
    };
  }
}
