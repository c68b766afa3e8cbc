/** What people do in Slack, and what comes of it: the real client library over a local Slack, conversations that answer as a test says. */
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { replyTo } from '../stand-in-conversations.ts';
import { AnsweringSlack, page, png, until } from './answering-slack.ts';
import { blocksOf, labelsOf, payloadOf, wordsOf } from './posted-reading.ts';

const bot = new AnsweringSlack();

describe('what is said', () => {
  test('a mention begins a search in its thread, and replies there need none', async () => {
    await bot.open();
    const root = bot.people.say({ text: 'a man in &lt;red&gt;', mention: true });
    await root.acknowledged;
    await until(() => bot.thread(root).length).toBe(1);
    expect(bot.heard[0]).toMatchObject({
      id: `C0GATE/${root.ts}`,
      conversation: `slack:T0SITE/C0GATE/${root.ts}`,
      user: 'slack:T0SITE/U0ANNA',
      text: 'a man in <red>',
    });
    const reply = bot.people.reply(root, { user: 'U0BORIS', text: 'not 2' });
    await reply.acknowledged;
    await until(() => bot.thread(root).length).toBe(2);
    expect(bot.heard[1]).toMatchObject({
      text: 'not 2',
      conversation: bot.heard[0]!.conversation,
      user: 'slack:T0SITE/U0BORIS',
    });
    expect(bot.thread(root)[1]).toMatchObject({ threadTs: root.ts });
    expect(bot.heard).toHaveLength(2);
  });

  test('its threads are its own after a restart too', async () => {
    await bot.open();
    const root = bot.people.say({ text: 'a man in red', mention: true });
    await until(() => bot.house.finals(`C0GATE/${root.ts}`).length).toBe(1);
    await bot.house.close();
    await bot.open();
    const reply = bot.people.reply(root, { text: 'not 2' });
    await until(() => bot.house.finals(`C0GATE/${reply.ts}`).length).toBe(1);
  });

  test('a mention in a thread under a direct message goes on with the talk around it, after a restart too', async () => {
    await bot.open();
    const first = bot.people.say({ channel: 'im', text: 'a man in red' });
    await until(() => bot.house.finals(`${first.channel}/${first.ts}`).length).toBe(1);
    await bot.house.close();
    await bot.open();
    bot.people.reply({ channel: first.channel, thread: first.ts }, { text: 'not 2', mention: true });
    await until(() => bot.heard.map(({ conversation }) => conversation)).toEqual([
      'slack:T0SITE/D0ANNA/direct',
      'slack:T0SITE/D0ANNA/direct',
    ]);
  });

  test('what is said elsewhere in a channel, to somebody else, by bots, or as an edit is not for us', async () => {
    await bot.open();
    const root = bot.people.say({ text: 'hello', mention: true });
    await root.acknowledged;
    await bot.people.say({ text: 'lunch?' }).acknowledged;
    await bot.people.reply(root, { text: '<@U0BORIS> do you know him?' }).acknowledged;
    const other = bot.people.say({ text: 'a thread of others' });
    await bot.people.reply(other, { text: 'yes' }).acknowledged;
    await bot.people.edit(root, '<@U0BOT> hello again').acknowledged;
    await until(() => bot.whispers.length).toBe(1);
    expect(bot.whispers[0]).toMatchObject({ user: 'U0ANNA', channel: 'C0GATE' });
    expect(bot.whispers[0]?.text).toContain('Changes of a message are not read');
    await bot.people.edit(root, '<@U0BOT> hello once more').acknowledged;
    await bot.people.reply(root, { text: 'more' }).acknowledged;
    await until(() => bot.heard.map(({ text }) => text)).toEqual(['hello', 'more']);
    expect(bot.whispers).toHaveLength(1);
  });

  test('a direct message is answered beside it, a thread under it goes on with the same talk', async () => {
    await bot.open();
    const first = bot.people.say({ channel: 'im', text: 'a man in red' });
    await first.acknowledged;
    await until(() => bot.house.finals(`${first.channel}/${first.ts}`).length).toBe(1);
    const answer = bot.house.finals(`${first.channel}/${first.ts}`)[0]!;
    await until(() => bot.house.shelves.posts.get(`slack/fact/thread ${first.channel}/${answer.ts}`)).toBe(
      'direct',
    );
    expect(answer.threadTs).toBeUndefined();
    const second = bot.people.say({ channel: 'im', text: 'not 2' });
    const under = bot.people.reply({ channel: first.channel, thread: answer.ts }, { text: 'camera 3' });
    await Promise.all([second.acknowledged, under.acknowledged]);
    await until(() => bot.heard.length).toBe(3);
    expect(new Set(bot.heard.map(({ conversation }) => conversation))).toEqual(
      new Set(['slack:T0SITE/D0ANNA/direct']),
    );
    await until(() => bot.house.finals(`${first.channel}/${under.ts}`)[0]?.threadTs).toBe(answer.ts);
  });

  test('a mention alone is told what can be done', async () => {
    await bot.open();
    await bot.people.say({ text: '', mention: true }).acknowledged;
    await until(() => bot.heard[0]?.acts).toEqual([{ act: 'help' }]);
  });

  test('a message that is deleted while its search runs ends the search', async () => {
    let end = () => {};
    bot.answering = () =>
      new Promise((resolve) => {
        end = resolve;
      });
    await bot.open();
    const root = bot.people.say({ text: 'more', mention: true });
    await root.acknowledged;
    await until(() => bot.heard.length).toBe(1);
    await bot.people.remove(root).acknowledged;
    await until(() => bot.conversations.cancelled).toEqual([bot.heard[0]!.conversation]);
    end();
  });

  test('people of another workspace are refused, where they alone see it, unless they are allowed', async () => {
    bot.house.slack.workspace.people.set('U0GUEST', {
      id: 'U0GUEST',
      name: 'guest',
      realName: 'A Guest',
      team: 'T0OTHER',
    });
    bot.house.slack.workspace.addChannel({
      id: 'C0SHARED',
      name: 'shared',
      kind: 'public',
      shared: true,
      members: ['U0ANNA', 'U0GUEST', 'U0BOT'],
    });
    await bot.open();
    const asked = bot.people.say({ user: 'U0GUEST', channel: 'C0SHARED', text: 'who is it?', mention: true });
    await asked.acknowledged;
    await until(() =>
      bot.whispers.map(({ user, text }) => [user, text.includes('Only people of the workspace')]),
    ).toEqual([['U0GUEST', true]]);
    expect(bot.heard).toEqual([]);
    await bot.house.close();
    await bot.open({ allowTeams: ['T0OTHER'] });
    await bot.people.say({ user: 'U0GUEST', channel: 'C0SHARED', text: 'who is it?', mention: true })
      .acknowledged;
    await until(() => bot.heard.map(({ user }) => user)).toEqual(['slack:T0OTHER/U0GUEST']);
  });

  test('a reply that comes before the mention that began its thread is answered after it', async () => {
    await bot.open();
    bot.house.slack.hold();
    const root = bot.people.say({ text: 'a man in red', mention: true });
    const reply = bot.people.reply(root, { text: 'not 2' });
    bot.house.slack.release('reversed');
    await Promise.all([root.acknowledged, reply.acknowledged]);
    await until(() => bot.heard.map(({ text }) => text)).toEqual(['a man in red', 'not 2']);
  });
});

