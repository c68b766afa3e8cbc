/** What is forgotten leaves Discord too: the bot's own posts of a talk, and pictures on them. */
import type { Conversations } from '../../src/conversation/conversations.ts';
import type { Act } from '../../src/conversation/act.ts';
import type { Reply } from '../../src/conversation/reply.ts';
import type { ActCodes } from './act-code.ts';
import { conversationOf, type Place } from './places.ts';
import type { Posting } from './posting.ts';

export interface ForgettingParts {
  readonly conversations: Conversations;
  readonly posting: Posting;
  readonly codes: ActCodes;
}

export class Forgetting {
  constructor(private readonly parts: ForgettingParts) {}

  /** @returns what was done, in paragraphs */
  async talk(place: Place): Promise<string[]> {
    const { conversations, posting, codes } = this.parts;
    const conversation = conversationOf(place);
    const turns = await conversations.turns(conversation);
    const replies = await conversations.replies(conversation);
    if (turns.length === 0) return ['There is no talk here that could be forgotten.'];
    const messages = [
      ...new Set([...turns.map(({ messageId }) => messageId), ...replies.map(({ to }) => to)]),
    ];
    const removed = await posting.remove(messages);
    await codes.forget(replies.flatMap(actsOf));
    await conversations.forget(conversation);
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

function actsOf({ chips, buttons, question, people, answer }: Reply): Act[] {
  return [
    ...chips,
    ...buttons,
    ...(question?.buttons ?? []),
    ...(people?.people.map(({ button }) => button) ?? []),
    ...(answer?.cards.flatMap((card) => card.buttons) ?? []),
  ].map(({ act }) => act);
}
