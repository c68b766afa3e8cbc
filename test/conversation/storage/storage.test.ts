/** The storages of talks: SQLite always, Redis and Postgres where this machine has them. */
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engineBudget } from '../../../src/conversation/budgets.ts';
import { openStorage } from '../../../src/conversation/storage/open-storage.ts';
import { temporaryFolder } from '../../gallery/temporary-folder.ts';
import { postgresFolder, redisBinary, type Server, startPostgres, startRedis } from './servers.ts';
import { storageContract } from './storage-contract.ts';

describe('SQLite', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await temporaryFolder();
  });
  storageContract((days) => openStorage({ folder, ...(days === undefined ? {} : { days }) }));

  test('what was deleted cannot be read from the disk after tidying up', async () => {
    const home = await temporaryFolder();
    const storage = await openStorage({ folder: home });
    await storage.talks.set([{ key: 'secret', value: 'somebody in a green anorak' }]);
    await storage.talks.delete(['secret']);
    await storage.tidy();
    const files = await Promise.all(
      ['state.sqlite', 'state.sqlite-wal'].map((name) => readFile(join(home, name), 'latin1')),
    );
    expect(files.join('')).not.toContain('green anorak');
    await storage.close();
  });

  test('is for the owner only, and puts a file that is damaged aside', async () => {
    const home = join(await temporaryFolder(), 'conversations');
    await (await openStorage({ folder: home })).close();
    expect((await stat(home)).mode & 0o077).toBe(0);
    await writeFile(
      join(home, 'state.sqlite'),
      'not a database, and long enough to be taken for one'.repeat(100),
    );
    const storage = await openStorage({ folder: home });
    const aside = (await readdir(home)).find((name) => name.startsWith('state.sqlite.damaged-'));
    expect(storage.note).toContain(join(home, aside ?? 'nothing'));
    expect(await storage.talks.get('anything')).toBeUndefined();
    await storage.close();
  });
});

describe.runIf(redisBinary)('Redis', () => {
  let server: Server;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'chatreid-redis-'));
    server = await startRedis(folder);
  }, 60_000);
  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });
  storageContract((days) =>
    openStorage({ folder, url: server.url, ...(days === undefined ? {} : { days }) }),
  );

  test('the budget is shared by all processes that use it', async () => {
    const { redisUrl } = await openStorage({ folder, url: server.url });
    if (redisUrl === undefined) throw new Error('It does not say where it is.');
    const [one, other] = [engineBudget({ atOnce: 1, redisUrl }), engineBudget({ atOnce: 1, redisUrl })];
    const order: string[] = [];
    let end = () => {};
    const { signal } = new AbortController();
    const running = one.run(async () => {
      order.push('one begins');
      await new Promise<void>((resolve) => {
        end = resolve;
      });
      order.push('one ends');
    }, signal);
    while (order.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const waiting = other.run(async () => order.push('other'), signal);
    const left = new AbortController();
    const gone = other.run(async () => order.push('gone'), left.signal);
    left.abort(new Error('nobody waits any more'));
    await expect(gone).rejects.toThrow('nobody waits any more');
    expect(order).toEqual(['one begins']);
    end();
    await Promise.all([running, waiting]);
    expect(order).toEqual(['one begins', 'one ends', 'other']);
    await Promise.all([one.close(), other.close()]);
  });
});

describe.runIf(postgresFolder)('Postgres', () => {
  let server: Server;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'chatreid-postgres-'));
    server = await startPostgres(folder);
  }, 120_000);
  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });
  storageContract((days) =>
    openStorage({ folder, url: server.url, ...(days === undefined ? {} : { days }) }),
  );
});

describe('an address', () => {
  test('of another kind is refused', async () => {
    const folder = await temporaryFolder();
    for (const url of ['mysql://localhost', 'not an address']) {
      await expect(openStorage({ folder, url })).rejects.toMatchObject({ code: 'OPTION_INVALID' });
    }
  });

  test('where nobody answers is told without its password', async () => {
    const folder = await temporaryFolder();
    const opening = openStorage({ folder, url: 'redis://user:secret@127.0.0.1:1' });
    await expect(opening).rejects.toMatchObject({
      code: 'STATE_UNREACHABLE',
      message: expect.stringContaining('redis://127.0.0.1:1'),
    });
    await expect(opening).rejects.toMatchObject({ message: expect.not.stringContaining('secret') });
  });
});