describe('pictures', () => {
  test('are fetched with the token, from a mention, a shared file, and of a shared channel', async () => {
    await bot.open();
    const root = bot.people.upload([{ name: 'gate.png', bytes: png }], { mention: true, text: 'him?' });
    await root.acknowledged;
    await until(() => bot.heard[0]?.attachments.map(({ name, bytes }) => [name, bytes.length])).toEqual([
      ['gate.png', png.length],
    ]);
    await bot.people.reply(root, { files: [{ name: 'b.png', bytes: png, connect: true }] }).acknowledged;
    await until(() => bot.heard[1]?.attachments.map(({ name }) => name)).toEqual(['b.png']);
  });

  test('the log-in page in place of a picture says which scope is missing', async () => {
    await bot.open();
    bot.house.slack.scopes.delete('files:read');
    const root = bot.people.upload([{ name: 'gate.png', bytes: png }], { mention: true });
    await root.acknowledged;
    await until(() => bot.thread(root).map(wordsOf).join()).toContain('Add files:read under OAuth');
    expect(payloadOf(bot.thread(root)[0]!)).toMatchObject({ error: 'PLATFORM_REFUSED' });
    expect(bot.heard).toEqual([]);
    expect(bot.house.troubles.map(({ code }) => code)).toContain('PLATFORM_REFUSED');
  });

  test.each([
    [
      'a link to another service',
      { externalUrl: 'https://drive.example/x' },
      'is a link to a file that is not in Slack',
    ],
    ['deleted', {}, 'was deleted'],
  ])('that are %s are told', async (what, more, words) => {
    await bot.open();
    bot.house.slack.hold();
    const root = bot.people.upload([{ name: 'gate.png', bytes: png, ...more }], { mention: true });
    if (what === 'deleted')
      bot.people.removeFile(bot.house.slack.workspace.message('C0GATE', root.ts).fileIds[0]!);
    bot.house.slack.release();
    await root.acknowledged;
    const told = () => [...bot.thread(root).map(wordsOf), ...bot.whispers.map(({ text }) => text)].join();
    await until(told).toContain(words === 'was deleted' ? 'gate.png' : words);
    expect(bot.heard).toEqual([]);
  });

  test('of the message above are meant by a mention that brings none', async () => {
    await bot.open();
    const photo = bot.people.upload([{ name: 'gate.png', bytes: png }], { user: 'U0BORIS', text: 'look' });
    await photo.acknowledged;
    const asked = bot.people.reply(photo, { text: 'who is this?', mention: true });
    await until(() => bot.heard.map(({ attachments }) => attachments.map(({ name }) => name))).toEqual([
      ['gate.png'],
    ]);
    await until(() => bot.house.finals(`C0GATE/${asked.ts}`).map(wordsOf).join()).toContain(
      'With the picture above',
    );
    // A second question there is about what was found.
    bot.conversations.state = async () => ({}) as never;
    await bot.people.reply(photo, { text: 'and him?', mention: true }).acknowledged;
    await until(() => bot.heard.length).toBe(2);
    expect(bot.heard[1]?.attachments).toEqual([]);
  });

  test.each([
    ['is no picture', { name: 'plan.pdf', mimetype: 'application/pdf' }, undefined],
    ['cannot be read', { name: 'gate.png' }, 'missing_scope'],
  ])('of a message above that %s are not missed', async (_what, file, refused) => {
    await bot.open();
    const above = bot.people.upload([{ ...file, bytes: png }], { user: 'U0BORIS' });
    await above.acknowledged;
    if (refused) bot.house.slack.faults.next('conversations.replies', { error: refused });
    bot.people.reply(above, { text: 'a man in red', mention: true });
    await until(() => bot.heard.map(({ text, attachments }) => [text, attachments.length])).toEqual([
      ['a man in red', 0],
    ]);
  });

  test('of many messages at once are not all held in memory', async () => {
    let [waiting, most] = [0, 0];
    const handle = bot.conversations.handle.bind(bot.conversations);
    bot.conversations.handle = (message, deliver) => {
      most = Math.max(most, ++waiting);
      const kept = new Promise((resolve) => setTimeout(resolve, 20)).then(() => {
        waiting--;
        return [];
      });
      return { ...handle(message, deliver), accepted: kept };
    };
    await bot.open();
    for (let i = 0; i < 12; i++) bot.people.upload([{ name: `${i}.png`, bytes: png }], { mention: true });
    await until(() => bot.heard.length).toBe(12);
    expect(most).toBeLessThanOrEqual(4);
  });

  test('one of several that cannot be had does not stop the others', async () => {
    await bot.open();
    const files = [
      { name: 'a.png', bytes: png, externalUrl: 'https://drive.example/x' },
      { name: 'b.png', bytes: png },
    ];
    await bot.people.upload(files, { mention: true, text: 'him?' }).acknowledged;
    await until(() => bot.heard[0]?.attachments.map(({ name }) => name)).toEqual(['b.png']);
    await until(() => bot.whispers.map(({ text }) => text.includes('a.png'))).toEqual([true]);
  });
});

