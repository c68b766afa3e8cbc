/** What Discord did, and could not say: follow-ups without a nonce, gaps in the stream that a process did not live to fill. */
import { afterEach, describe, expect, test } from 'vitest';
import { GatewaySessions } from '../../../adapters/discord/gateway-sessions.ts';
import { Journal } from '../../../adapters/journal.ts';
import { memoryShelves } from '../memory-shelf.ts';
import { replyTo, StandInConversations } from '../stand-in-conversations.ts';
import { DiscordHouse } from './discord-house.ts';
import { answered } from './posted-reading.ts';
import { KeptTalks, TalksOfAProcess } from './talks-of-a-process.ts';

const patience = { timeout: 20_000, interval: 10 };
let house: DiscordHouse | undefined;

afterEach(async () => {
  await house?.close();
  house = undefined;
});

describe('a follow-up, where the thread of a search is closed to the bot', () => {
  test.each([{ status: 500, done: true }, { drop: 'after', reset: true }, { drop: 'after' }] as const)(
    'is posted once although its answer was lost: %o',
    async (fault) => {
      house = await DiscordHouse.build();
      const talks = new StandInConversations(async (message, deliver) => {
        const reply = replyTo(message, {
          text: ['Here.'],
          buttons: [{ label: 'More', act: { act: 'more' } }],
        });
        // As the real ones do: what fails is tried again.
        await deliver(reply).catch(() => deliver(reply));
      });
      await house.open(talks);
      const { people, world, faults, breaches } = house.discord;
      const find = await people.slash('anna', 'gate', 'find', { words: 'a red cap' });
      await expect.poll(() => house!.posts(find.id).length, patience).toBe(1);
      world.forbid('gate', ['sendMessagesInThreads']);
      faults.next('followup', fault);
      const press = people.press('anna', house.posts(find.id)[0]!, 'More');
      await expect.poll(() => faults.waiting, patience).toBe(0);
      await house.adapter?.stop();
      const posts = world.messages.filter((message) => message.here && answered(message) === press.id);
      expect(posts).toHaveLength(1);
      expect(breaches).toEqual([]);
    },
  );
});

describe('a gap between two sessions', () => {
  test('that a process did not live to fill is filled by the next one', async () => {
    house = await DiscordHouse.build();
    const disk = new KeptTalks();
    await house.open(new TalksOfAProcess(disk));
    const { people, gateway, faults } = house.discord;
    const direct = people.direct('anna').id;
    const one = await people.say('anna', direct, 'a red cap');
    await expect.poll(() => house!.posts(one.id).length, patience).toBe(1);
    await house.leave();
    const missed = await people.say('anna', direct, 'camera 3');
    gateway.refuseResume(false);
    faults.next('message.read', { refuse: { status: 403, code: 20001, message: 'not now' } });
    await house.open(new TalksOfAProcess(disk));
    await expect.poll(() => faults.waiting, patience).toBe(0);
    await house.leave();
    expect(house.posts(missed.id)).toEqual([]);
    await house.open(new TalksOfAProcess(disk));
    await expect.poll(() => house!.posts(missed.id).length, patience).toBe(1);
  });

  test('is that of its own connection, whatever the others heard meanwhile', async () => {
    const journal = new Journal('discord', memoryShelves());
    const sessions = new GatewaySessions(journal, () => {});
    const info = (shardId: number, sessionId: string, sequence: number) => ({
      resumeURL: 'ws://127.0.0.1',
      sequence,
      sessionId,
      shardId,
      shardCount: 2,
    });
    for (const shard of [0, 1]) {
      await sessions.retrieve(shard);
      sessions.update(shard, info(shard, 'a', 1));
    }
    expect(sessions.gap(1)).toBeUndefined();
    await new Promise((resolve) => setTimeout(resolve, 20));
    const before = Date.now();
    sessions.update(0, info(0, 'a', 2));
    sessions.update(1, null);
    sessions.update(1, info(1, 'b', 1));
    expect(sessions.gap(0)).toBeUndefined();
    const gap = sessions.gap(1)!;
    expect(gap.since).toBeLessThan(before);
    // Another one before this is filled begins where this one does.
    sessions.update(1, info(1, 'c', 1));
    sessions.filled(1, gap);
    expect(sessions.gap(1)?.since).toBe(gap.since);
    await sessions.freeze();
    const next = new GatewaySessions(journal, () => {});
    await next.retrieve(1);
    expect(next.gap(1)?.since).toBe(gap.since);
  });
});
