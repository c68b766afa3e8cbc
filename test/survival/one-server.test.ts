/** One process at a time answers talks from a home folder; the lock goes with it, and other commands run beside it. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { HomeClaim } from '../../src/cli/home-claim.ts';
import { chatreid } from '../cli/command-line.ts';
import { scratchFolder } from './scratch.ts';

let home: string;
let child: ChildProcess | undefined;
beforeEach(() => {
  home = join(scratchFolder(), 'home');
  mkdirSync(home);
});
afterEach(() => {
  child?.kill('SIGKILL');
  rmSync(join(home, '..'), { recursive: true, force: true });
});

async function heldByAnother(): Promise<number> {
  const script = fileURLToPath(new URL('./claim-process.ts', import.meta.url));
  child = fork(script, [home], { execArgv: ['--import', 'tsx'] });
  await once(child, 'message');
  return child.pid ?? 0;
}

async function serveConfig(): Promise<string> {
  const path = join(home, '..', 'serve.yaml');
  writeFileSync(path, 'web: {port: 0}\n');
  return path;
}

test('a second web or serve says who holds it, and ends; other commands run beside it', async () => {
  const pid = await heldByAnother();
  const env = { CHATREID_HOME: home };
  for (const argv of [
    ['web', '--port', '0'],
    ['serve', '--config', await serveConfig()],
  ]) {
    const { exitCode, stderr } = await chatreid(argv, { env });
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`chatreid serve, process ${pid}, since 2026-11-29 08:15 UTC`);
    expect(stderr).toContain(`kill ${pid}`);
  }
  expect((await chatreid(['gallery', 'list'], { env })).exitCode).toBe(0);
  expect((await chatreid(['serve', '--config', await serveConfig(), '--check'], { env })).exitCode).toBe(0);
});

test('it is free at once when its process was killed, and nothing has to be cleared away', async () => {
  await heldByAnother();
  await expect(HomeClaim.take(home, 'chatreid web', new Date())).rejects.toMatchObject({
    code: 'HOME_IN_USE',
  });
  child?.kill('SIGKILL');
  await once(child!, 'exit');
  const names = readdirSync(home);
  const claim = await HomeClaim.take(home, 'chatreid web', new Date());
  await expect(HomeClaim.take(home, 'chatreid web', new Date())).rejects.toMatchObject({
    code: 'HOME_IN_USE',
    message: expect.stringContaining(`chatreid web, process ${process.pid},`),
  });
  await claim.close();
  // A lock file that is there says nothing, and one that was damaged is mended.
  expect(names).toContain('serving.lock');
  for (const [name, bytes] of [
    ['serving.lock', 'no database '.repeat(500)],
    ['serving.json', '{"pid":'],
  ] as const) {
    writeFileSync(join(home, name), bytes);
    await (await HomeClaim.take(home, 'chatreid web', new Date())).close();
  }
});
