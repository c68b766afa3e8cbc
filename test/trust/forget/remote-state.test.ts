/** Talks that are kept in Redis or Postgres are forgotten, and looked through by the proof, as those in the home folder are. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { giveOrder } from '../../../src/cli/forget/give-order.ts';
import { prove } from '../../../src/cli/forget/prove.ts';
import { forgetTools } from '../../../src/cli/forget/tools-of-parts.ts';
import { workOff } from '../../../src/cli/forget/work-off.ts';
import {
  postgresFolder,
  redisBinary,
  type Server,
  startPostgres,
  startRedis,
} from '../../conversation/storage/servers.ts';
import { temporaryFolder } from '../../gallery/temporary-folder.ts';
import { anna, ForgetHouse } from './forget-house.ts';

for (const [name, there, start] of [
  ['Redis', redisBinary, startRedis],
  ['Postgres', postgresFolder, startPostgres],
] as const) {
  describe.runIf(there)(name, () => {
    let server: Server;
    let folder: string;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'chatreid-forget-'));
      server = await start(folder);
    }, 120_000);
    afterAll(async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    });

    test('nothing is left of a person in its entries', async () => {
      const its = await ForgetHouse.build(join(await temporaryFolder(), 'house'));
      its.stateUrl = server.url;
      const talking = its.parts();
      await its.fillGalleries(talking);
      await its.talk(talking);
      await its.leaveQueued(talking);
      // A bot that runs would begin to forget at once.
      await talking.close();
      const parts = its.parts();
      const tools = forgetTools(parts);
      const order = await giveOrder(tools, {
        why: 'person',
        by: { platform: 'test' },
        pictures: its.annas,
        person: anna,
      });
      const before = new Set((await prove(tools, order)).left.map(({ where }) => where.split(' ')[0]));
      expect([...before]).toEqual(expect.arrayContaining(['inbox', 'talks', 'events', 'posts']));
      await workOff(tools, order.id);
      expect((await prove(tools, order)).left).toEqual([]);
      await parts.close();
    });
  });
}
