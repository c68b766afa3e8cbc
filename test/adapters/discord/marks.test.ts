/** What Discord says of whoever asks, by discord.js: exactly the marks that a policy is written with; and who is turned away. */
import { afterEach, describe, expect, test } from 'vitest';
import type { Refusal } from '../../../adapters/refusal.ts';
import type { DiscordOptions } from '../../../adapters/discord/discord-adapter.ts';
import type { Asker } from '../../../src/conversation/asker.ts';
import { emptyState } from '../../../src/conversation/dialogue-state.ts';
import { answerOf, replyTo, StandInConversations } from '../stand-in-conversations.ts';
import { DiscordHouse } from './discord-house.ts';
import { channels, guildId, people, roles } from './server/world.ts';

const patience = { timeout: 20_000, interval: 5 };
const server = `discord:${guildId}`;
const anna = [
  `discord:${people.anna}`,
  server,
  `${server}/${roles.officer}`,
  `${server}/${channels.gate}`,
].sort();
let house: DiscordHouse;
let conversations: StandInConversations;
const refused: Refusal[] = [];
const asked: Asker[] = [];
afterEach(async () => {
  refused.length = 0;
  asked.length = 0;
  await house.close();
});

async function open(options: Partial<DiscordOptions> = {}): Promise<void> {
  house = await DiscordHouse.build();
  conversations = new StandInConversations((message, deliver) =>
    deliver(replyTo(message, { answer: answerOf([{}]), buttons: [{ label: 'More', act: { act: 'more' } }] })),
  );
  await house.open(conversations, {
    namedMarks: [`${server}/${channels.gate}`],
    watch: { acknowledged: () => {}, trouble: () => {}, refused: (one) => void refused.push(one) },
    galleries: {
      list: async (asker) => {
        asked.push(asker);
        return [{ name: 'demo', pictures: 1, cameras: ['7'], places: [] }];
      },
    },
    status: async (asker) => {
      asked.push(asker);
      return [];
    },
    ...options,
  });
}

/** Of the messages that reached the conversations, in their order. */
async function marks(count: number): Promise<string[][]> {
  await expect.poll(() => conversations.messages.length, patience).toBe(count);
  for (const { user, marks: its } of conversations.messages) expect(its).toContain(user);
  return conversations.messages.map((message) => [...(message.marks ?? [])].sort());
}

describe('a message has the marks of its sender', () => {
  test('by a command, in its thread with the channel above, by a button, called by name, directly', async () => {
    await open();
    const { discord } = house;
    const found = await discord.people.slash('anna', 'gate', 'find', { words: 'red coat' });
    expect(await marks(1)).toEqual([anna]);
    const [thread] = discord.world.threads('gate');
    const inThread = (marksOf: readonly string[]) => [...marksOf, `${server}/${thread!.id}`].sort();
    await discord.people.say('anna', thread!.id, 'camera 3');
    expect((await marks(2))[1]).toEqual(inThread(anna));
    await discord.people.say('boris', thread!.id, 'camera 4');
    const boris = [`discord:${people.boris}`, server, `${server}/${channels.gate}`];
    expect((await marks(3))[2]).toEqual(inThread(boris));
    // It is asked for once: a thread stays where it is.
    const lookedUp = discord.calls.filter(
      ({ method, path }) => method === 'GET' && path === `/channels/${thread!.id}`,
    );
    expect(lookedUp).toHaveLength(1);
    await expect.poll(() => house.posts(found.id).length, patience).toBe(1);
    discord.people.press('boris', house.posts(found.id)[0]!, 'More');
    expect((await marks(4))[3]).toEqual([...boris].sort());
    await discord.people.say('boris', 'lobby', `<@${discord.bot}> green coat`);
    expect((await marks(5))[4]).toEqual([...boris.slice(0, 2), `${server}/${channels.lobby}`].sort());
    await discord.people.slash('anna', thread!.id, 'refine', { words: 'hat' });
    expect((await marks(6))[5]).toEqual(inThread(anna));
    await discord.people.say('anna', discord.people.direct('anna').id, 'hello');
    expect((await marks(7))[6]).toEqual([`discord:${people.anna}`]);
    await discord.people.slash('anna', discord.people.direct('anna').id, 'find', { words: 'hat' });
    expect((await marks(8))[7]).toEqual([`discord:${people.anna}`]);
    expect(discord.breaches).toEqual([]);
  });

  test('that was written while nobody listened: the roles are asked for, and without them nothing of the server is said', async () => {
    await open();
    const { discord } = house;
    await discord.people.slash('anna', 'gate', 'find', { words: 'red coat' });
    await marks(1);
    const [thread] = discord.world.threads('gate');
    const message = await discord.people.say('clara', thread!.id, 'camera 3');
    const [, its] = await marks(2);
    expect(its).toContain(`${server}/${roles.registrar}`);
    // As history gives it: without its writer as a member.
    const { member: _, ...told } = discord.world.messagePayload(message) as { member?: object };
    discord.events.raw('MESSAGE_CREATE', { ...told, id: '990000000000000001', guild_id: guildId });
    expect((await marks(3))[2]).toEqual(its);
    discord.world.members.delete(people.clara);
    discord.events.raw('MESSAGE_CREATE', { ...told, id: '990000000000000002', guild_id: guildId });
    expect((await marks(4))[3]).toEqual([`discord:${people.clara}`]);
  });

  test('and so has whoever completes, lists, or asks for the status; the sheet is drawn for them', async () => {
    await open();
    const { discord } = house;
    await discord.people.autocomplete('anna', 'gate', 'find', 'camera', '7');
    await discord.people.autocomplete('anna', 'gate', 'find', 'camera', '');
    await discord.people.autocomplete('boris', 'gate', 'find', 'camera', '7');
    await discord.people.slash('anna', 'gate', 'gallery');
    await discord.people.slash('anna', 'gate', 'status');
    await expect.poll(() => asked.length, patience).toBe(4);
    // Of one who types fast it is asked once.
    const users = [people.anna, people.boris, people.anna, people.anna].map((id) => `discord:${id}`);
    expect(asked.map(({ user }) => user)).toEqual(users);
    expect([...asked[2]!.marks].sort()).toEqual(anna);
    await discord.people.slash('anna', 'gate', 'find', { words: 'red coat' });
    await expect.poll(() => conversations.askers.length, patience).toBe(1);
    const { conversation } = conversations.messages[0]!;
    expect(conversations.askers[0]).toMatchObject({ user: `discord:${people.anna}`, conversation });
  });
});

