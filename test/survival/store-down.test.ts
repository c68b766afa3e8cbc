/** The server that talks are kept in goes away in the middle of a talk, and comes back: nothing accepted is lost or answered twice. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bareParts, foundOf } from '../../bench/bare-talks.ts';
import type { Reply } from '../../src/conversation/reply.ts';
import { SessionManager } from '../../src/conversation/session-manager.ts';
import { openStorage } from '../../src/conversation/storage/open-storage.ts';
import { messageOf } from '../conversation/message-of.ts';
import {
  postgresFolder,
  redisBinary,
  type Server,
  startPostgres,
  startRedis,
} from '../conversation/storage/servers.ts';

const kinds = [
  ['Redis', redisBinary, startRedis],
  ['Postgres', postgresFolder, startPostgres],
] as const;

describe.each(kinds)('%s', (_, present, start) => {
  let folder: string;
  let server: Server;
  let managers: SessionManager[];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'chatreid-store-down-'));
    managers = [];
  });
  afterEach(async () => {
    await Promise.all(managers.map((manager) => manager.close(0).catch(() => undefined)));
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function managerOf(search = async () => foundOf(3)): Promise<SessionManager> {
    const storage = await openStorage({ folder, url: server.url });
    const parts = await bareParts(folder, search, { storage, limits: { retries: [], away: [20] } });
    const manager = new SessionManager(parts);
    managers.push(manager);
    return manager;
  }

  test.runIf(present)('down and back', { timeout: 120_000 }, async () => {
    server = await start(folder);
    const port = Number(new URL(server.url).port);
    const delivered: Reply[] = [];
    const deliver = async (reply: Reply) => void delivered.push(reply);
    const finals = () => delivered.filter(({ stage }) => stage === 'final').map(({ to }) => to);
    let searching = () => {};
    const begun = new Promise<void>((resolve) => {
      searching = resolve;
    });
    let go = () => {};
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    let searches = 0;
    const manager = await managerOf(async () => {
      if (++searches === 2) {
        searching();
        await gate;
      }
      return foundOf(3);
    });
    const say = (id: string) => manager.handle(messageOf('test:talk', id, `words of ${id}`), deliver);

    await say('m1').done;
    const second = say('m2');
    await second.accepted;
    await begun;
    await server.stop();
    go();

    // Not accepted, so the platform is not told that it arrived; whoever reads it is told what to do.
    const third = say('m3');
    third.done.catch(() => undefined);
    await expect(third.accepted).rejects.toMatchObject({
      code: 'STATE_UNREACHABLE',
      message: expect.not.stringContaining('chatreid@'),
      next: expect.stringMatching(/\w/),
    });
    const told = () => delivered.find(({ to, stage }) => to === 'm2' && stage === 'first' && true);
    while (!delivered.some(({ error }) => error)) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(told()).toBeDefined();
    expect(delivered.find(({ error }) => error)).toMatchObject({
      to: 'm2',
      stage: 'first',
      error: { code: 'STATE_UNREACHABLE', next: expect.stringContaining('need not send it again') },
    });
    expect(finals()).toEqual(['m1']);

    server = await start(folder, port);
    await second.done;
    await say('m3').done;
    // The platform sends all of it again.
    for (const id of ['m1', 'm2', 'm3']) await say(id).done;
    expect(finals()).toEqual(['m1', 'm2', 'm3']);
    expect((await manager.turns('test:talk')).map(({ messageId }) => messageId)).toEqual(['m1', 'm2', 'm3']);
  });
});
