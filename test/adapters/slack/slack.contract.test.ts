/** The adapter contract over Slack: the real client library in Socket Mode, people in threads of a channel. */
import { afterAll, beforeAll } from 'vitest';
import { conversationName } from '../../../adapters/slack/conversation-names.ts';
import { adapterContract, type Said } from '../adapter-contract.ts';
import { shownReply } from './posted-reading.ts';
import type { SaidOnSlack } from './server/people.ts';
import { team } from './server/workspace.ts';
import { SlackHouse } from './slack-house.ts';

const channel = 'C0GATE';
let house: SlackHouse;
/** The first message of each talk, and the messages of all, by their ids in the contract. */
const roots = new Map<string, SaidOnSlack>();
const said = new Map<string, { readonly message: SaidOnSlack; readonly saying: Said }>();

beforeAll(async () => {
  house = await SlackHouse.build();
});
afterAll(() => house.remove());

adapterContract('slack', {
  conversation: (talk) => conversationName(team.id, { channel, thread: roots.get(talk)!.ts }),
  messageId: (id) => idOf(id),
  async open(conversations) {
    await house.open(conversations);
    return {
      async say(talk, saying) {
        // Slack brings what was said before once more.
        const before = said.get(saying.id);
        const message = before ? again(before.message) : speak(talk, saying);
        said.set(saying.id, { message, saying });
        await message.acknowledged;
        return undefined;
      },
      shown: async (_talk, id) => house.finals(idOf(id)).map(shownReply),
      stop: () => house.close(),
    };
  },
});

function speak(talk: string, { text: typed, pictures }: Said): SaidOnSlack {
  // As Slack sends what is typed.
  const text = typed.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
  const root = roots.get(talk);
  const message = root
    ? house.slack.people.reply(root, { text, files: pictures })
    : house.slack.people.say({ text, files: pictures, mention: true, channel });
  if (!root) roots.set(talk, message);
  return message;
}

function again({ ts, ...message }: SaidOnSlack): SaidOnSlack {
  const post = house.slack.workspace.message(channel, ts);
  return { ...message, ts, acknowledged: house.slack.events.tell({ kind: 'posted', message: post }, {}) };
}

function idOf(id: string): string {
  const message = said.get(id)?.message;
  return message ? `${message.channel}/${message.ts}` : id;
}