describe('answers', () => {
  test('the first page is edited in place by the final one, with one sheet', async () => {
    let second: (() => Promise<void>) | undefined;
    bot.answering = async (message, deliver) => {
      await deliver(page(message, 'first'));
      await new Promise<void>((resolve) => {
        second = async () => {
          await deliver(page(message, 'final'));
          resolve();
        };
      });
    };
    await bot.open();
    const root = bot.people.say({ text: 'red cap', mention: true });
    await root.acknowledged;
    await until(() => bot.thread(root).length).toBe(1);
    const sheet = () => blocksOf(bot.thread(root)[0]!).find(({ type }) => type === 'image')?.slack_file?.id;
    const first = sheet();
    expect(wordsOf(bot.thread(root)[0]!)).toContain('is comparing');
    await until(() => second).toBeDefined();
    await second!();
    await until(() => payloadOf(bot.thread(root)[0]!).stage).toBe('final');
    expect(bot.thread(root)).toHaveLength(1);
    expect(wordsOf(bot.thread(root)[0]!)).not.toContain('is comparing');
    expect(sheet()).not.toBe(first);
    // The first page's is removed; the final one's is not posted as a message of its own.
    await until(() => bot.house.slack.callsOf('files.delete').map(({ args }) => args.file)).toEqual([first]);
    expect(bot.house.slack.callsOf('chat.postMessage')).toHaveLength(1);
    expect(labelsOf(bot.thread(root)[0]!)).toEqual(['Use as query', '✕ camera 3', 'More', 'Filters']);
  });

  test('an answer whose sheet Slack does not take is posted without it', async () => {
    bot.answering = (message, deliver) => deliver(page(message, 'final'));
    await bot.open();
    bot.house.slack.scopes.delete('files:write');
    const root = bot.people.say({ text: 'red cap', mention: true });
    await root.acknowledged;
    await until(() => bot.thread(root).length).toBe(1);
    expect(blocksOf(bot.thread(root)[0]!).some(({ type }) => type === 'image')).toBe(false);
    expect(wordsOf(bot.thread(root)[0]!)).toContain('lacks the scope files:write');
  });

  test('a picture that Slack does not know yet is tried again', async () => {
    bot.answering = (message, deliver) => deliver(page(message, 'final'));
    await bot.open();
    bot.house.slack.faults.next('chat.postMessage', { error: 'invalid_blocks' });
    const root = bot.people.say({ text: 'red cap', mention: true });
    await root.acknowledged;
    await until(() => bot.thread(root).length).toBe(1);
    expect(blocksOf(bot.thread(root)[0]!).some(({ type }) => type === 'image')).toBe(true);
  });

  test('a refusal is seen by who asked alone', async () => {
    const report = {
      code: 'REQUEST_REFUSED',
      message: 'You may not search here.',
      next: 'Ask an administrator.',
    } as const;
    bot.answering = (message, deliver) => deliver(replyTo(message, { error: report }));
    await bot.open();
    const root = bot.people.say({ user: 'U0CLARA', text: 'red cap', mention: true });
    await root.acknowledged;
    await until(() => bot.whispers.map(({ user, text }) => [user, text])).toEqual([
      ['U0CLARA', 'You may not search here. Ask an administrator.'],
    ]);
    expect(bot.thread(root)).toEqual([]);
  });
});

