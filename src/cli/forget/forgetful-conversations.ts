/** Conversations that show nothing of what is being forgotten, and know what their posts show. */
import type { Asker } from '../../conversation/asker.ts';
import type { Conversations, Deliver } from '../../conversation/conversations.ts';
import type { Message } from '../../conversation/message.ts';
import type { Reply } from '../../conversation/reply.ts';
import type { ConversationStorage } from '../../conversation/storage/conversation-storage.ts';
import type { Forgetting } from '../../conversation/storage/forgetful-storage.ts';
import { keepShown } from '../../conversation/storage/shown-posts.ts';
import { withoutForgotten } from '../../conversation/storage/without-forgotten.ts';

/** Pages read their replies from the talks themselves. */
const withoutPosts = 'web:';

export class ForgetfulConversations implements Conversations {
  constructor(
    private readonly its: Conversations,
    private readonly storage: Pick<ConversationStorage, 'talks'>,
    private readonly forgetting: Forgetting,
  ) {}

  handle(message: Message, deliver: Deliver): ReturnType<Conversations['handle']> {
    return this.its.handle(message, this.#delivering(deliver));
  }

  resume(prefix: string, deliver: Deliver): Promise<void> {
    return this.its.resume(prefix, this.#delivering(deliver));
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
    return this.its.sheet(this.#without(reply), asker);
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

  #delivering(deliver: Deliver): Deliver {
    return async (reply) => {
      const shown = this.#without(reply);
      if (!reply.conversation.startsWith(withoutPosts)) await keepShown(this.storage.talks, shown);
      await deliver(shown);
    };
  }

  #without(reply: Reply): Reply {
    let left = reply;
    for (const forgotten of this.forgetting) left = withoutForgotten(left, forgotten) as Reply;
    return left;
  }
}
