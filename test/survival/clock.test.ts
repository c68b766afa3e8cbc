/** The wall clock jumps by hours and years, back and forward: nothing hangs, is lost, is answered twice or changes its order. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Journal } from '../../adapters/journal.ts';
import { bareParts, foundOf } from '../../bench/bare-talks.ts';
import { Intake } from '../../src/conversation/intake.ts';
import { SessionManager } from '../../src/conversation/session-manager.ts';
import { sessionLimits } from '../../src/conversation/session-parts.ts';
import { openStorage } from '../../src/conversation/storage/open-storage.ts';
import { Uploads } from '../../src/conversation/uploads.ts';
import { FeatureDisk } from '../../src/engine/feature-disk.ts';
import { steadyNow } from '../../src/foundation/steady-clock.ts';
import { Turnstile } from '../../src/foundation/turnstile.ts';
import { EmbeddedGalleryStore } from '../../src/gallery/embedded-store.ts';
import { AuditTrail } from '../../src/trust/audit-trail.ts';
import { entriesOf } from '../../src/trust/audit-entries.ts';
import { verifyTrail } from '../../src/trust/audit-verify.ts';
import { messageOf } from '../conversation/message-of.ts';
import { picture, registered } from '../gallery/test-pictures.ts';
import { lookup } from '../trust/trail-house.ts';
import { scratchFolder } from './scratch.ts';

const hour = 3_600_000;
const jumps = [
  ['an hour back', -hour],
  ['an hour forward', hour],
  ['eleven years back', -11 * 8766 * hour],
  ['eleven years forward', 11 * 8766 * hour],
] as const;

let root: string;
const real = Date.now;
let offset = 0;
beforeEach(() => {
  root = scratchFolder();
  mkdirSync(join(root, 'home'));
  offset = 0;
  vi.spyOn(Date, 'now').mockImplementation(() => real() + offset);
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(root, { recursive: true, force: true });
});

describe.each(jumps)('%s', (_, jump) => {
  test('in the middle of a talk, and at a restart', async () => {
    const answered: string[] = [];
    const searched: string[] = [];
    const deliver = async ({ to, stage }: { readonly to: string; readonly stage: string }) => {
      if (stage === 'final') answered.push(to);
    };
    const open = async (hold?: Promise<void>) =>
      new SessionManager(
        await bareParts(
          root,
          async ({ words }) => {
            searched.push(words ?? '');
            await hold;
            return foundOf(3);
          },
          { limits: { retries: [], away: [] } },
        ),
      );
    const say = (manager: SessionManager, id: string) =>
      manager.handle(messageOf('test:talk', id, `words of ${id}`), deliver);

    let manager = await open();
    await say(manager, 'm1').done;
    offset = jump;
    await say(manager, 'm2').done;
    // A search that goes on until the process ends, and two messages that wait behind it, the clock set between each.
    await manager.close(0);
    let go = () => {};
    manager = await open(
      new Promise((resolve) => {
        go = resolve;
      }),
    );
    const left = ['m3', 'm4', 'm5'].map(async (id, at) => {
      offset = at === 1 ? 0 : jump;
      const { accepted, done } = say(manager, id);
      done.catch(() => undefined);
      await accepted;
    });
    await Promise.all(left);
    const closing = manager.close(0);
    go();
    await closing;

    offset = 0;
    manager = await open();
    await manager.resume('test:', deliver);
    for (const id of ['m1', 'm2', 'm3', 'm4', 'm5']) await say(manager, id).done;
    expect([...new Set(answered)]).toEqual(['m1', 'm2', 'm3', 'm4', 'm5']);
    expect(answered).toHaveLength(5);
    expect((await manager.turns('test:talk')).map(({ messageId }) => messageId)).toEqual([
      'm1',
      'm2',
      'm3',
      'm4',
      'm5',
    ]);
    await manager.close(0);
  });

  test('what is kept for days is there still, and what came first is done first', async () => {
    let storage = await openStorage({ folder: root });
    const uploads = await Uploads.open(join(root, 'pictures'));
    const { id } = await uploads.keep('test:talk', await picture(1));
    await storage.talks.set([{ key: 'kept', value: 1 }]);
    const journal = new Journal('test', storage);
    await journal.take('first', {});
    offset = jump;
    await journal.take('second', {});
    await storage.tidy();
    await uploads.expire(steadyNow());
    expect(await storage.talks.get('kept')).toBe(1);
    expect(await uploads.path(id)).toBeDefined();
    // The next process, whose clock is right again.
    await storage.close();
    offset = 0;
    storage = await openStorage({ folder: root });
    const next = new Journal('test', storage);
    expect((await next.unfinished()).map((event) => event.id)).toEqual(['first', 'second']);
    await next.take('third', {});
    expect((await new Journal('test', storage).unfinished()).map((event) => event.id)).toEqual([
      'first',
      'second',
      'third',
    ]);
    await storage.close();
  });

  test('what waits for its turn has it', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    try {
      const turnstile = new Turnstile({ atOnce: 1, betweenMs: 1000, perMinute: 3 });
      const done: number[] = [];
      const all = [0, 1, 2, 3].map((at) => turnstile.run(async () => void done.push(at)));
      offset = jump;
      await vi.advanceTimersByTimeAsync(2500);
      expect(done).toEqual([0, 1, 2]);
      await vi.advanceTimersByTimeAsync(57_000);
      expect(done).toEqual([0, 1, 2]);
      await vi.advanceTimersByTimeAsync(1000);
      await Promise.all(all);
      expect(done).toEqual([0, 1, 2, 3]);
    } finally {
      vi.useRealTimers();
    }
  });

  test('messages of one process are before those of the next, whatever the clock says', async () => {
    const storage = await openStorage({ folder: root });
    const uploads = await Uploads.open(join(root, 'pictures'));
    const ids: string[] = [];
    for (const [at, set] of [0, jump, 0].entries()) {
      offset = set;
      // A process of its own: it looks for what was left before it takes anything in.
      const intake = new Intake(storage.inbox, uploads, sessionLimits);
      expect((await intake.left('test:')).map(({ id }) => id)).toEqual(ids);
      ids.push(`m${at}`);
      await intake.take(messageOf('test:talk', `m${at}`, 'words'));
    }
    await storage.close();
  });

  test('galleries, the trail and the cache', async () => {
    const store = await EmbeddedGalleryStore.open(join(root, 'galleries'));
    await store.add('site', [await registered(1)]);
    const trail = await AuditTrail.open(join(root, 'audit'), { now: () => new Date(Date.now()) });
    const disk = new FeatureDisk(join(root, 'features'), 'model', 1 << 20);
    const features = { grid: [1, 4, 2] as const, data: Float32Array.of(1, 2, 3) };
    for (const [at, set] of [0, jump, 0].entries()) {
      offset = set;
      await trail.record(lookup(`user-${at}`, 'words'));
      await store.add('site', [await registered(10 + at)]);
      disk.put(`${at}`.repeat(64), features);
      await disk.settled();
    }
    expect((await store.list('site')).map(({ source }) => source)).toEqual(
      [1, 10, 11, 12].map((n) => `picture-${n}.png`),
    );
    // Another process, which clears away what it takes for abandoned.
    offset = jump;
    const another = await EmbeddedGalleryStore.open(join(root, 'galleries'));
    for (const { pictureId } of await another.list('site'))
      expect(await another.path(pictureId)).toContain(pictureId);
    await another.close();
    await store.close();
    await trail.close();
    expect(verifyTrail(join(root, 'audit'))).toMatchObject({ entries: 3 });
    expect(verifyTrail(join(root, 'audit')).broken).toBeUndefined();
    expect([...entriesOf(join(root, 'audit'))].map(({ event }) => event.user)).toEqual([
      'user-0',
      'user-1',
      'user-2',
    ]);
    for (const at of [0, 1, 2]) expect(await disk.get(`${at}`.repeat(64))).toBeDefined();
  });
});