test('half a request does not keep it from stopping', async () => {
  const connection = { kind: 'http', signingSecret: 'secret', port: 0, host: '127.0.0.1' } as const;
  const adapter = await bot.open({ connection });
  const slow = connect(Number(new URL(adapter.url!).port), '127.0.0.1');
  slow.write('POST /slack/events HTTP/1.1\r\ncontent-length: 10\r\nhost: x\r\n\r\n');
  const closed = new Promise((resolve) => slow.once('close', resolve));
  slow.on('error', () => undefined);
  await new Promise((resolve) => slow.once('connect', resolve));
  await bot.house.close();
  await closed;
});

test('over HTTP it is the same, and requests that are not signed are refused', async () => {
  await bot.open({
    connection: { kind: 'http', signingSecret: bot.house.slack.signingSecret, port: 0, host: '127.0.0.1' },
  });
  const root = bot.people.say({ text: 'red cap', mention: true });
  await root.acknowledged;
  await until(() => bot.thread(root).length).toBe(1);
  await bot.people.slash('/find', 'green coat');
  await until(() => bot.heard.length).toBe(2);
  const forged = await fetch(bot.house.adapter!.url!, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-slack-request-timestamp': '1',
      'x-slack-signature': 'v0=00',
    },
    body: '{"type":"event_callback"}',
  });
  expect(forged.status).toBe(401);
});
