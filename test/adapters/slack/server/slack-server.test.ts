/** The local Slack against the real client libraries: what it sends they read, and what breaks a limit it refuses. */
import { App, HTTPReceiver, LogLevel, SocketModeReceiver } from '@slack/bolt';
import { afterEach, describe, expect, test } from 'vitest';
import { labelsOf } from './find-element.ts';
import type { JsonObject } from './json.ts';
import { limits } from './limits.ts';
import { SlackServer, type SlackServerOptions } from './slack-server.ts';

const quiet = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  getLevel: () => LogLevel.ERROR,
  setName() {},
};
const section = (text: string) => ({ type: 'section' as const, text: { type: 'mrkdwn' as const, text } });

/** Machines that do other things too. */
const patience = { timeout: 20_000, interval: 10 };

let slack: SlackServer;
let app: App;
afterEach(async () => {
  await app?.stop().catch(() => undefined);
  await slack.stop();
  expect(slack.mistakes).toEqual([]);
});

async function open(options: SlackServerOptions = {}): Promise<void> {
  slack = await SlackServer.start({ ackDeadlineMs: 20_000, ...options });
}

/** Bolt over a socket, as a bot would have it. */
async function bySocket(options: SlackServerOptions = {}): Promise<void> {
  await open(options);
  const clientOptions = { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } };
  app = new App({
    token: slack.botToken,
    clientOptions,
    logger: quiet,
    receiver: new SocketModeReceiver({
      appToken: slack.appToken,
      logger: quiet,
      // Also how long a pong may take: a busy machine loses its connection where this is short.
      clientPingTimeout: 1_000,
      installerOptions: { clientOptions },
    }),
  });
}

