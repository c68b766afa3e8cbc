/** Every payload of the corpus, through the gateway to the real adapter: what reaches the conversations, what is told, what is ignored. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { DiscordAdapter } from '../../../adapters/discord/discord-adapter.ts';
import { Journal } from '../../../adapters/journal.ts';
import { memoryShelves } from '../memory-shelf.ts';
import { replyTo, StandInConversations } from '../stand-in-conversations.ts';
import { type PayloadCase, payloadNames, readPayload } from './payloads/payload-case.ts';
import { PayloadReplay, type Played } from './payloads/payload-replay.ts';
import { DiscordServer } from './server/discord-server.ts';
import type { Message } from './server/message.ts';

const answer = 'Three candidates.';
const patience = { timeout: 30_000, interval: 5 };

let discord: DiscordServer;
let adapter: DiscordAdapter;
let replay: PayloadReplay;
const troubles: string[] = [];
const conversations = new StandInConversations((message, deliver) =>
  deliver(replyTo(message, { text: [answer] })),
);

beforeAll(async () => {
  discord = await DiscordServer.start({ acknowledgeMs: patience.timeout });
  replay = new PayloadReplay(discord);
  adapter = new DiscordAdapter({
    journal: new Journal('discord', memoryShelves()),
    token: discord.token,
    timeZone: 'Europe/Berlin',
    now: () => new Date('2026-05-15T10:00:00Z'),
    rest: { api: discord.api, attachmentHosts: ['127.0.0.1'] },
    galleries: {
      list: async () => [
        { name: 'demo', pictures: 300, cameras: ['1', '10', '2', '3'], places: ['gate', 'lobby'] },
        { name: 'yard', pictures: 7, cameras: ['3'], places: ['dock'] },
      ],
    },
    watch: { acknowledged: () => {}, trouble: ({ message }) => void troubles.push(message) },
  });
  await adapter.start(conversations);
});

afterEach(() => {
  expect(discord.breaches.splice(0)).toEqual([]);
  expect(troubles.splice(0)).toEqual([]);
});

afterAll(async () => {
  await adapter.stop();
  await discord.stop();
});

test('the corpus is all there', () => {
  expect(payloadNames.length).toBeGreaterThanOrEqual(120);
});

test.each(payloadNames)('%s', async (name) => {
  const { before, event, payload, files, expect: expected } = await readPayload(name);
  for (const earlier of before) {
    const played = await replay.play(earlier.event, earlier.payload);
    await expect.poll(() => answersTo(played), patience).toHaveLength(1);
  }
  const played = await replay.play(event, payload, files);
  if ('reaches' in expected) await reaches(played, payload, expected.reaches);
  else if ('told' in expected) await told(played, payload, expected);
  else if ('choices' in expected) {
    await expect.poll(() => played.interaction?.choices, patience).toEqual(expected.choices);
  } else await nothingFurther(played);
});

type Told = Extract<PayloadCase['expect'], { told: unknown }>;
type Reached = Extract<PayloadCase['expect'], { reaches: unknown }>['reaches'];

async function reaches(played: Played, payload: PayloadCase['payload'], wanted: Reached): Promise<void> {
  await expect.poll(() => answersTo(played), patience).toHaveLength(1);
  const messages = conversations.messages.filter(({ id }) => id === played.id);
  expect(messages).toHaveLength(1);
  const { user, text, acts = [], attachments, conversation } = messages[0]!;
  const pictures = attachments.map(({ name }) => name);
  expect({ user, text, acts, pictures }).toEqual({
    user: `discord:${wanted.user}`,
    text: wanted.text,
    acts: wanted.acts,
    pictures: wanted.pictures,
  });
  const channel = String(payload.channel_id);
  const guild = payload.guild_id === undefined ? '@me' : String(payload.guild_id);
  if (wanted.talk === 'thread') {
    const threads = discord.world.threads(channel).map(({ id }) => `discord:${guild}/${id}`);
    expect(threads).toEqual([conversation]);
  } else {
    const whose = wanted.talk === 'private' ? `/private-${wanted.user}` : '';
    expect(conversation).toBe(`discord:${guild}/${channel}${whose}`);
  }
}

async function told(
  played: Played,
  payload: PayloadCase['payload'],
  { told: words, alone }: Told,
): Promise<void> {
  const shown = () => {
    const { interaction } = played;
    const messages = interaction === undefined ? postsIn(String(payload.channel_id)) : [interaction.original];
    return messages.map((message) => (message === undefined ? '' : wordsOf(message))).join('\n');
  };
  await expect.poll(shown, patience).toContain(words);
  expect(played.interaction?.original?.ephemeralFor !== undefined).toBe(alone);
  expect(conversations.messages.filter(({ id }) => id === played.id)).toEqual([]);
}

/** Whatever was sent later is answered, and this is not. */
async function nothingFurther(played: Played): Promise<void> {
  const later = await discord.people.say('olga', 'lobby', `<@${discord.bot}> hello`);
  await expect.poll(() => answersTo(later), patience).toHaveLength(1);
  expect(conversations.messages.filter(({ id }) => id === played.id)).toEqual([]);
  expect(played.interaction?.ack).toBeUndefined();
  expect(answersTo(played)).toEqual([]);
}

function answersTo({ id }: { readonly id: string }): Message[] {
  return discord.world.messages.filter((message) => wordsOf(message).includes(`ref ${id}`));
}

function postsIn(channel: string): Message[] {
  return discord.world.channel(channel).messages.filter(({ author }) => author.id === discord.bot);
}

function wordsOf({ content, embeds }: Message): string {
  return [content, ...embeds.flatMap(({ description, footer }) => [description, footer?.text])].join('\n');
}
