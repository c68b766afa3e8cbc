/** The adapter contract over discord.js and a local Discord: direct messages in, posts out, read as a person reads them. */
import { afterAll } from 'vitest';
import { adapterContract, type Platform, type Said } from '../adapter-contract.ts';
import { DiscordHouse } from './discord-house.ts';
import { isFinal, readPost } from './posted-reading.ts';
import type { Message } from './server/message.ts';
import { guildId, people, type Person } from './server/world.ts';

const persons: readonly Person[] = ['anna', 'boris', 'clara', 'olga'];
let house: DiscordHouse | undefined;
let talks = new Map<string, Person>();
/** Of a message that is being sent already: whoever sends it again waits for it. */
const sending = new Map<string, Promise<Message>>();
const sent = new Map<string, Message>();

afterAll(() => house?.close());

function personOf(talk: string): Person {
  const known = talks.get(talk) ?? persons[talks.size]!;
  talks.set(talk, known);
  return known;
}

function channelOf(talk: string): string {
  return house!.discord.people.direct(personOf(talk)).id;
}

adapterContract('discord', {
  conversation: (talk) => `discord:@me/${channelOf(talk)}`,
  messageId: (said) => sent.get(said)!.id,
  access: {
    marks: { first: `discord:${people.anna}`, second: `discord:${people.boris}` },
    async open(conversations) {
      await house?.close();
      house = await DiscordHouse.build();
      const { discord } = house;
      await house.open(conversations);
      const persons = { first: 'anna', second: 'boris' } as const;
      let thread: string | undefined;
      const answers = () =>
        discord.world.messages.filter(
          (message) => message.channel === thread && message.author.id === discord.bot && isFinal(message),
        );
      return {
        async say(who, text) {
          // A message that calls the bot opens the thread under it.
          const where = thread ?? 'gate';
          const said = await discord.people.say(
            persons[who],
            where,
            thread ? text : `<@${discord.bot}> ${text}`,
          );
          thread ??= said.id;
        },
        async press(who, label) {
          const post = answers().findLast(({ components }) => JSON.stringify(components).includes(label))!;
          discord.people.press(persons[who], post, label);
        },
        answers: async () => answers().map(readPost),
        conversation: () => `discord:${guildId}/${thread}`,
        stop: () => house!.leave(),
      };
    },
  },
  async open(conversations, known) {
    if (known.length === 0) {
      await house?.close();
      house = await DiscordHouse.build();
      talks = new Map();
    }
    const { discord } = house!;
    await house!.open(conversations);
    const platform: Platform = {
      async say(talk, { id, text, pictures }: Said) {
        const before = sending.get(id);
        if (before) discord.events.messageCreated(await before);
        else {
          const said = discord.people.say(personOf(talk), channelOf(talk), { text, files: pictures });
          sending.set(id, said);
          sent.set(id, await said);
        }
        return undefined;
      },
      shown: async (_talk, id) => house!.posts(sent.get(id)?.id ?? '').map(readPost),
      stop: () => house!.leave(),
    };
    return platform;
  },
});
