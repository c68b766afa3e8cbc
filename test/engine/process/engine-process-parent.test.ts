/** The child and its parent's end: killed, done, or gone without a word, no child is left behind. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { callsOf, planFaults } from '../../support/fault-host.ts';

const script = fileURLToPath(new URL('../../support/engine-parent.ts', import.meta.url));
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chatreid-parent-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** @returns the running parent, the process id of its engine child, and its exit */
async function parent(how: 'close' | 'idle' | 'busy') {
  const child = spawn(process.execPath, ['--import', tsx, script, folder, how], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const line = await new Promise<string>((resolve) =>
    createInterface({ input: child.stdout }).once('line', resolve),
  );
  return { child, enginePid: Number(line), exit };
}

it('a parent that has closed the engine can exit', async () => {
  const { enginePid, exit } = await parent('close');
  expect(await exit).toBe(0);
  await gone(enginePid);
});

it('a parent with an idle engine exits by itself, and the child with it', async () => {
  const { enginePid, exit } = await parent('idle');
  expect(await exit).toBe(0);
  await gone(enginePid);
});

it('a parent that is killed leaves no child behind, not even one in the middle of a model run', async () => {
  planFaults(folder, [{ on: 'score', act: 'hang' }]);
  const { child, enginePid } = await parent('busy');
  await until(() => callsOf(folder).some((call) => call.startsWith('score')));
  expect(alive(enginePid)).toBe(true);
  child.kill('SIGKILL');
  await gone(enginePid);
});

async function gone(pid: number): Promise<void> {
  expect(pid).toBeGreaterThan(1);
  await until(() => !alive(pid));
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}
