/** How events are brought over the bare socket: hello first, again where nobody acknowledged, in the order that a test wants. */
import { once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { isObject, type JsonObject, textAt } from './json.ts';
import { SlackServer, type SlackServerOptions } from './slack-server.ts';

/** Machines that do other things too. */
const patience = { timeout: 20_000, interval: 10 };

let slack: SlackServer;
afterEach(() => slack.stop());

/** A connection as the client library opens it, by hand. */
class Client {
  readonly frames: JsonObject[] = [];
  acks = true;

  private constructor(readonly socket: WebSocket) {
    socket.on('message', (data) => {
      const frame: unknown = JSON.parse(String(data));
      if (!isObject(frame)) return;
      this.frames.push(frame);
      if (this.acks && frame.envelope_id !== undefined) this.ack(frame);
    });
  }

  static async open(): Promise<Client> {
    const client = new Client(new WebSocket(await address()));
    await expect.poll(() => client.frames.length, patience).toBeGreaterThan(0);
    return client;
  }

  ack({ envelope_id }: JsonObject, payload: JsonObject = {}): void {
    this.socket.send(JSON.stringify({ envelope_id, payload }));
  }

  /** Texts of the messages that came, in order. */
  get texts(): string[] {
    return this.frames
      .map((frame) => textAt(frame, 'payload', 'event', 'text'))
      .filter((text) => text !== '');
  }
}

async function call(method: string, args: Record<string, string>, token = slack.botToken): Promise<Response> {
  return fetch(`${slack.apiUrl}${method}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: new URLSearchParams(args),
  });
}

async function address(): Promise<string> {
  const answer: unknown = await (await call('apps.connections.open', {}, slack.appToken)).json();
  return isObject(answer) ? String(answer.url) : '';
}

async function open(options: SlackServerOptions = {}): Promise<Client> {
  slack = await SlackServer.start({ ackDeadlineMs: 20_000, ...options });
  return Client.open();
}

describe('over the bare socket', () => {
  test('hello comes first, and an address is good for one connection', async () => {
    const client = await open();
    expect(client.frames[0]).toMatchObject({ type: 'hello', num_connections: 1 });
    const url = await address();
    const second = new WebSocket(url);
    await once(second, 'open');
    const third = new WebSocket(url);
    const [error] = (await once(third, 'error')) as [Error];
    expect(error.message).toContain('401');
  });

  test('an event has the documented envelope, and its acknowledgement is timed', async () => {
    const client = await open();
    const said = slack.people.say({ text: 'hello', channel: 'im' });
    const [delivery] = await said.acknowledged;
    expect(delivery?.ackMs).toBeGreaterThan(0);
    expect(client.frames[1]).toMatchObject({
      type: 'events_api',
      accepts_response_payload: false,
      retry_attempt: 0,
      retry_reason: '',
      payload: {
        type: 'event_callback',
        team_id: 'T0SITE',
        api_app_id: 'A0CHATREID',
        authorizations: [{ user_id: 'U0BOT', is_bot: true }],
        event: { type: 'message', channel_type: 'im', user: 'U0ANNA', text: 'hello', ts: said.ts },
      },
    });
  });

  test('what nobody acknowledges comes three times more, with the same event id, and can be brought again', async () => {
    const client = await open({ ackDeadlineMs: 150, retryAfterMs: [1, 1, 1] });
    client.acks = false;
    await slack.people.say({ text: 'hello', channel: 'im' }).acknowledged;
    const events = client.frames.slice(1);
    expect(events.map(({ retry_attempt, retry_reason }) => [retry_attempt, retry_reason])).toEqual([
      [0, ''],
      [1, 'timeout'],
      [2, 'timeout'],
      [3, 'timeout'],
    ]);
    expect(new Set(events.map((event) => textAt(event, 'payload', 'event_id'))).size).toBe(1);
    expect(new Set(events.map(({ envelope_id }) => envelope_id)).size).toBe(4);
    expect(slack.courier.unacknowledged).toHaveLength(1);
    client.acks = true;
    await slack.courier.again();
    expect(slack.courier.unacknowledged).toEqual([]);
  });

  test('an envelope that a lost connection had comes over the next one', async () => {
    const client = await open({ retryAfterMs: [1] });
    client.acks = false;
    const said = slack.people.say({ text: 'hello', channel: 'im' });
    await expect.poll(() => client.texts, patience).toEqual(['hello']);
    slack.drop();
    const next = await Client.open();
    await said.acknowledged;
    expect(next.texts).toEqual(['hello']);
  });

  test.each([
    ['in order', ['one', 'two', 'three']],
    ['reversed', ['three', 'two', 'one']],
  ] as const)('what was held comes %s', async (order, texts) => {
    const client = await open();
    slack.hold();
    const said = ['one', 'two', 'three'].map((text) => slack.people.say({ text, channel: 'im' }));
    slack.release(order);
    await Promise.all(said.map(({ acknowledged }) => acknowledged));
    expect(client.texts).toEqual(texts);
  });

  test('every event can come three times and late, the same in every run', async () => {
    const client = await open();
    slack.handle({ times: 3, spreadMs: 20 });
    const said = ['one', 'two'].map((text) => slack.people.say({ text, channel: 'im' }));
    await Promise.all(said.map(({ acknowledged }) => acknowledged));
    expect(client.texts.sort()).toEqual(['one', 'one', 'one', 'two', 'two', 'two']);
  });

  test('an app without the event or its scope hears nothing, and one that is not in the channel neither', async () => {
    const client = await open();
    slack.scopes.delete('channels:history');
    await slack.people.say({ text: 'in the channel' }).acknowledged;
    await slack.people.say({ text: 'in the lobby', channel: 'C0LOBBY' }).acknowledged;
    await slack.people.say({ text: 'hello', channel: 'im' }).acknowledged;
    expect(client.texts).toEqual(['hello']);
  });

  test('a channel takes so many posts in a second, and Retry-After says when the next', async () => {
    await open({ postsPerSecond: 1 });
    const post = () => call('chat.postMessage', { channel: 'C0GATE', text: 'x' });
    expect((await post()).status).toBe(200);
    const refused = await post();
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
    expect(slack.workspace.posts).toHaveLength(1);
  });

  test('a response_url takes five answers', async () => {
    const client = await open();
    await slack.people.slash('/find', 'x');
    const url = textAt(client.frames.at(-1), 'payload', 'response_url');
    const answers: number[] = [];
    for (let i = 0; i < 6; i++) {
      const body = JSON.stringify({ text: `answer ${i}` });
      answers.push(
        (await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })).status,
      );
    }
    expect(answers).toEqual([200, 200, 200, 200, 200, 404]);
    expect(slack.workspace.ephemerals.map(({ text }) => text)).toHaveLength(5);
  });

  test('a trigger opens one modal', async () => {
    await open();
    const trigger_id = slack.views.trigger('U0ANNA');
    const view = JSON.stringify({ type: 'modal', title: { type: 'plain_text', text: 'A' }, blocks: [] });
    const opened = async () =>
      ((await (await call('views.open', { trigger_id, view })).json()) as JsonObject).error;
    expect([await opened(), await opened()]).toEqual([undefined, 'exchanged_trigger_id']);
  });

  test('a trigger of more than three seconds ago opens none', async () => {
    await open();
    const trigger_id = slack.views.trigger('U0ANNA');
    slack.views.expireTriggers();
    const view = JSON.stringify({ type: 'modal', title: { type: 'plain_text', text: 'A' }, blocks: [] });
    expect(await (await call('views.open', { trigger_id, view })).json()).toMatchObject({
      error: 'expired_trigger_id',
    });
  });
});
