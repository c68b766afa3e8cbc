/** SIGKILL before any step of a backup or a restore: nothing under the archive's name, and the old home or the new one. */
import { spawn } from 'node:child_process';
import { cp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { backUp } from '../../../src/cli/backup/back-up.ts';
import { checkArchive, restoreHome } from '../../../src/cli/backup/restore-home.ts';
import { prepareHome } from '../../../src/foundation/home.ts';
import { temporaryFolder } from '../../gallery/temporary-folder.ts';
import { random } from '../../gallery/test-pictures.ts';
import { contents } from './contents.ts';
import { fillHome, homeAt } from './home-of-test.ts';

const script = fileURLToPath(new URL('./backup-process.ts', import.meta.url));
const next = random(Date.now());

let root: string;
let archive: string;
let old: Record<string, string>;
let restored: Record<string, string>;

beforeAll(async () => {
  root = await temporaryFolder();
  archive = join(root, 'first.tar');
  await fillHome(homeAt(join(root, 'first')), 0, 4);
  await backUp({ home: homeAt(join(root, 'first')), to: archive, version: '1' });
  await restoreHome({ home: homeAt(join(root, 'again')), archive });
  restored = await contents(join(root, 'again'));
  await fillHome(homeAt(join(root, 'second')), 10, 13);
  old = await contents(join(root, 'second'));
});

/** @returns the number of steps of a run that was not killed, undefined of one that was */
async function run(
  mode: 'backup' | 'restore',
  home: string,
  file: string,
  step = 0,
): Promise<number | undefined> {
  const child = spawn(process.execPath, ['--import', 'tsx', script, mode, home, file, String(step)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.on('close', (code, signal) => resolve(signal ?? code)));
  const out = await text(child.stdout);
  const how = await ended;
  expect(['SIGKILL', 0]).toContain(how);
  return how === 0 ? Number(out) : undefined;
}

async function inTurns(steps: readonly number[], work: (step: number) => Promise<void>): Promise<void> {
  const queue = [...new Set(steps)];
  const worker = async () => {
    for (let step = queue.shift(); step !== undefined; step = queue.shift()) await work(step);
  };
  await Promise.all([worker(), worker(), worker()]);
}

function drawn(count: number, to: number): number[] {
  return Array.from({ length: count }, () => 1 + Math.floor(next() * to));
}

test('a backup that is killed leaves no archive, and the next one is whole', {
  timeout: 180_000,
}, async () => {
  const home = join(root, 'first');
  const steps = (await run('backup', home, join(root, 'counted.tar'))) ?? 0;
  expect(steps).toBeGreaterThan(10);
  await inTurns([...drawn(4, steps - 3), steps - 3], async (step) => {
    const folder = join(root, `backup-${step}`);
    const file = join(folder, 'a.tar');
    expect(await run('backup', home, file, step)).toBeUndefined();
    expect(await readdir(folder).catch(() => [])).not.toContain('a.tar');
    await backUp({ home: homeAt(home), to: file, version: '1' });
    expect(await readdir(folder)).toEqual(['a.tar']);
    await checkArchive(file);
  });
});

test('a restore that is killed leaves the old home or the new one', { timeout: 180_000 }, async () => {
  const outcomes = new Set<string>();
  const copyOfOld = async (name: string) => {
    await cp(join(root, 'second'), join(root, name), { recursive: true });
    return join(root, name);
  };
  const steps = (await run('restore', await copyOfOld('counted'), archive)) ?? 0;
  expect(await contents(join(root, 'counted'))).toEqual(restored);
  // The moving is the last dozen of steps, every one of which counts.
  const moving = Array.from({ length: 16 }, (_, at) => steps - at);
  await inTurns([...drawn(4, steps - 16), ...moving], async (step) => {
    const home = await copyOfOld(`restore-${step}`);
    expect(await run('restore', home, archive, step)).toBeUndefined();
    await prepareHome(homeAt(home));
    const now = await contents(home);
    const outcome = now['galleries/gallery.db'] === old['galleries/gallery.db'] ? 'old' : 'new';
    outcomes.add(outcome);
    expect(now, `step ${step}`).toEqual(outcome === 'old' ? old : restored);
    await restoreHome({ home: homeAt(home), archive, force: true });
    expect(await contents(home)).toEqual(restored);
    expect((await readdir(home)).filter((name) => /restor/.test(name))).toEqual([]);
  });
  expect([...outcomes].sort()).toEqual(['new', 'old']);
});
