/** The adapter contract over discord.js and a local Discord: direct messages in, posts out, read as a person reads them. */
import { afterAll } from 'vitest';
import { adapterContract, type Platform, type Said } from '../adapter-contract.ts';
import { DiscordHouse } from './discord-house.ts';
import { readPost } from './posted-reading.ts';
import type { Message } from './server/message.ts';
import type { Person } from './server/world.ts';

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