describe('over a socket', () => {
  test('a mention arrives twice, as a mention and as a message, and the answer in its thread is there', async () => {
    await bySocket();
    const heard: string[] = [];
    app.event('app_mention', async ({ event, say }) => {
      heard.push(`mention ${event.text}`);
      await say({ text: 'Looking.', thread_ts: event.ts });
    });
    app.message(async ({ message }) => {
      heard.push(`message ${message.ts}`);
    });
    await app.start();
    const said = slack.people.say({ text: 'a green top', mention: true });
    const deliveries = await said.acknowledged;
    expect(deliveries.map(({ ackMs }) => ackMs !== undefined)).toEqual([true, true]);
    await expect
      .poll(() => slack.workspace.thread(said.channel, said.ts).map(({ text }) => text), patience)
      .toEqual(['<@U0BOT> a green top', 'Looking.']);
    expect(heard.sort()).toEqual([`mention <@U0BOT> a green top`, `message ${said.ts}`]);
  });

  test('copies of an event have one event id', async () => {
    await bySocket();
    await app.start();
    const thrice = await slack.people.say({ text: 'x', channel: 'im' }, { times: 3 }).acknowledged;
    expect(new Set(thrice.map(({ parcel }) => parcel.body.event_id)).size).toBe(1);
    expect(thrice.map(({ attempt }) => attempt).sort()).toEqual([0, 1, 2]);
  });

  test('a command that nobody acknowledges is not sent again', async () => {
    await bySocket({ ackDeadlineMs: 30 });
    await app.start();
    app.use(() => new Promise<void>(() => undefined));
    const deliveries = await slack.people.slash('/find', 'nobody answers');
    expect(deliveries.map(({ ackMs }) => ackMs)).toEqual([undefined]);
  });

  test('a connection that goes away is opened again, and what was under way arrives', async () => {
    await bySocket();
    const heard: string[] = [];
    app.message(async ({ message }) => {
      heard.push(message.ts);
    });
    await app.start();
    slack.drop();
    const first = slack.people.say({ text: 'after a drop' });
    await first.acknowledged;
    slack.disconnect('refresh_requested');
    const second = slack.people.say({ text: 'after a refresh' });
    await second.acknowledged;
    slack.disconnect('warning');
    const third = slack.people.say({ text: 'after a warning' });
    await third.acknowledged;
    await expect.poll(() => [...new Set(heard)], patience).toEqual([first.ts, second.ts, third.ts]);
    expect(slack.sockets.connections).toBeGreaterThanOrEqual(3);
  });

  test('buttons, modals, slash commands, shortcuts, home and assistant reach their listeners', async () => {
    await bySocket();
    app.command('/find', async ({ ack, client, command }) => {
      await ack({ text: `You said ${command.text}.` });
      await client.chat.postMessage({
        channel: command.channel_id,
        text: 'Choose',
        blocks: [
          {
            type: 'actions',
            elements: [
              {
                type: 'button',
                action_id: 'filters',
                value: '1',
                text: { type: 'plain_text', text: 'Filters' },
              },
            ],
          },
        ],
      });
    });
    app.action('filters', async ({ ack, body, client }) => {
      await ack();
      await client.views.open({ trigger_id: 'trigger_id' in body ? body.trigger_id : '', view: modal });
    });
    const submitted: unknown[] = [];
    app.view('filters', async ({ ack, view }) => {
      const wrong = view.state.values.cameras?.cameras?.selected_option?.value === '9';
      submitted.push(view.state.values);
      if (wrong) await ack({ response_action: 'errors', errors: { cameras: 'There is no camera 9.' } });
      else await ack();
    });
    const heard: string[] = [];
    app.shortcut('find_this_person', async ({ ack }) => {
      await ack();
      heard.push('shortcut');
    });
    app.event('app_home_opened', async ({ event, client }) => {
      await client.views.publish({
        user_id: event.user,
        view: { type: 'home', blocks: [section('Recent')] },
      });
    });
    app.event('assistant_thread_started', async ({ event, client }) => {
      const { channel_id, thread_ts } = event.assistant_thread;
      await client.assistant.threads.setStatus({ channel_id, thread_ts, status: 'is looking' });
    });
    await app.start();
    await slack.people.slash('/find', 'a red cap');
    expect(slack.workspace.ephemerals.map(({ text, user }) => [user, text])).toEqual([
      ['U0ANNA', 'You said a red cap.'],
    ]);
    await expect.poll(() => slack.workspace.posts.length, patience).toBe(1);
    const [post] = slack.workspace.posts;
    expect(labelsOf(post!.blocks)).toEqual(['Filters']);
    await slack.people.press({ ts: post!.ts }, 'Filters');
    await expect.poll(() => slack.views.top('U0ANNA'), patience).toBeDefined();
    expect((await slack.people.submit({ Camera: '9' })).errors).toEqual({ cameras: 'There is no camera 9.' });
    expect((await slack.people.submit({ Camera: '3' })).errors).toEqual({});
    expect(slack.views.top('U0ANNA')).toBeUndefined();
    expect(submitted).toHaveLength(2);
    const said = slack.people.upload([{ name: 'a.png', bytes: Buffer.from('png') }]);
    await slack.people.shortcut('find_this_person', said);
    await slack.people.openHome();
    await slack.people.openAssistant().acknowledged;
    await expect.poll(() => slack.views.homes.get('U0ANNA'), patience).toBeDefined();
    await expect
      .poll(() => [...slack.assistants.values()].map(({ statuses }) => statuses), patience)
      .toEqual([['is looking']]);
    expect(heard).toEqual(['shortcut']);
    await expect(slack.people.slash('/search')).rejects.toThrow('not a valid command');
  });

  const modal = {
    type: 'modal' as const,
    callback_id: 'filters',
    title: { type: 'plain_text' as const, text: 'Filters' },
    submit: { type: 'plain_text' as const, text: 'Search' },
    blocks: [
      {
        type: 'input' as const,
        block_id: 'cameras',
        label: { type: 'plain_text' as const, text: 'Camera' },
        element: {
          type: 'static_select' as const,
          action_id: 'cameras',
          options: ['3', '9'].map((value) => ({ text: { type: 'plain_text' as const, text: value }, value })),
        },
      },
    ],
  };
});

