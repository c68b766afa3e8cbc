/** `undo`: what it takes back, that it says so, and that it stays right when the turns of before are gone. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bareParts, foundOf } from '../../bench/bare-talks.ts';
import type { Act } from '../../src/conversation/act.ts';
import type { Reply } from '../../src/conversation/reply.ts';
import { SessionManager } from '../../src/conversation/session-manager.ts';
import type { SessionManagerParts } from '../../src/conversation/session-parts.ts';
import { openStorage } from '../../src/conversation/storage/open-storage.ts';
import { keys } from '../../src/conversation/storage/talk-record.ts';
import { temporaryFolder } from '../gallery/temporary-folder.ts';
import { messageOf } from './message-of.ts';

const talk = 'test:undo';
const undo: Act = { act: 'undo' };

async function talking(changes: Partial<SessionManagerParts> = {}) {
  const home = join(await temporaryFolder(), 'talks');
  const storage = await openStorage({ folder: home });
  const manager = new SessionManager(await bareParts(home, async () => foundOf(60), { storage, ...changes }));
  let sent = 0;
  const say = async (text: string, ...acts: Act[]): Promise<Reply> => {
    const replies: Reply[] = [];
    await manager.handle(messageOf(talk, `m${++sent}`, text, { acts }), async (reply) => {
      replies.push(reply);
    }).done;
    return replies.at(-1)!;
  };
  return { manager, storage, say };
}

test('after "more" it takes the page back and says so; then the clue', async () => {
  const { manager, say } = await talking();
  await say('alpha');
  await say('', { act: 'more' });
  const page = await say('', undo);
  expect(page.text).toContain('Taken back: "more". These are candidates 1 to 10 again.');
  expect(page.answer?.cards[0]?.rank).toBe(1);
  expect(page.line).toBe('"alpha"');
  expect((await say('', undo)).text[0]).toBe('Taken back: "alpha".');
  expect((await say('', undo)).text[0]).toBe('There is nothing to take back.');
  await manager.close();
});

test('what comes back by it is told', async () => {
  const { manager, say } = await talking();
  await say('alpha');
  await say('', { act: 'reset' });
  expect((await say('', undo)).text).toContain('There again: "alpha".');
  await manager.close();
});

test('of turns that were folded away it says that they are too far back, and nothing changes', async () => {
  const { manager, say } = await talking({ limits: { turns: 20 } });
  for (let at = 0; at < 30; at++) await say('', { act: 'constrain', cameras: [String(at)] });
  let last = await say('', undo);
  for (let at = 0; at < 40 && !/too far back/.test(last.text.join(' ')); at++) last = await say('', undo);
  expect(last.text.join(' ')).toMatch(/^Nothing was taken back: .*too far back/);
  const { cameras } = (await manager.state(talk))!;
  expect(cameras).toHaveLength(1);
  await say('', undo);
  expect((await manager.state(talk))?.cameras).toEqual(cameras);
  await manager.close();
});

test('of turns that aged away the latest change still goes back to what was', async () => {
  const { manager, storage, say } = await talking();
  await say('alpha');
  await say('bravo');
  await storage.talks.delete([keys.turn(talk, 0), keys.turn(talk, 1)]);
  await say('charlie');
  expect((await say('', undo)).line).toBe('"alpha, bravo"');
  expect((await say('', undo)).text.join(' ')).toMatch(/too far back/);
  expect((await manager.state(talk))?.clues.map(({ words }) => words)).toEqual(['alpha', 'bravo']);
  await manager.close();
});

test('a picture that was forgotten does not come back by it', async () => {
  const { manager, storage, say } = await talking();
  const id = foundOf(1).ranking[0]!.record.pictureId;
  await say('alpha');
  await say('', { act: 'exclude', pictures: [{ pictureId: id }] });
  await say('', { act: 'lift', part: 'exclusions' });
  await say('', { act: 'forget', pictures: [{ pictureId: id }] });
  // What differed in that picture only is no change any more: the clue is the latest.
  expect((await say('', undo)).text[0]).toBe('Taken back: "alpha".');
  expect((await manager.state(talk))?.negatives).toEqual([]);
  const before = await storage.talks.getMany([0, 1, 2, 3].map((number) => keys.turn(talk, number)));
  expect(
    before.map((turn) => JSON.stringify((turn as { before?: unknown }).before ?? {})),
  ).not.toContainEqual(expect.stringContaining(id));
  await manager.close();
});
