/** Every event three times, in any order, and the bot's end between any two of its steps: each message is answered, and once. */
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { Journal } from '../../../adapters/journal.ts';
import { memoryShelves } from '../memory-shelf.ts';
import { KeptTalks, LastingConversations } from './lasting-conversations.ts';
import { Mortal } from './mortal.ts';
import { payloadOf } from './posted-reading.ts';
import type { SaidOnSlack } from './server/people.ts';
import { SlackHouse } from './slack-house.ts';

const immortal = Number.POSITIVE_INFINITY;
/** Steps between the points at which the bot ends: a number that shares no rhythm with what it does. */
const stride = 19;
let house: SlackHouse;

beforeAll(async () => {
  house = await SlackHouse.build({ ackDeadlineMs: 200, retryAfterMs: [20, 50, 100] });
  house.slack.handle({ times: 3, spreadMs: 20 });
});
afterEach(() => house.close());
afterAll(() => house.remove());

const until = <T>(look: () => T) => expect.poll(look, { timeout: 20_000, interval: 10 });
const idOf = ({ channel, ts }: SaidOnSlack) => `${channel}/${ts}`;

/** One process of the bot. */
async function begin(kept: KeptTalks, life: Mortal) {
  const conversations = new LastingConversations(kept, life);
  vi.stubGlobal('fetch', life.fetch(fetch));
  try {
    const journal = new Journal('slack', life.shelves(house.shelves));
    const opened = house.open(conversations, { journal });
    await Promise.race([opened, life.died]);
  } finally {
    vi.unstubAllGlobals();
  }
}

async function people(): Promise<SaidOnSlack[]> {
  house.slack.hold();
  const root = house.slack.people.say({ text: 'a man in red', mention: true });
  const said = [
    root,
    house.slack.people.reply(root, { text: 'not 2' }),
    house.slack.people.say({ channel: 'im', text: 'a woman in green' }),
    house.slack.people.reply(root, { text: 'camera 3' }),
  ];
  house.slack.release('shuffled');
  return said;
}

/** As the person finds it: one answer to each, the final one, and the talk in an order that holds its beginning first. */
async function expectOnce(said: readonly SaidOnSlack[], kept: KeptTalks): Promise<void> {
  const ids = said.map(idOf);
  await until(() =>
    ids.map((id) =>
      house
        .answers(id)
        .map((post) => payloadOf(post).stage)
        .join(),
    ),
  ).toEqual(ids.map(() => 'final'));
  expect([...kept.turns].sort()).toEqual([...ids].sort());
  for (const [at, { ts, thread }] of said.entries()) {
    const root = said.findIndex((one) => one.ts === thread);
    if (root >= 0 && thread !== ts)
      expect(kept.turns.indexOf(ids[root]!)).toBeLessThan(kept.turns.indexOf(ids[at]!));
  }
  await until(() => [...kept.delivered].sort()).toEqual([...ids].sort());
}

async function play(lifespan: number): Promise<number> {
  house.shelves = memoryShelves();
  const kept = new KeptTalks();
  const life = new Mortal(lifespan);
  await begin(kept, life);
  const said = await people();
  const answered = until(() => kept.delivered.size).toBe(said.length);
  await Promise.race([life.died, answered]);
  answered.catch(() => undefined);
  const { steps } = life;
  if (!life.alive) {
    // The system closes what a process leaves open.
    house.slack.drop();
    await begin(kept, new Mortal(immortal));
    await house.slack.courier.again();
  }
  await expectOnce(said, kept);
  await house.close();
  return steps;
}

describe('each message is answered once', () => {
  let steps = 0;

  test('with every event thrice and in any order', async () => {
    steps = await play(immortal);
    expect(steps).toBeGreaterThan(60);
  });

  test(`and when the bot ends at every ${stride}th of its steps`, async () => {
    for (let lifespan = 3; lifespan < steps; lifespan += stride) {
      await play(lifespan).catch((error: unknown) => {
        throw new Error(`It ended after ${lifespan} steps.`, { cause: error });
      });
    }
  }, 120_000);
});

describe('an answer that Slack lost on the way', () => {
  test.each([
    ['chat.postMessage', { drop: 'after' }],
    ['chat.postMessage', { drop: 'before' }],
    ['chat.postMessage', { status: 503 }],
    ['chat.postMessage', { rateLimited: 0 }],
    ['chat.update', { drop: 'after' }],
    ['chat.update', { status: 500 }],
    ['files.getUploadURLExternal', { rateLimited: 0 }],
    ['upload', { status: 500 }],
    ['conversations.replies', { status: 500 }],
  ] as const)('%s %o', async (method, fault) => {
    house.shelves = memoryShelves();
    const kept = new KeptTalks();
    await begin(kept, new Mortal(immortal));
    if (method === 'conversations.replies') house.slack.faults.next('chat.postMessage', { drop: 'after' });
    house.slack.faults.next(method, fault);
    const root = house.slack.people.say({ text: 'a man in red', mention: true });
    await expectOnce([root], kept);
    expect(house.slack.faults.left).toBe(0);
  });
});
