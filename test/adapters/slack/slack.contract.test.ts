/** The adapter contract over Slack: the real client library in Socket Mode, people in threads of a channel. */
import { afterAll, beforeAll } from 'vitest';
import { conversationName } from '../../../adapters/slack/conversation-names.ts';
import { adapterContract, type Said } from '../adapter-contract.ts';
import { cardsOf, labelsOf, payloadOf, shownReply, wordsOf } from './posted-reading.ts';
import type { SaidOnSlack } from './server/people.ts';
import { type Ephemeral, type SlackMessage, team, type Workspace } from './server/workspace.ts';
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
  access: {
    marks: { first: 'slack:T0SITE/U0ANNA', second: 'slack:T0SITE/U0BORIS' },
    async open(conversations) {
      // What is pressed on a connection that a busy machine lost is lost.
      await house.open(conversations, { limits: { socketMs: 60_000 } });
      const { people, workspace } = house.slack;
      const users = { first: 'U0ANNA', second: 'U0BORIS' };
      const before = new Set(answersIn(house.slack.workspace));
      let root: SaidOnSlack | undefined;
      const answers = () => answersIn(workspace).filter((one) => !before.has(one));
      return {
        async say(who, text) {
          const saying = { text, user: users[who] };
          const said = root ? people.reply(root, saying) : people.say({ ...saying, mention: true, channel });
          root ??= said;
          await said.acknowledged;
        },
        async press(who, label) {
          const { ts } = answers().findLast((one) => labelsOf(one).includes(label))!;
          await people.press({ channel, ts, user: users[who] }, label);
        },
        answers: async () => answers().map((one) => ({ words: wordsOf(one), cards: cardsOf(one) })),
        conversation: () => conversationName(team.id, { channel, thread: root!.ts }),
        stop: () => house.close(),
      };
    },
  },
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

/** What the bot has posted as final, and what it told one person alone, in their order. */
function answersIn({ posts, ephemerals }: Workspace): readonly (SlackMessage | Ephemeral)[] {
  const finals = posts.filter((post) => payloadOf(post).stage === 'final');
  return [...finals, ...ephemerals].sort((one, other) => (one.ts < other.ts ? -1 : 1));
}

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
