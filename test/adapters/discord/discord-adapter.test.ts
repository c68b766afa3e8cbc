/** What people meet beside the plain case: who may use it, commands that stay right, late answers, closed channels, forgetting. */
import { afterEach, describe, expect, test } from 'vitest';
import { commands } from '../../../adapters/discord/commands.ts';
import type { DiscordOptions } from '../../../adapters/discord/discord-adapter.ts';
import type { Conversations, Deliver } from '../../../src/conversation/conversations.ts';
import type { Message as Asked } from '../../../src/conversation/message.ts';
import { ChatReidError } from '../../../src/foundation/error.ts';
import { answerOf, replyTo, StandInConversations } from '../stand-in-conversations.ts';
import { DiscordHouse } from './discord-house.ts';
import type { DiscordOptions as ServerOptions } from './server/discord-server.ts';
import { channels, guildId, people as ids, roles } from './server/world.ts';
import { KeptTalks, TalksOfAProcess } from './talks-of-a-process.ts';

const patience = { timeout: 20_000, interval: 10 };
let house: DiscordHouse;

afterEach(() => house.close());

async function open(
  conversations: Conversations = new TalksOfAProcess(new KeptTalks()),
  options: Partial<DiscordOptions> = {},
  server: ServerOptions = {},
) {
  house = await DiscordHouse.build(server);
  await house.open(conversations, options);
  return house.discord;
}

async function post(id: string) {
  await expect.poll(() => house.posts(id).length, patience).toBe(1);
  return house.posts(id)[0]!;
}

/** Conversations whose answer waits until a test lets it go. */
function waiting() {
  let go = () => {};
  const gone = new Promise<void>((resolve) => {
    go = resolve;
  });
  const talks = new StandInConversations(async (message: Asked, deliver: Deliver) => {
    await deliver(replyTo(message, { stage: 'first', text: ['The first page.'] }));
    await gone;
    await deliver(replyTo(message, { text: ['The final one.'], answer: answerOf([{}]) }));
  });
  return { talks, go: () => go() };
}

describe('commands', () => {
  test('are registered once, and again only where they differ', async () => {
    const discord = await open();
    const puts = () => discord.calls.filter(({ method, route }) => method === 'PUT' && route === 'commands');
    const start = (options = {}) => house.open(new TalksOfAProcess(new KeptTalks()), options);
    expect(puts()).toHaveLength(1);
    await house.leave();
    await start();
    expect(puts()).toHaveLength(1);
    // For one guild: those for all would be shown beside them, and go.
    await house.leave();
    await start({ commandGuilds: [guildId] });
    expect(puts()).toHaveLength(3);
    expect(discord.commands.list()).toEqual([]);
    expect(discord.commands.list(guildId)).toHaveLength(commands.length);
    await house.leave();
    await start({ commandGuilds: [guildId] });
    expect(puts()).toHaveLength(3);
    expect(discord.breaches).toEqual([]);
  });

  test('that cannot be registered keep nobody from using the bot', async () => {
    house = await DiscordHouse.build();
    house.discord.faults.next('commands', {
      refuse: { status: 403, code: 50001, message: 'Missing Access' },
    });
    await house.open(new TalksOfAProcess(new KeptTalks()));
    expect(house.troubles.map(({ code }) => code)).toEqual(['PLATFORM_REFUSED']);
    const { people } = house.discord;
    await post((await people.say('anna', people.direct('anna').id, 'a red cap')).id);
  });
});

describe('who may use it', () => {
  test('a role that may not is told so, and nobody else sees it', async () => {
    const asked: unknown[] = [];
    const discord = await open(undefined, {
      mayUse: (asker) => {
        asked.push(asker);
        return asker.roles.includes(roles.officer);
      },
    });
    const { people } = discord;
    const refused = await people.slash('boris', 'gate', 'find', { words: 'a red cap' });
    expect((await refused.acknowledged)?.type).toBe(4);
    expect(refused.original?.content).toContain('You may not use the bot here');
    expect(refused.original?.ephemeralFor).toBe(ids.boris);
    await post((await people.slash('anna', 'gate', 'find', { words: 'a red cap' })).id);
    expect(asked[0]).toEqual({ user: ids.boris, roles: [], channel: channels.gate, guild: guildId });
  });

  test('another guild than those that were given, and direct messages then', async () => {
    const { people } = await open(undefined, { guilds: ['880000000000000099'] });
    const refused = await people.slash('anna', 'gate', 'find', { words: 'a red cap' });
    await refused.acknowledged;
    expect(refused.original?.content).toContain('not for this server');
    const direct = await people.slash('anna', people.direct('anna').id, 'find', { words: 'a red cap' });
    await direct.acknowledged;
    expect(direct.original?.content).toContain('does not answer direct messages');
  });

  test('a token that Discord does not know', async () => {
    house = await DiscordHouse.build();
    const starting = house.open(new TalksOfAProcess(new KeptTalks()), { token: 'not.the.token' });
    const error = await starting.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(ChatReidError);
    expect(error).toMatchObject({ code: 'PLATFORM_REFUSED' });
    expect(JSON.stringify((error as ChatReidError).report())).not.toContain('not.the.token');
  });
});