test('a thread whose channel cannot be had has no mark of it', async () => {
  await open();
  const { discord } = house;
  await discord.people.slash('anna', 'gate', 'find', { words: 'red coat' });
  await marks(1);
  const [thread] = discord.world.threads('gate');
  discord.faults.next('channel', { status: 500 }, 3);
  await discord.people.say('boris', thread!.id, 'camera 4');
  expect((await marks(2))[1]).toEqual([`discord:${people.boris}`, server, `${server}/${thread!.id}`].sort());
});

describe('who is turned away is told of', () => {
  test('without the role, in a server that is none of ours, and directly', async () => {
    await open({ roles: [roles.officer] });
    const { discord } = house;
    for (let time = 0; time < 2; time++)
      await discord.people.slash('boris', 'gate', 'find', { words: 'red coat' });
    await discord.people.say('boris', 'gate', `<@${discord.bot}> red coat`);
    await discord.people.say('clara', discord.people.direct('clara').id, 'red coat');
    await expect.poll(() => refused.length, patience).toBe(2);
    const boris = { platform: 'discord', user: `discord:${people.boris}`, why: 'no role' };
    const clara = { platform: 'discord', user: `discord:${people.clara}`, why: 'direct message', times: 1 };
    expect(refused).toEqual([{ ...boris, times: 1 }, clara]);
    await house.leave();
    expect(refused).toEqual([{ ...boris, times: 1 }, clara, { ...boris, times: 2 }]);
    expect(conversations.messages).toEqual([]);
  });

  test('as a bot', async () => {
    await open();
    const { discord } = house;
    const robot = { id: '990000000000000007', username: 'robot', global_name: null, bot: true };
    await discord.people.sayAs(robot, 'gate', { text: `<@${discord.bot}> red coat` });
    await expect.poll(() => refused, patience).toMatchObject([{ user: `discord:${robot.id}`, why: 'a bot' }]);
    expect(conversations.messages).toEqual([]);
  });

  test('in another server', async () => {
    await open({ guilds: ['990000000000000009'] });
    await house.discord.people.slash('anna', 'gate', 'find', { words: 'red coat' });
    await expect.poll(() => refused, patience).toMatchObject([{ why: 'other server' }]);
    expect(conversations.messages).toEqual([]);
  });
});

test('a talk is not removed for somebody who may not, and no post of it', async () => {
  const told: object[] = [];
  await open({
    mayForget: ({ user }, talk) => {
      told.push(talk);
      return user === `discord:${people.anna}`;
    },
  });
  const { discord } = house;
  const found = await discord.people.slash('anna', 'gate', 'find', { words: 'red coat' });
  await expect.poll(() => house.posts(found.id).length, patience).toBe(1);
  const { conversation } = conversations.messages[0]!;
  conversations.states.set(conversation, emptyState('demo'));
  const [thread] = discord.world.threads('gate');
  const refusal = await discord.people.slash('boris', thread!.id, 'forget');
  await expect
    .poll(() => JSON.stringify(refusal.original?.embeds ?? ''), patience)
    .toContain('You may not remove this talk');
  expect([told, conversations.forgotten]).toEqual([[emptyState('demo')], []]);
  expect(house.posts(found.id)).toHaveLength(1);
  await discord.people.slash('anna', thread!.id, 'forget');
  await expect.poll(() => conversations.forgotten, patience).toEqual([conversation]);
  expect(house.posts(found.id)).toHaveLength(0);
});
