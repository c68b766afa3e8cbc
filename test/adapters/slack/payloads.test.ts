/** Every recorded payload, replayed through the real adapter and the real client library: what reaches the conversations, and who is told what. */
import { type ExpectStatic, describe, expect as always, test } from 'vitest';
import type { Message } from '../../../src/conversation/message.ts';
import { replyTo, StandInConversations } from '../stand-in-conversations.ts';
import { filledIn, type PayloadCase, payloadNames, readCase, setUp } from './payload-case.ts';
import { isObject, type Json } from './server/json.ts';
import type { SlackServer } from './server/slack-server.ts';
import { SlackHouse } from './slack-house.ts';

/** Who writes after each case, so that what came before has been seen. */
const witness = 'U0CLARA';
const witnessed = 'slack:T0SITE/U0CLARA';

describe('recorded payloads', () => {
  test('there is one for each kind that Slack sends', () => {
    always(payloadNames.length).toBeGreaterThanOrEqual(150);
  });

  test.concurrent.for(payloadNames)('%s', async (name, { expect }) => {
    const recorded = readCase(name);
    const scopes = recorded.scopesWithout ?? [];
    const house = await SlackHouse.build({
      ackDeadlineMs: 20_000,
      ...(recorded.loginPage === undefined ? {} : { loginPage: recorded.loginPage }),
    });
    try {
      for (const scope of scopes) house.slack.scopes.delete(scope);
      await replay(house, recorded, expect);
    } finally {
      await house.remove();
    }
  });
});

async function replay(house: SlackHouse, recorded: PayloadCase, expect: ExpectStatic): Promise<void> {
  const { slack } = house;
  setUp(slack, recorded);
  const conversations = new StandInConversations(async (message, deliver, cancelled) => {
    if (recorded.answering === 'never' && message.user !== witnessed)
      await new Promise<void>((resolve) => cancelled.addEventListener('abort', () => resolve()));
    await deliver(replyTo(message, { text: ['Looked.'] }));
  });
  await house.open(conversations, {
    limits: { lateMs: 20, again: [] },
    ...(recorded.allowTeams === undefined ? {} : { allowTeams: recorded.allowTeams }),
  });
  const answers = await deliver(slack, recorded, expect);
  if (recorded.reconnects === true) await expect.poll(() => slack.sockets.connections, patience).toBe(2);
  await slack.people.say({ user: witness, channel: 'im', text: 'and then?' }).acknowledged;
  const handled = () => conversations.messages.filter(({ user }) => user !== witnessed);
  await expect.poll(() => conversations.messages.length - handled().length, patience).toBe(1);
  const { expect: expected } = recorded;
  await expect.poll(() => handled().length, patience).toBe(expected.handled.length);
  await expect.poll(() => toldOf(slack), patience).toSatisfy((told: string) => tells(told, recorded));
  if (expected.calls !== undefined && expected.calls.length > 0)
    await expect.poll(() => callsOf(slack), patience).toEqual(expect.arrayContaining(expected.calls));
  if (expected.troubles !== undefined)
    await expect.poll(() => house.troubles.length, patience).toBe(expected.troubles.length);
  await house.close();
  expect(handled().map(shown)).toEqual(expected.handled.map((one) => expect.objectContaining(one)));
  expect(tells(toldOf(slack), recorded)).toBe(true);
  if (expected.calls?.length === 0) expect(callsOf(slack)).toEqual([]);
  expect(house.troubles.map(({ code }) => code)).toEqual(expected.troubles ?? []);
  expect(conversations.cancelled).toEqual(expected.cancelled ?? []);
  if (expected.answer !== undefined) expect(answers[0]).toMatchObject({ ...objectOf(expected.answer) });
  expect(slack.mistakes).toEqual([]);
  if (recorded.kind !== 'frame') expect(slack.sockets.strays).toEqual([]);
  expect(slack.breaches.filter(({ outcome }) => !allowed(outcome, recorded))).toEqual([]);
}

/** @returns what came with each acknowledgement */
async function deliver(
  slack: SlackServer,
  { kind, deliver: bodies, times = 1 }: PayloadCase,
  expect: ExpectStatic,
): Promise<unknown[]> {
  const answers: unknown[] = [];
  for (const one of bodies) {
    const body = filledIn(slack, one);
    if (kind === 'frame') {
      slack.sockets.raw(typeof body === 'string' ? body : JSON.stringify(body));
      continue;
    }
    const attempts = await slack.courier.deliver({ kind, body: objectOf(body) }, { times });
    expect(attempts.map(({ ackMs }) => ackMs !== undefined)).toEqual(attempts.map(() => true));
    expect(attempts).toHaveLength(times);
    answers.push(attempts[0]?.answer);
  }
  return answers;
}

/** Everything that people of the case can read of the bot. */
function toldOf({ workspace }: SlackServer): string {
  const whispers = workspace.ephemerals.map(({ text, blocks }) => ({ whispered: text, blocks }));
  const posts = workspace.posts
    .filter(({ channel }) => channel !== 'D0CLARA')
    .map(({ text, blocks, edits }) => ({ posted: text, blocks, edits }));
  return JSON.stringify([...whispers, ...posts]);
}

function tells(told: string, { expect: { handled, told: wanted, posted, calls } }: PayloadCase): boolean {
  if (wanted === null) return !told.includes('"whispered"');
  if (wanted !== undefined) return told.includes(wanted);
  if (posted !== undefined) return told.includes('"posted"') && told.includes(posted);
  return handled.length > 0 || (calls?.length ?? 0) > 0 || told === '[]';
}

/** Methods that were called for the case, beside those of every start. */
function callsOf({ calls }: SlackServer): string[] {
  return calls
    .filter(
      ({ method, args }) =>
        !/^(auth\.test|apps\.connections\.open)$/.test(method) && args.channel !== 'D0CLARA',
    )
    .map(({ method }) => method);
}

function shown({ attachments, at: _at, ...message }: Message): object {
  return { ...message, attachments: attachments.map(({ name }) => name) };
}

function allowed(outcome: string, { scopesWithout }: PayloadCase): boolean {
  return scopesWithout !== undefined && outcome === 'missing_scope';
}

function objectOf(value: Json) {
  if (!isObject(value)) throw new Error('A payload is an object.');
  return value;
}

/** Machines that do other things too. */
const patience = { timeout: 20_000, interval: 5 };
