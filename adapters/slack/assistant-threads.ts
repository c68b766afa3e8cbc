/** Slack's assistant threads: a greeting with prompts, a title, and a status while a search runs. */
import type { Conversations } from '../../src/conversation/conversations.ts';
import { harmless } from '../harmless.ts';
import type { Journal } from '../journal.ts';
import { conversationName, isDirect, type Place } from './conversation-names.ts';
import type { Me } from './incoming.ts';
import { assistantLimits } from './limits.ts';
import { cut } from './mrkdwn.ts';
import type { Poster } from './poster.ts';
import type { SlackCalls } from './slack-calls.ts';
import type { Threads } from './threads.ts';

export interface AssistantThreadsParts {
  readonly calls: SlackCalls;
  readonly journal: Journal;
  readonly threads: Threads;
  readonly poster: Poster;
  readonly conversations: Conversations;
  readonly me: Me;
}

const greeting = 'Whom are you looking for? Send a photo, describe the person, or both.';
/** Ours alone: the titles are shown, the messages are sent as the person's own. */
const prompts = [
  { title: 'What can you do?', message: 'help' },
  { title: 'Find a person by words', message: 'man in a red jacket with a backpack' },
  { title: 'Only some hours', message: 'woman in a green coat, Tuesday afternoon' },
];

export class AssistantThreads {
  constructor(private readonly parts: AssistantThreadsParts) {}

  async greet(place: Place): Promise<void> {
    const { calls, journal, threads, poster } = this.parts;
    await threads.claim(place);
    await journal.remember(factOf(place), true);
    await poster.begin(`greeting ${place.channel}/${place.thread}`, place, greeting, greeting);
    await calls.call('assistant.threads.setSuggestedPrompts', {
      channel_id: place.channel,
      thread_ts: place.thread,
      title: 'For example',
      prompts,
    });
  }

  /** Slack takes the status away when an answer is posted. What it refuses here is no harm to the answer. */
  async working(place: Place, text: string): Promise<void> {
    const { calls, journal, conversations, me } = this.parts;
    const { channel, thread } = place;
    if (thread === undefined || !isDirect(channel)) return;
    try {
      if ((await journal.recall(factOf(place))) !== true) return;
      const where = { channel_id: channel, thread_ts: thread };
      const known = await conversations.state(conversationName(me.team, place));
      await calls.call('assistant.threads.setStatus', { ...where, status: 'is searching …' }, { tries: 1 });
      if (known !== undefined || text === '') return;
      const title = cut(harmless(text).replace(/\s+/g, ' '), assistantLimits.title);
      await calls.call('assistant.threads.setTitle', { ...where, title }, { tries: 1 });
    } catch {
      // Decoration: the answer comes all the same.
    }
  }
}

function factOf({ channel, thread }: Place): string {
  return `assistant ${channel}/${thread}`;
}