describe('places', () => {
  test('a search opens a thread; called by its name the bot does too', async () => {
    const { people, world, bot } = await open();
    const find = await people.slash('anna', 'gate', 'find', { words: 'a red cap' });
    await post(find.id);
    const called = await people.say('boris', 'lobby', `<@${bot}> a green top`);
    const answer = await post(called.id);
    expect(answer.channel).toBe(called.id);
    expect(world.threads('lobby').map(({ id, name }) => [id, name])).toEqual([[called.id, 'a green top']]);
    // Others talk there too, and with the bot; beside it nobody does.
    await post((await people.say('clara', called.id, 'camera 3')).id);
    const beside = await people.say('clara', 'lobby', 'lunch?');
    await post((await people.say('clara', called.id, 'camera 4')).id);
    expect(house.posts(beside.id)).toEqual([]);
  });

  test('where no thread may be opened the search goes on in the channel', async () => {
    const disk = new KeptTalks();
    const { people, world } = await open(new TalksOfAProcess(disk));
    const find = await people.slash('anna', 'desk', 'find', { words: 'a red cap' });
    expect((await post(find.id)).channel).toBe(channels.desk);
    await post((await people.slash('anna', 'desk', 'refine', { words: 'camera 3' })).id);
    expect(world.threads('desk')).toEqual([]);
    const talk = `discord:${guildId}/${channels.desk}`;
    expect(disk.answered.map(({ conversation }) => conversation)).toEqual([talk, talk]);
  });

  test('where no pictures may be attached the words come without', async () => {
    const talks = new StandInConversations((message, deliver) =>
      deliver(replyTo(message, { text: ['Here.'], answer: answerOf([{}]) })),
    );
    const { people } = await open(talks);
    const said = await people.say('anna', 'words', `<@${house.discord.bot}> a red cap`);
    const answer = await post(said.id);
    expect(answer.attachments).toEqual([]);
    expect(answer.embeds[0]?.description).toContain('may not attach pictures');
  });

  test('a sheet that is larger than the place takes is left out, and that is said', async () => {
    const { people } = await open(undefined, {}, { uploadLimit: 20 });
    const answer = await post((await people.slash('anna', 'gate', 'find', { words: 'a red cap' })).id);
    expect(answer.attachments).toEqual([]);
    expect(answer.embeds[0]?.description).toContain('too large');
  });
});

describe('time', () => {
  test('after a quarter of an hour the answer still takes the place of the first page', async () => {
    const { talks, go } = waiting();
    const { people, clock, world } = await open(talks);
    const find = await people.slash('anna', 'gate', 'find', { words: 'a red cap' });
    await expect.poll(() => find.original?.embeds[0]?.description ?? '', patience).toContain('first page');
    clock.advance(16 * 60_000);
    go();
    expect((await post(find.id)).id).toBe(find.original?.id);
    expect(world.channel('gate').messages).toHaveLength(1);
  });

  test('what only one person may see comes late as a direct message', async () => {
    const { talks, go } = waiting();
    const { people, clock } = await open(talks);
    const find = await people.slash('anna', 'gate', 'find', { words: 'a red cap', private: true });
    await expect.poll(() => find.original?.embeds[0]?.description ?? '', patience).toContain('first page');
    clock.advance(16 * 60_000);
    go();
    expect((await post(find.id)).channel).toBe(people.direct('anna').id);
  });

  test('a command that reaches the bot too late is answered by a message', async () => {
    const { people, events, clock } = await open();
    events.hold();
    const find = await people.slash('anna', 'gate', 'find', { words: 'a red cap' });
    clock.advance(4000);
    events.release();
    const answer = await post(find.id);
    expect(answer.interaction).toBeUndefined();
    expect(answer.channel).toBe(channels.gate);
  });

  test('a first page that somebody removed is posted anew', async () => {
    const { talks, go } = waiting();
    const { people } = await open(talks);
    const said = await people.say('anna', people.direct('anna').id, 'a red cap');
    const channel = people.direct('anna');
    await expect.poll(() => channel.messages.length, patience).toBe(2);
    people.remove(channel.messages[1]!);
    go();
    expect((await post(said.id)).here).toBe(true);
  });
});

