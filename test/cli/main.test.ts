/** The real program in a process of its own, with the shipped model: what only a process can show. */
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { drawPeople, drawPerson, people } from './coloured-people.ts';
import { child, startChild } from './command-line.ts';

let root: string;
let pictures: string;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'chatreid-main-'));
  ({ pictures } = await drawPeople(root));
  env = { CHATREID_HOME: join(root, 'home'), CHATREID_DEVICE: 'cpu' };
});
afterAll(() => rm(root, { recursive: true, force: true }));

test('help needs no model and starts none', async () => {
  const { exitCode, stdout, stderr } = await child(['--help'], {
    ...env,
    CHATREID_MODEL: join(root, 'none'),
  });
  expect([exitCode, stderr]).toEqual([0, '']);
  expect(stdout).toContain('Exit codes:');
  expect(await readdir(root)).not.toContain('home');
});

test('pictures are registered, found by picture, by words and by both, and the model is told', async () => {
  await writeFile(join(pictures, 'torn.png'), (await drawPerson('#ffffff')).subarray(0, 90));
  const added = await child(['gallery', 'add', pictures, join(pictures, 'torn.png'), '--json'], env);
  expect(added.exitCode).toBe(3);
  expect(JSON.parse(added.stdout)).toMatchObject({
    added: people.length,
    indexed: people.length,
    failed: [{ source: 'torn.png', code: 'PICTURE_DAMAGED' }],
  });

  const photo = await drawPerson('#1010d0', 7);
  const sheet = join(root, 'sheet.png');
  const asked = await child(
    ['ask', '--image', '-', '--top', '3', 'blue', 'jacket', '--sheet', sheet, '--json'],
    env,
    photo,
  );
  expect(asked).toMatchObject({ exitCode: 0 });
  const answer = JSON.parse(asked.stdout) as { ranking: { rank: number }[]; query: { kind: string } };
  expect(answer.query.kind).toBe('mixed');
  expect(answer.ranking.map(({ rank }) => rank)).toEqual([1, 2, 3]);

  // The engine's child writes too; a sheet that is asked for elsewhere is like the user's other files.
  const kept = await readdir(env.CHATREID_HOME!, { recursive: true, withFileTypes: true });
  expect(kept.length).toBeGreaterThan(people.length);
  for (const entry of kept) {
    const { mode } = await stat(join(entry.parentPath, entry.name));
    expect([entry.name, mode & 0o777]).toEqual([entry.name, entry.isDirectory() ? 0o700 : 0o600]);
  }
  expect((await stat(sheet)).mode & 0o777).toBe(0o666 & ~process.umask());

  const status = JSON.parse((await child(['status', '--json'], env)).stdout) as Record<string, unknown>;
  expect(status).toMatchObject({
    device: { wished: 'cpu', used: 'cpu' },
    galleries: [{ name: 'default', pictures: people.length, indexed: people.length }],
  });
}, 180_000);

test('Ctrl-C stops an import where nothing is lost; the same command goes on', async () => {
  const many = join(root, 'many');
  await mkdir(many);
  for (let i = 0; i < 300; i++) {
    // Bytes after the end of a PNG make another picture of it.
    const bytes = Buffer.concat([await drawPerson('#804020'), Buffer.from([i & 255, i >> 8])]);
    await writeFile(join(many, `${i}.png`), bytes);
  }
  const importing = startChild(['gallery', 'add', '-g', 'many', many], env);
  importing.stdin.end();
  const told = text(importing.stderr);
  const ended = new Promise<number | null>((resolve) => importing.on('close', resolve));
  while ((await readdir(join(root, 'home', 'galleries', 'pictures')).catch(() => [])).length < 40) {
    expect(importing.exitCode).toBeNull();
    await sleep(20);
  }
  importing.kill('SIGINT');
  expect(await ended).toBe(130);
  expect(await told).toContain('Run the same command again');

  const again = await child(['gallery', 'add', '-g', 'many', '--no-index', many, '--json'], env);
  expect(again.exitCode).toBe(0);
  const { added, already } = JSON.parse(again.stdout) as { added: number; already: number };
  expect(added + already).toBe(300);
  expect(already).toBeGreaterThan(0);
});

test('a reader that has seen enough is no error', async () => {
  // The gallery of 300 pictures from the test before: more JSON than a pipe holds.
  const listing = startChild(['gallery', 'list', '-g', 'many', '--json'], env);
  const told = text(listing.stderr);
  const ended = new Promise<number | null>((resolve) => listing.on('close', resolve));
  listing.stdout.once('data', () => listing.stdout.destroy());
  expect(await ended).toBe(0);
  expect(await told).toBe('');
});
