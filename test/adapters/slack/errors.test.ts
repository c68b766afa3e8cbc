/** What goes wrong between the bot and Slack, as people and operators are told of it. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { webApi } from '@slack/bolt';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { slackLimits } from '../../../adapters/slack/limits.ts';
import { SlackAdapter } from '../../../adapters/slack/slack-adapter.ts';
import { failureOf, isLasting, slackError } from '../../../adapters/slack/slack-error.ts';
import { errorCodes } from '../../../src/foundation/error.ts';
import { replyTo, StandInConversations } from '../stand-in-conversations.ts';
import { payloadOf, wordsOf } from './posted-reading.ts';
import { SlackHouse } from './slack-house.ts';

const until = <T>(look: () => T) => expect.poll(look, { timeout: 20_000, interval: 10 });

function refusal(error: string, more: object = {}) {
  return new webApi.WebAPIPlatformError({ ok: false, error, ...more } as never);
}

describe('what Slack refuses', () => {
  test.each([
    [
      'missing_scope',
      { needed: 'files:write' },
      /lacks the scope files:write/,
      /Add files:write under OAuth/,
    ],
    ['not_in_channel', {}, /not in that channel/, /\/invite/],
    ['channel_not_found', {}, /cannot see that channel/, /\/invite/],
    ['file_not_found', {}, /has the file no more/, /again/],
    ['token_revoked', {}, /was revoked/, /Install the app again/],
    ['invalid_auth', {}, /does not know the token/, /xoxb-/],
    ['account_inactive', {}, /removed from the workspace/, /Install the app again/],
    ['is_archived', {}, /archived/, /in use/],
    ['thread_not_found', {}, /thread hangs on is gone/, /outside of that thread/],
    ['cannot_reply_to_message', {}, /no replies/, /outside of that thread/],
    ['msg_too_long', {}, /no message of that length/, /less/],
    ['something_new', {}, /Slack refused chat.postMessage: something_new/, /docs\/slack\.md/],
  ])('%s is a sentence with the next step', (code, more, message, next) => {
    const error = slackError(refusal(code, more), 'chat.postMessage');
    expect(error.code).toBe('PLATFORM_REFUSED');
    expect(errorCodes).toContain(error.code);
    expect(error.message).toMatch(message);
    expect(error.next).toMatch(next);
  });

  test('what passes may be tried again, what lasts is told at once', () => {
    expect(failureOf(new webApi.WebAPIRateLimitedError(3))).toEqual({ kind: 'busy', waitMs: 3_000 });
    expect(failureOf(refusal('internal_error')).kind).toBe('unknown');
    expect(failureOf(new webApi.WebAPIRequestError(new Error('reset'))).kind).toBe('unknown');
    expect(failureOf(refusal('invalid_auth')).kind).toBe('refused');
    expect(isLasting(slackError(refusal('is_archived'), 'chat.postMessage'))).toBe(true);
    expect(isLasting(slackError(refusal('missing_scope'), 'chat.postMessage'))).toBe(false);
    expect(slackError(new webApi.WebAPIRateLimitedError(300), 'chat.update')).toMatchObject({
      code: 'PLATFORM_BUSY',
    });
    expect(slackError(new webApi.WebAPIRequestError(new Error('x')), 'chat.update').code).toBe(
      'PLATFORM_UNREACHABLE',
    );
  });
});

test('an outage of an hour is waited for', () => {
  expect(slackLimits.again.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThan(3_600_000);
});

describe('the adapter', () => {
  let house: SlackHouse;
  let conversations: StandInConversations;
  beforeEach(async () => {
    house = await SlackHouse.build();
    conversations = new StandInConversations((message, deliver) =>
      deliver(replyTo(message, { text: ['An answer.'] })),
    );
  });
  afterEach(() => house.remove());

  test('does not start with a token that Slack does not know, and the token is in no error', async () => {
    const secret = 'xoxb-not-this-one';
    const failed = await house.open(conversations, { botToken: secret }).catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: 'PLATFORM_REFUSED', message: 'Slack does not know the token.' });
    expect(JSON.stringify(failed) + String((failed as Error).stack)).not.toContain(secret);
    const socket = { kind: 'socket', appToken: 'xapp-not-this-one' } as const;
    await expect(house.open(conversations, { connection: socket })).rejects.toMatchObject({
      code: 'PLATFORM_REFUSED',
    });
  });

  test.each([
    [{ botToken: 'xapp-1' }, /begins with xoxb-/],
    [{ connection: { kind: 'socket', appToken: 'xoxb-1' } }, /begins with xapp-/],
    [{ connection: { kind: 'http', signingSecret: '', port: 0 } }, /signing secret/],
  ] as const)('is not made with a token of the wrong kind: %j', (options, message) => {
    expect(() => house.made(options)).toThrow(message);
  });

  test('says so where Slack cannot be reached, and where its port is in use', async () => {
    const limits = { tries: 2 };
    const nobody = house.open(conversations, { apiUrl: 'http://127.0.0.1:9/api/', limits });
    await expect(nobody).rejects.toMatchObject({ code: 'PLATFORM_UNREACHABLE' });
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    const connection = { kind: 'http', signingSecret: 's', port, host: '127.0.0.1' } as const;
    await expect(house.open(conversations, { connection })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      message: `Port ${port} is in use.`,
    });
    other.close();
  });

  test('waits as long as Retry-After says, and answers then', async () => {
    await house.open(conversations);
    house.slack.faults.next('chat.postMessage', { rateLimited: 1 });
    const root = house.slack.people.say({ text: 'red cap', mention: true });
    await until(() => house.finals(`C0GATE/${root.ts}`).length).toBe(1);
    const [refused, done] = house.slack.callsOf('chat.postMessage');
    expect(refused).toBeDefined();
    expect(done).toBeDefined();
    expect(house.troubles).toEqual([]);
  });

  test('under a message that is gone nobody is waited for, and who asked is told', async () => {
    await house.open(conversations);
    house.slack.faults.next('chat.postMessage', { error: 'cannot_reply_to_message' }, 5);
    await house.slack.people.say({ text: 'red cap', mention: true }).acknowledged;
    await until(() => house.slack.workspace.ephemerals.map(({ text }) => text)).toEqual([
      'Slack allows no replies to that message. Ask again, outside of that thread.',
    ]);
    expect(house.slack.callsOf('chat.postMessage')).toHaveLength(1);
  });

  test('in a channel that was archived meanwhile nobody is waited for, and the operator is told', async () => {
    await house.open(conversations);
    house.slack.faults.next('chat.postMessage', { error: 'is_archived' });
    await house.slack.people.say({ text: 'red cap', mention: true }).acknowledged;
    await until(() => house.troubles.map(({ message }) => message)).toEqual(['The channel is archived.']);
    const left: unknown[] = [];
    await until(async () => {
      left.length = 0;
      for await (const entry of house.shelves.events.entries()) left.push(entry);
      return left.length;
    }).toBe(0);
  });

  test('is there again when the socket was lost, and hears what was said meanwhile', async () => {
    await house.open(conversations);
    expect(house.adapter?.connected).toBe(true);
    house.slack.drop();
    await until(() => house.adapter?.connected).toBe(false);
    const root = house.slack.people.say({ text: 'red cap', mention: true });
    await until(() => house.finals(`C0GATE/${root.ts}`).length).toBe(1);
    expect(house.adapter?.connected).toBe(true);
    house.slack.disconnect('refresh_requested');
    const next = house.slack.people.say({ text: 'green coat', mention: true });
    await until(() => house.finals(`C0GATE/${next.ts}`).length).toBe(1);
  });

  test('goes on where connecting again fails in several ways, and says so', async () => {
    await house.open(conversations);
    const lost: unknown[] = [];
    const listen = (error: unknown) => lost.push(error);
    process.on('unhandledRejection', listen);
    house.slack.faults.next('apps.connections.open', { error: 'internal_error' });
    house.slack.faults.next('apps.connections.open', { status: 503 });
    house.slack.drop();
    await until(() => house.troubles.length).toBe(2);
    const root = house.slack.people.say({ text: 'red cap', mention: true });
    await until(() => house.finals(`C0GATE/${root.ts}`).length).toBe(1);
    process.off('unhandledRejection', listen);
    expect(lost).toEqual([]);
  });

  test('reads on after an envelope that holds no event', async () => {
    await house.open(conversations);
    const lost: unknown[] = [];
    const listen = (error: unknown) => lost.push(error);
    process.on('unhandledRejection', listen);
    house.slack.sockets.raw('{"type":"events_api","envelope_id":"e1","payload":{}}');
    house.slack.sockets.raw('null');
    await until(() => house.troubles.map(({ code }) => code)).toEqual(['INTERNAL', 'INTERNAL']);
    const root = house.slack.people.say({ text: 'red cap', mention: true });
    await until(() => house.finals(`C0GATE/${root.ts}`).length).toBe(1);
    process.off('unhandledRejection', listen);
    expect(lost).toEqual([]);
  });

  test('acknowledges nothing that it could not keep: Slack brings it again', async () => {
    const { events, posts } = house.shelves;
    let full = true;
    const set: typeof events.set = (entries) =>
      full ? Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' })) : events.set(entries);
    house.shelves = {
      posts,
      events: {
        get: (key) => events.get(key),
        getMany: (keys) => events.getMany(keys),
        set,
        delete: (keys) => events.delete(keys),
        entries: () => events.entries(),
      },
    };
    await house.remove();
    house = await SlackHouse.build({ ackDeadlineMs: 100, retryAfterMs: [20, 50, 100] });
    house.shelves = {
      posts,
      events: {
        get: (key) => events.get(key),
        getMany: (keys) => events.getMany(keys),
        set,
        delete: (keys) => events.delete(keys),
        entries: () => events.entries(),
      },
    };
    await house.open(conversations);
    const root = house.slack.people.say({ text: 'red cap', mention: true });
    await until(() => house.slack.deliveries.length).toBeGreaterThan(1);
    expect(house.slack.deliveries.every(({ ackMs }) => ackMs === undefined)).toBe(true);
    expect(conversations.messages).toEqual([]);
    full = false;
    await until(() => house.finals(`C0GATE/${root.ts}`).length).toBe(1);
    expect(conversations.messages).toHaveLength(1);
  });

  test('when the app is removed from the workspace the operator is told', async () => {
    await house.open(conversations);
    await house.slack.events.send({ type: 'app_uninstalled' }, { name: 'app_uninstalled' } as never, {});
    await until(() => house.troubles.map(({ code }) => code)).toEqual(['PLATFORM_REFUSED']);
  });

  test('what fails is tried again a little later', async () => {
    let failures = 2;
    conversations = new StandInConversations(async (message, deliver) => {
      if (failures-- > 0) throw new Error('Slack was away.');
      await deliver(replyTo(message, { text: ['An answer.'] }));
    });
    await house.open(conversations);
    const root = house.slack.people.say({ text: 'red cap', mention: true });
    await until(() => house.finals(`C0GATE/${root.ts}`).map(wordsOf)).toEqual(['An answer.']);
    expect(payloadOf(house.finals(`C0GATE/${root.ts}`)[0]!)).toMatchObject({
      key: `C0GATE/${root.ts}#final`,
    });
    expect(house.troubles).toHaveLength(2);
  });
});

test('a bot token of a person is refused', async () => {
  const house = await SlackHouse.build();
  house.slack.faults.next('auth.test', { error: 'not_allowed_token_type' });
  await expect(house.made().start(new StandInConversations(async () => undefined))).rejects.toMatchObject({
    code: 'PLATFORM_REFUSED',
  });
  expect(house.adapter).toBeInstanceOf(SlackAdapter);
  await house.remove();
});

test('what is stopped while it starts connects to nothing, and says so', async () => {
  const house = await SlackHouse.build();
  house.slack.faults.next('auth.test', { delayMs: 100 });
  const adapter = house.made();
  const starting = adapter.start(new StandInConversations(async () => undefined));
  const [, started] = await Promise.allSettled([adapter.stop(), starting]);
  expect(started).toMatchObject({ status: 'rejected', reason: { code: 'CANCELLED' } });
  expect(house.slack.sockets.connections).toBe(0);
  await house.remove();
});