describe('what the bot says of itself', () => {
  const galleries = {
    list: async () => [
      { name: 'site_a', pictures: 1200, cameras: ['1', '2', '10'], places: ['gate', 'lobby'] },
    ],
  };

  test('cameras, places and galleries are completed', async () => {
    const { people } = await open(undefined, { galleries });
    const offered = async (option: string, typed: string) =>
      (await people.autocomplete('anna', 'gate', 'find', option, typed))?.map(({ value }) => value);
    expect(await offered('camera', '')).toEqual(['1', '2', '10']);
    expect(await offered('camera', '1')).toEqual(['1', '10']);
    expect(await offered('camera', '2, 1')).toEqual(['2, 1', '2, 10']);
    expect(await offered('place', 'LOB')).toEqual(['lobby']);
    expect(await offered('gallery', 'x')).toEqual([]);
  });

  test('/status, /gallery and /help are for who asks', async () => {
    const { people } = await open(undefined, {
      galleries,
      status: async () => ['Model: chatreid-tiny, on the processor.'],
    });
    for (const [command, said] of [
      ['status', 'Model: chatreid-tiny, on the processor.'],
      ['gallery', '**site\\_a** · 1,200 pictures'],
      ['help', 'Every search has a thread'],
    ] as const) {
      const asked = await people.slash('anna', 'gate', command);
      await expect.poll(() => asked.original?.embeds[0]?.description ?? '', patience).toContain(said);
      expect(asked.original?.ephemeralFor).toBe(ids.anna);
    }
  });
});

describe('forgetting', () => {
  test('/forget removes the talk and every post of the bot in it', async () => {
    const disk = new KeptTalks();
    const { people, world } = await open(new TalksOfAProcess(disk));
    const find = await people.slash('anna', 'gate', 'find', { words: 'a red cap' });
    await post(find.id);
    const thread = world.threads('gate')[0]!;
    const more = await people.say('anna', thread.id, 'camera 3');
    await post(more.id);
    const forget = await people.slash('anna', thread.id, 'forget');
    await expect
      .poll(() => forget.original?.embeds[0]?.description ?? '', patience)
      .toContain("2 of the bot's posts are removed");
    expect(house.posts(find.id)).toEqual([]);
    expect(house.posts(more.id)).toEqual([]);
    expect(disk.answered).toEqual([]);
    expect(world.message(thread.id, more.id)?.content).toBe('camera 3');
  });

  test('a picture that is removed leaves the posts of before', async () => {
    const disk = new KeptTalks();
    const { people } = await open(new TalksOfAProcess(disk));
    const direct = people.direct('anna').id;
    const one = await people.say('anna', direct, 'a red cap');
    const before = await post(one.id);
    const edits = before.edits;
    await post((await people.slash('anna', direct, 'forget', { candidate: 1 })).id);
    await expect.poll(() => house.posts(one.id)[0]!.edits, patience).toBe(edits + 1);
    expect(disk.answered[1]?.acts).toEqual([{ act: 'forget', pictures: [{ rank: 1 }] }]);
  });
});

test('several shards hear every channel, and a talk has the same name', async () => {
  const disk = new KeptTalks();
  const { people, gateway } = await open(new TalksOfAProcess(disk), {}, { shards: 2 });
  expect(gateway.log.filter((what) => what === 'identify')).toHaveLength(2);
  await post((await people.say('anna', people.direct('anna').id, 'a red cap')).id);
  const find = await people.slash('anna', 'desk', 'find', { words: 'a red cap' });
  await post(find.id);
  expect(disk.answered.map(({ conversation }) => conversation)).toEqual([
    `discord:@me/${people.direct('anna').id}`,
    `discord:${guildId}/${channels.desk}`,
  ]);
}, 30_000);

test('many commands at once are each acknowledged and answered', async () => {
  const { people, breaches } = await open();
  const asked = await Promise.all(
    Array.from({ length: 40 }, (_, i) => {
      const who = (['anna', 'boris', 'clara', 'olga'] as const)[i % 4]!;
      return people.slash(who, people.direct(who).id, 'find', { words: `cap ${i}` });
    }),
  );
  const acks = await Promise.all(asked.map(({ acknowledged }) => acknowledged));
  expect(acks.filter((ack) => ack === undefined)).toEqual([]);
  for (const { id } of asked) await post(id);
  expect(house.acknowledged).toHaveLength(40);
  expect(breaches).toEqual([]);
}, 60_000);