describe('over HTTP', () => {
  test('requests are signed, and a forged or an old one is refused by the library', async () => {
    await open({ retryAfterMs: [1] });
    const receiver = new HTTPReceiver({ signingSecret: slack.signingSecret, logger: quiet });
    app = new App({
      token: slack.botToken,
      receiver,
      logger: quiet,
      clientOptions: { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } },
    });
    const heard: string[] = [];
    app.message(async ({ message, context }) => {
      heard.push(`${message.ts} ${context.retryNum ?? 0}`);
    });
    app.command('/find', ({ ack }) => ack('ok'));
    const server = await app.start({ port: 0, host: '127.0.0.1' });
    const address = 'address' in server ? server.address() : null;
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const http = slack.deliverTo(`http://127.0.0.1:${port}/slack/events`);
    expect(await http.verify()).toBe('challenge-42');
    const said = slack.people.say({ text: 'hello' }, { times: 2 });
    expect((await said.acknowledged).map(({ status }) => status)).toEqual([200, 200]);
    expect(heard.sort()).toEqual([`${said.ts} 0`, `${said.ts} 1`]);
    await slack.people.slash('/find', 'x');
    expect(slack.workspace.ephemerals.map(({ text }) => text)).toEqual(['ok']);
    const body = { type: 'application/json', body: '{}' };
    expect((await http.post(body, { secret: 'another' })).status).toBe(401);
    expect((await http.post(body, { at: Math.floor(Date.now() / 1000) - 600 })).status).toBe(401);
  });
});

