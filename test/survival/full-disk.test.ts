/** A disk that is really full: a small one in memory, where this machine lets us mount it. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { bareParts } from '../../bench/bare-talks.ts';
import { SessionManager } from '../../src/conversation/session-manager.ts';
import type { Reply } from '../../src/conversation/reply.ts';
import { AuditTrail } from '../../src/trust/audit-trail.ts';
import { verifyTrail } from '../../src/trust/audit-verify.ts';
import { messageOf } from '../conversation/message-of.ts';
import { lookup } from '../trust/trail-house.ts';
import { scratchFolder } from './scratch.ts';

const root = scratchFolder();
const disk = join(root, 'disk');
mkdirSync(disk);
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', disk]).status === 0;
afterAll(() => {
  if (mounted) spawnSync('umount', ['-l', disk]);
  rmSync(root, { recursive: true, force: true });
});

/** Takes all the room that is left. */
function fill(): void {
  const { bavail, bsize } = statfsSync(disk);
  try {
    writeFileSync(join(disk, 'ballast'), Buffer.alloc(Number(bavail) * Number(bsize)));
  } catch {
    // Some of it is there: the rest was not free.
  }
}

const makeRoom = () => truncateSync(join(disk, 'ballast'));

// Where it cannot be mounted, crash.test.ts refuses every step in its place.
describe.runIf(mounted)('a disk that is full', () => {
  test('a talk waits, says so, and goes on when there is room', async () => {
    const home = join(disk, 'talks');
    const delivered: Reply[] = [];
    const deliver = async (reply: Reply) => void delivered.push(reply);
    const parts = await bareParts(home, undefined, { limits: { retries: [], away: [10] } });
    const manager = new SessionManager(parts);
    const say = (id: string) => manager.handle(messageOf('test:talk', id, 'words '.repeat(2000)), deliver);
    await say('m1').done;
    fill();
    const second = say('m2');
    second.done.catch(() => undefined);
    const accepted = await second.accepted.then(
      () => true,
      (error: unknown) => {
        expect(error).toMatchObject({
          code: 'STORAGE_FULL',
          next: expect.stringContaining('Free some space'),
        });
        return false;
      },
    );
    if (accepted) {
      while (!delivered.some(({ error }) => error)) await new Promise((resolve) => setTimeout(resolve, 5));
      expect(delivered.find(({ error }) => error)).toMatchObject({
        to: 'm2',
        stage: 'first',
        error: { code: 'STORAGE_FULL' },
      });
    }
    if (!accepted) await second.done.catch(() => undefined);
    makeRoom();
    await (accepted ? second.done : say('m2').done);
    await say('m3').done;
    expect(delivered.filter(({ stage }) => stage === 'final').map(({ to }) => to)).toEqual([
      'm1',
      'm2',
      'm3',
    ]);
    expect((await manager.turns('test:talk')).map(({ messageId }) => messageId)).toEqual(['m1', 'm2', 'm3']);
    await manager.close(0);
  });

  test('the trail refuses, and goes on unbroken', async () => {
    const folder = join(disk, 'audit');
    const trail = await AuditTrail.open(folder);
    await trail.record(lookup('ann', 'words'));
    fill();
    let refused = 0;
    for (let at = 0; at < 20; at++) {
      await trail.record(lookup(`user-${at}`, 'x'.repeat(2000))).catch((error: unknown) => {
        expect(error).toMatchObject({
          code: 'AUDIT_UNAVAILABLE',
          next: expect.stringContaining('Free some space'),
        });
        refused++;
      });
    }
    expect(refused).toBeGreaterThan(0);
    makeRoom();
    await trail.record(lookup('bob', 'words'));
    await trail.close();
    const { broken, entries } = verifyTrail(folder);
    expect(broken).toBeUndefined();
    expect(entries).toBeGreaterThanOrEqual(2);
  });
});
