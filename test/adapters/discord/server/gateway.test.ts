/** The gateway of the local Discord holds discord.js to Discord's rules. */
import { Events, GatewayIntentBits, type Message } from 'discord.js';
import { afterEach, expect, test } from 'vitest';
import { Clients, next, patience, picture } from './clients.ts';
import { channels } from './world.ts';

const { Guilds, GuildMessages, MessageContent } = GatewayIntentBits;
const clients = new Clients();
afterEach(() => clients.close());

test('a client logs in, sees the channels that it may see, and hears what is written', async () => {
  const discord = await clients.start();
  const client = await clients.connect(discord);
  expect(client.user.username).toBe('chatreid');
  expect(client.channels.cache.has(channels.gate)).toBe(true);
  expect(client.channels.cache.has(channels.vault)).toBe(false);
  const heard = next<Message>(client, Events.MessageCreate);
  const said = await discord.people.say('anna', 'gate', {
    text: 'red cap',
    files: [{ name: 'a b.png', bytes: await picture() }],
  });
  const message = await heard;
  expect([message.id, message.content]).toEqual([said.id, 'red cap']);
  expect(message.attachments.first()).toMatchObject({ name: 'a_b.png', width: 20, height: 40 });
  expect(discord.breaches).toEqual([]);
});

test('without the intent the words of a message are empty, unless the bot is named', async () => {
  const discord = await clients.start();
  const client = await clients.connect(discord, [Guilds, GuildMessages]);
  const heard: string[] = [];
  client.on(Events.MessageCreate, ({ content }) => void heard.push(content));
  await discord.people.say('anna', 'gate', 'red cap');
  await discord.people.say('anna', 'gate', `<@${discord.bot}> red cap`);
  await expect.poll(() => heard, patience).toEqual(['', `<@${discord.bot}> red cap`]);
});

test('an intent that is off in the portal, and a wrong token, end the connection', async () => {
  const discord = await clients.start({ intents: [] });
  const client = clients.client(discord, [Guilds, MessageContent]);
  const failed = next<Error>(client, Events.ShardError);
  void client.login(discord.token).catch(() => {});
  expect((await failed).message).toBe('Used disallowed intents');
  expect(discord.gateway.log).toContain('close 4014');
  const other = clients.client(discord, [Guilds]);
  await expect(other.login('somebody')).rejects.toThrow('invalid token');
});

test('what happened while the connection was down comes with the resume, once', async () => {
  const discord = await clients.start();
  const client = await clients.connect(discord);
  const heard: string[] = [];
  client.on(Events.MessageCreate, ({ content }) => void heard.push(content));
  await discord.people.say('anna', 'gate', 'one');
  await expect.poll(() => heard, patience).toEqual(['one']);
  discord.gateway.drop();
  await discord.people.say('anna', 'gate', 'two');
  await expect.poll(() => heard, patience).toEqual(['one', 'two']);
  discord.gateway.reconnect();
  await expect
    .poll(() => discord.gateway.log.filter((line) => line.startsWith('resume')).length, patience)
    .toBe(2);
  expect(discord.gateway.log.filter((line) => line === 'identify')).toHaveLength(1);
  expect(discord.breaches).toEqual([]);
});

test('an invalid session is begun anew', async () => {
  const discord = await clients.start();
  const client = await clients.connect(discord);
  discord.gateway.invalidate(false);
  await expect.poll(() => discord.gateway.log.filter((line) => line === 'identify').length, patience).toBe(2);
  const heard = next<Message>(client, Events.MessageCreate);
  await expect.poll(() => discord.gateway.connected, patience).toBe(true);
  await discord.people.say('anna', 'gate', 'after');
  expect((await heard).content).toBe('after');
});

test('what people do is delivered several times, and out of order', async () => {
  const discord = await clients.start();
  const client = await clients.connect(discord);
  const heard: unknown[] = [];
  // Below discord.js's own cache, which drops a message that it knows.
  client.on(Events.Raw, ({ t, d }: { t: string; d: { content?: string } }) => {
    if (t === 'MESSAGE_CREATE') heard.push(d.content);
  });
  discord.events.hold();
  await discord.people.say('anna', 'gate', 'one', { times: 2 });
  await discord.people.say('anna', 'gate', 'two');
  discord.events.release('reversed');
  await expect.poll(() => heard, patience).toEqual(['two', 'one', 'one']);
});