describe('the Web API', () => {
  test('posts are found again by their metadata, edits are counted, foreign messages are not touched', async () => {
    await bySocket();
    const { chat, conversations } = app.client;
    const metadata = { event_type: 'chatreid_reply', event_payload: { key: 'C0GATE/1#first' } };
    const posted = await chat.postMessage({ channel: 'C0GATE', text: 'First', metadata });
    await chat.update({ channel: 'C0GATE', ts: posted.ts!, text: 'Final' });
    const { messages } = await conversations.history({ channel: 'C0GATE', include_all_metadata: true });
    expect(messages?.map((one) => [one.text, one.metadata])).toEqual([['Final', metadata]]);
    const without = await conversations.history({ channel: 'C0GATE' });
    expect(without.messages?.[0]?.metadata).toEqual({ event_type: 'chatreid_reply' });
    expect(slack.workspace.posts.map(({ edits }) => edits.map(({ text }) => text))).toEqual([['First']]);
    const foreign = slack.people.say({ text: 'mine' });
    await expect(chat.update({ channel: 'C0GATE', ts: foreign.ts, text: 'x' })).rejects.toThrow(
      'cant_update_message',
    );
    await expect(chat.postMessage({ channel: 'C0LOBBY', text: 'x' })).rejects.toThrow('not_in_channel');
    await expect(chat.postMessage({ channel: 'C0NONE', text: 'x' })).rejects.toThrow('channel_not_found');
  });

  test.each<[string, JsonObject]>([
    ['invalid_blocks', { blocks: [section('x'.repeat(limits.block.sectionText + 1))] }],
    ['invalid_blocks', { blocks: Array.from({ length: 51 }, () => section('x')) }],
    ['invalid_blocks', { blocks: [{ type: 'image', slack_file: { id: 'F0NONE' }, alt_text: 'x' }] }],
    [
      'invalid_blocks',
      {
        blocks: [
          { ...section('x'), block_id: 'a' },
          { ...section('y'), block_id: 'a' },
        ],
      },
    ],
    ['invalid_blocks', { blocks: [section('')] }],
    ['invalid_blocks', { blocks: [{ type: 'actions', elements: [button('x'.repeat(76))] }] }],
    ['invalid_blocks', { blocks: [{ type: 'actions', elements: [button('x', 'v'.repeat(2_001))] }] }],
    ['invalid_blocks', { blocks: [{ type: 'actions', elements: [button('x'), button('y')] }] }],
    ['msg_blocks_too_long', { blocks: Array.from({ length: 5 }, () => section('x'.repeat(2_900))) }],
    ['msg_too_long', { text: 'x'.repeat(4_001) }],
    ['no_text', { text: ' ' }],
    ['invalid_metadata_schema', { metadata: { event_type: 'with space', event_payload: {} } }],
    ['metadata_too_large', { metadata: { event_type: 'x', event_payload: { y: 'z'.repeat(9_000) } } }],
    ['cannot_reply_to_message', { thread_ts: '1.000001' }],
  ])('refuses with %s', async (error, more) => {
    await bySocket();
    await expect(
      app.client.apiCall('chat.postMessage', { channel: 'C0GATE', text: 'x', ...more }),
    ).rejects.toThrow(error);
    expect(slack.workspace.posts).toEqual([]);
  });

  test('an upload is shared, shown in blocks once Slack has looked at it, and deleted', async () => {
    await bySocket({ fileLagMs: 600_000 });
    const uploaded = await app.client.filesUploadV2({
      file: Buffer.from('a picture'),
      filename: 'sheet.png',
      title: 'Sheet',
    });
    const [stored] = slack.files.all();
    expect(String(stored?.bytes)).toBe('a picture');
    expect(JSON.stringify(uploaded)).toContain(stored!.id);
    const show = () =>
      app.client.chat.postMessage({
        channel: 'C0GATE',
        text: 'x',
        blocks: [{ type: 'image', slack_file: { id: stored!.id }, alt_text: 'sheet' }],
      });
    await expect(show()).rejects.toThrow('invalid_blocks');
    stored!.readyAt = 0;
    await expect
      .poll(async () => (await app.client.files.info({ file: stored!.id })).file?.mimetype, patience)
      .toBe('image/png');
    await show();
    await app.client.files.delete({ file: stored!.id });
    await expect(app.client.files.info({ file: stored!.id })).rejects.toThrow('file_deleted');
    await app.client.filesUploadV2({
      file: Buffer.from('b'),
      filename: 'b.png',
      channel_id: 'C0GATE',
      initial_comment: 'Here',
    });
    expect(slack.workspace.posts.at(-1)?.text).toBe('Here');
  });

  test('a private file needs the token and the scope; without them a page stands there', async () => {
    await open();
    const said = slack.people.upload([{ name: 'photo.jpg', bytes: Buffer.from('jpeg') }]);
    const [id = ''] = slack.workspace.message(said.channel, said.ts).fileIds;
    const { url_private: url } = slack.files.urls(slack.files.file(id));
    const get = (token: string) =>
      fetch(url, { headers: { authorization: `Bearer ${token}` } }).then((one) => one.text());
    expect(await get(slack.botToken)).toBe('jpeg');
    expect(await get('xoxb-wrong')).toContain('<!DOCTYPE html>');
    slack.scopes.delete('files:read');
    expect(await get(slack.botToken)).toContain('<!DOCTYPE html>');
  });

  test('scopes and tokens are asked for', async () => {
    await bySocket({ scopes: ['channels:history'] });
    await expect(app.client.chat.postMessage({ channel: 'C0GATE', text: 'x' })).rejects.toMatchObject({
      data: { error: 'missing_scope', needed: 'chat:write', provided: 'channels:history' },
    });
    await expect(app.client.auth.test({ token: 'xoxb-other' })).rejects.toThrow('invalid_auth');
    await expect(app.client.apps.connections.open({ token: slack.botToken })).rejects.toThrow(
      'not_allowed_token_type',
    );
  });

  test('faults by script: 429, 5xx, a lost answer, a lost question', async () => {
    await bySocket();
    const post = () => app.client.chat.postMessage({ channel: 'C0GATE', text: 'x' });
    slack.faults.next('chat.postMessage', { status: 503 });
    slack.faults.next('chat.postMessage', { drop: 'before' });
    slack.faults.next('chat.postMessage', { error: 'fatal_error' });
    for (let i = 0; i < 3; i++) await expect(post()).rejects.toThrow();
    expect(slack.workspace.posts).toEqual([]);
    slack.faults.next('chat.postMessage', { drop: 'after' });
    await expect(post()).rejects.toThrow();
    expect(slack.workspace.posts).toHaveLength(1);
    slack.faults.next('chat.postMessage', { rateLimited: 1 });
    const limited = await fetch(`${slack.apiUrl}chat.postMessage`, { method: 'POST' });
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '1']);
  });
});

function button(text: string, value = 'v'): JsonObject {
  return { type: 'button', action_id: 'press', value, text: { type: 'plain_text', text } };
}
