/** Messages, threads, files and limits of the local Discord. */
import { AttachmentBuilder, type Client, type TextChannel } from 'discord.js';
import { afterEach, expect, test } from 'vitest';
import { Clients, picture, refusal } from './clients.ts';
import { channels } from './world.ts';
const clients = new Clients();
afterEach(() => clients.close());

const channel = async (client: Client, id: string) => (await client.channels.fetch(id)) as TextChannel;

test('a nonce that comes twice posts once, also where the first answer was lost', async () => {
  const discord = await clients.start();
  const gate = await channel(await clients.connect(discord), channels.gate);
  discord.faults.next('message.create', { drop: 'after', reset: true });
  const first = await gate.send({ content: 'page', nonce: 'k1', enforceNonce: true });
  const second = await gate.send({ content: 'page', nonce: 'k1', enforceNonce: true });
  expect(second.id).toBe(first.id);
  expect(discord.world.channel('gate').messages).toHaveLength(1);
});

test('what is over a limit is refused with the place of it, and remembered as a breach', async () => {
  const discord = await clients.start({ uploadLimit: 1000 });
  const gate = await channel(await clients.connect(discord), channels.gate);
  const long = await refusal(gate.send({ embeds: [{ title: 'x'.repeat(257) }] }));
  expect(long).toMatchObject({ code: 50035, status: 400 });
  expect(long.message).toContain('embeds[0].title[BASE_TYPE_MAX_LENGTH]');
  expect(
    await refusal(gate.send({ embeds: [1, 2].map(() => ({ description: 'x'.repeat(3500) })) })),
  ).toMatchObject({ code: 50035 });
  const twins = [1, 2].map(() => ({ type: 2 as const, style: 1 as const, label: 'a', custom_id: 'same' }));
  expect((await refusal(gate.send({ components: [{ type: 1, components: twins }] }))).message).toContain(
    'DUPLICATED',
  );
  expect(await refusal(gate.send(' '))).toMatchObject({ code: 50006 });
  expect(await refusal(gate.send({ files: [Buffer.alloc(1001)] }))).toMatchObject({
    code: 40005,
    status: 413,
  });
  expect(await refusal(gate.send({ embeds: [{ image: { url: 'attachment://no.png' } }] }))).toMatchObject({
    code: 50035,
  });
  expect(discord.breaches).toHaveLength(6);
  expect(discord.world.messages).toEqual([]);
});

test('permissions: not seen, not written, no files, no threads', async () => {
  const discord = await clients.start();
  const client = await clients.connect(discord);
  expect(await refusal(client.rest.get(`/channels/${channels.vault}`))).toMatchObject({ code: 50001 });
  expect(await refusal((await channel(client, channels.notices)).send('x'))).toMatchObject({ code: 50013 });
  const files = [Buffer.from('x')];
  expect(await refusal((await channel(client, channels.words)).send({ files }))).toMatchObject({
    code: 50013,
  });
  const desk = await channel(client, channels.desk);
  const said = await desk.send('x');
  expect(await refusal(said.startThread({ name: 'search' }))).toMatchObject({ code: 50013 });
  expect(discord.breaches).toEqual([]);
});

test('a thread from a message has its id, opens once, and wakes when it is written in', async () => {
  const discord = await clients.start();
  const client = await clients.connect(discord);
  const said = await (await channel(client, channels.gate)).send('a search');
  const thread = await said.startThread({ name: 'search' });
  expect(thread.id).toBe(said.id);
  expect(
    await refusal(
      client.rest.post(`/channels/${channels.gate}/messages/${said.id}/threads`, { body: { name: 'x' } }),
    ),
  ).toMatchObject({ code: 160004 });
  discord.threads.archive(discord.world.channel(thread.id));
  await thread.send('more');
  expect(discord.world.threads('gate')[0]).toMatchObject({ name: 'search', thread: { archived: false } });
  discord.threads.archive(discord.world.channel(thread.id), { locked: true });
  expect(await refusal(thread.send('more'))).toMatchObject({ code: 50083 });
});

test('files stay on an edit unless they are left out', async () => {
  const discord = await clients.start();
  const gate = await channel(await clients.connect(discord), channels.gate);
  const said = await gate.send({
    content: 'x',
    files: [new AttachmentBuilder(Buffer.from('a'), { name: 'a.txt' })],
  });
  const names = () =>
    discord.world.message(channels.gate, said.id)!.attachments.map(({ filename }) => filename);
  const files = [{ name: 'b.txt', data: Buffer.from('b') }];
  await gate.client.rest.patch(`/channels/${gate.id}/messages/${said.id}`, {
    body: { content: 'y' },
    files,
  });
  expect(names()).toEqual(['a.txt', 'b.txt']);
  // discord.js lists the new files alone, which takes the old ones away.
  await said.edit({ files: [new AttachmentBuilder(Buffer.from('c'), { name: 'c.txt' })] });
  expect(names()).toEqual(['c.txt']);
  expect(discord.world.message(channels.gate, said.id)!.edits).toBe(2);
});

test('429 with Retry-After, 5xx and delays are waited out', async () => {
  const discord = await clients.start();
  const gate = await channel(await clients.connect(discord), channels.gate);
  discord.faults.next('message.create', { rateLimited: 0.05 });
  discord.faults.next('message.create', { rateLimited: 0.05, global: true });
  discord.faults.next('message.create', { status: 503 });
  await gate.send('x');
  expect(discord.faults.happened).toHaveLength(3);
  expect(discord.world.messages).toHaveLength(1);
  expect(discord.breaches).toEqual([]);
});

test('addresses of attachments are signed and expire', async () => {
  const discord = await clients.start();
  const said = await discord.people.say('anna', 'gate', {
    files: [{ name: 'a.png', bytes: await picture() }],
  });
  const url = discord.attachments.url(said.attachments[0]!);
  expect((await fetch(url)).headers.get('content-type')).toBe('image/png');
  expect((await fetch(url.replace(/hm=./, 'hm=z'))).status).toBe(404);
  discord.clock.advance(25 * 60 * 60_000);
  const gone = await fetch(url);
  expect([gone.status, await gone.text()]).toEqual([404, 'This content is no longer available.']);
  expect((await fetch(discord.attachments.refresh(url)!)).status).toBe(200);
});
