/** What is forgotten leaves Discord too: the bot's own posts of a talk, and pictures on them. */
import type { Asker } from '../../src/conversation/asker.ts';
import type { Conversations } from '../../src/conversation/conversations.ts';
import type { Act } from '../../src/conversation/act.ts';
import type { Reply } from '../../src/conversation/reply.ts';
import { ChatReidError } from '../../src/foundation/error.ts';
import type { ActCodes } from './act-code.ts';
import type { DiscordOptions } from './options.ts';
import { conversationOf, type Place } from './places.ts';
import type { Posting } from './posting.ts';

export interface ForgettingParts {
  readonly conversations: Conversations;
  readonly posting: Posting;
  readonly codes: ActCodes;
  /** Whether somebody may remove a talk about this gallery. */
  readonly mayForget?: DiscordOptions['mayForget'];
}

export class Forgetting {
  constructor(private readonly parts: ForgettingParts) {}

  /** @returns what was done, in paragraphs. @throws ChatReidError ACCESS_DENIED */
  async talk(place: Place, asker: Asker): Promise<string[]> {
    const { conversations, posting, codes, mayForget } = this.parts;
    const conversation = conversationOf(place);
    const turns = await conversations.turns(conversation);
    const replies = await conversations.replies(conversation);
    if (turns.length === 0) return ['There is no talk here that could be forgotten.'];
    // Before the first post is gone; the conversations refuse it too.
    const state = await conversations.state(conversation);
    if (state && mayForget && !(await mayForget(asker, state))) throw denied();
    const messages = [
      ...new Set([...turns.map(({ messageId }) => messageId), ...replies.map(({ to }) => to)]),
    ];
    const removed = await posting.remove(messages);
    await codes.forget(replies.flatMap(actsOf));
    await conversations.forget(conversation, asker);
    const posts = `${removed} of the bot's posts ${removed === 1 ? 'is' : 'are'} removed`;
    return [
      place.user === undefined
        ? `This talk is forgotten, with its pictures; ${posts}. What people wrote themselves is theirs to remove.`
        : 'Your talk here is forgotten, with its pictures. Discord removes the posts that only you see by itself.',
    ];
  }

  /** After a message that removed pictures: answers of before are drawn anew without them. */
  async pictures(conversation: string, message: string, hint: string): Promise<void> {
    const { conversations, posting } = this.parts;
    const turns = await conversations.turns(conversation);
    const turn = turns.find(({ messageId }) => messageId === message);
    if (!turn?.acts.some(({ act }) => act === 'forget')) return;
    for (const reply of await conversations.replies(conversation)) {
      if (reply.answer) await posting.refresh(reply, hint);
    }
  }
}

function denied(): ChatReidError {
  return new ChatReidError(
    'ACCESS_DENIED',
    'You may not remove this talk.',
    'Ask whoever runs this bot for the role searcher.',
  );
}

function actsOf({ chips, buttons, question, people, answer }: Reply): Act[] {
  return [
    ...chips,
    ...buttons,
    ...(question?.buttons ?? []),
    ...(people?.people.map(({ button }) => button) ?? []),
    ...(answer?.cards.flatMap((card) => card.buttons) ?? []),
  ].map(({ act }) => act);
}
