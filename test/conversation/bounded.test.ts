/** A talk that goes on for long stays small, and one of another version of the program is read as far as it can be. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Act } from '../../src/conversation/act.ts';
import { SessionManager } from '../../src/conversation/session-manager.ts';
import { openStorage } from '../../src/conversation/storage/open-storage.ts';
import type { Shelf } from '../../src/conversation/storage/shelf.ts';
import { keys } from '../../src/conversation/storage/talk-record.ts';
import { temporaryFolder } from '../gallery/temporary-folder.ts';
import { bareParts } from '../../bench/bare-talks.ts';
import { messageOf } from './message-of.ts';

const talk = 'test:long';
const quiet = async () => undefined;

async function say(manager: SessionManager, id: string, text: string, acts: readonly Act[] = []) {
  await manager.handle(messageOf(talk, id, text, { acts }), quiet).done;
}

async function documents(shelf: Shelf): Promise<string[]> {
  const found: string[] = [];
  for await (const { key } of shelf.entries()) found.push(key.split('-')[0] ?? '');
  return found;
}

test('older turns are folded into the base, older replies go, and the state is the same', async () => {
  const home = join(await temporaryFolder(), 'talks');
  const storage = await openStorage({ folder: home });
  const parts = await bareParts(home, undefined, { storage, limits: { turns: 20, replies: 5, seen: 10 } });
  const manager = new SessionManager(parts);
  for (let at = 0; at < 45; at++) {
    await say(manager, `m${at}`, '', [{ act: 'constrain', cameras: [String(at)] }]);
  }
  await say(manager, 'last', 'alpha');
  const turns = await manager.turns(talk);
  expect(turns.length).toBeLessThanOrEqual(20);
  expect(turns.at(-1)?.text).toBe('alpha');
  expect(await manager.replies(talk)).toHaveLength(5);
  const kept = await documents(storage.talks);
  expect(kept.filter((kind) => kind === 'turn')).toHaveLength(turns.length);
  expect(kept.filter((kind) => kind === 'reply')).toHaveLength(5);
  await say(manager, 'undo', '', [{ act: 'undo' }]);
  expect(await manager.state(talk)).toMatchObject({ cameras: ['44'], clues: [] });
  await manager.close();
});

describe('a talk of another version', () => {
  async function written(change: (head: Record<string, unknown>) => unknown) {
    const home = join(await temporaryFolder(), 'talks');
    const first = new SessionManager(await bareParts(home));
    await say(first, 'm1', 'alpha');
    await say(first, 'm2', 'bravo');
    await first.close();
    const storage = await openStorage({ folder: home });
    const head = (await storage.talks.get(keys.head(talk))) as Record<string, unknown>;
    await storage.talks.set([{ key: keys.head(talk), value: change(head) }]);
    return new SessionManager(await bareParts(home, undefined, { storage }));
  }

  async function reply(manager: SessionManager) {
    const { notes, line } = (await manager.replies(talk)).at(-1) ?? {};
    return { notes, line };
  }

  test('whose state has an older layout is folded anew from its turns', async () => {
    const manager = await written((head) => ({ ...head, state: { version: 0, query: 'old' } }));
    expect((await manager.state(talk))?.clues.map(({ words }) => words)).toEqual(['alpha', 'bravo']);
    await say(manager, 'm3', 'charlie');
    expect(await reply(manager)).toEqual({ notes: [], line: '"alpha, bravo, charlie"' });
    await manager.close();
  });

  test('whose base has an older layout too begins with the turns that are there, and says so', async () => {
    const manager = await written((head) => ({ ...head, firstTurn: 1, state: {}, base: { version: 0 } }));
    await say(manager, 'm3', 'charlie');
    expect((await reply(manager)).line).toBe('"bravo, charlie"');
    expect((await reply(manager)).notes?.[0]).toMatch(/^The oldest part of this talk could not be read/);
    await manager.close();
  });

  test.each([
    ['a newer one', { version: 7, what: 'ever' }],
    ['no talk at all', 'garbage'],
    ['nothing', null],
  ])('which is %s is put aside, and the talk begins anew with a sentence', async (_what, value) => {
    const manager = await written(() => value);
    expect(await manager.state(talk)).toBeUndefined();
    await say(manager, 'm3', 'charlie');
    expect((await reply(manager)).line).toBe('"charlie"');
    await manager.close();
  });

  test('one turn that cannot be read is left out', async () => {
    const home = join(await temporaryFolder(), 'talks');
    const storage = await openStorage({ folder: home });
    const manager = new SessionManager(await bareParts(home, undefined, { storage }));
    await say(manager, 'm1', 'alpha');
    await say(manager, 'm2', 'bravo');
    await storage.talks.set([{ key: keys.turn(talk, 0), value: { acts: 'old' } }]);
    await say(manager, 'm3', '', [{ act: 'undo' }]);
    expect((await manager.turns(talk)).map(({ messageId }) => messageId)).toEqual(['m2', 'm3']);
    await manager.close();
  });
});

test('a message that ended every process which began it is answered with an error at last', async () => {
  const home = join(await temporaryFolder(), 'talks');
  const storage = await openStorage({ folder: home });
  const manager = new SessionManager(await bareParts(home, undefined, { storage }));
  const left = {
    version: 1,
    id: 'm1',
    conversation: talk,
    user: 'u',
    at: '2026-11-25T12:00:00.000Z',
    order: 1,
    text: 'alpha',
    acts: [],
    attachments: [],
    notes: [],
    tries: 3,
  };
  await storage.inbox.set([{ key: keys.message(talk, 'm1'), value: left }]);
  const codes: (string | undefined)[] = [];
  await manager.resume('test:', async ({ error }) => {
    codes.push(error?.code);
  });
  expect(codes).toEqual(['INTERNAL']);
  await manager.resume('test:', async () => {
    codes.push('again');
  });
  expect(codes).toEqual(['INTERNAL']);
  await manager.close();
});
