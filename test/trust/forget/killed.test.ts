/** SIGKILL before any step of forgetting: whoever opens the home next finishes it, and nothing is left. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { prove } from '../../../src/cli/forget/prove.ts';
import { forgetTools } from '../../../src/cli/forget/tools-of-parts.ts';
import { OrderFolder } from '../../../src/trust/forget/order-folder.ts';
import { temporaryFolder } from '../../gallery/temporary-folder.ts';
import { random } from '../../gallery/test-pictures.ts';
import { ForgetHouse } from './forget-house.ts';

const script = fileURLToPath(new URL('./forget-process.ts', import.meta.url));
/** Spread over all steps; others every time. */
const kills = 6;
const seed = Date.now();
const next = random(seed);

let folder: string;
let template: ForgetHouse;

beforeAll(async () => {
  folder = await temporaryFolder();
  template = await ForgetHouse.build(join(folder, 'house'));
  await template.fillAll();
});

/** @returns the number of steps of a run that was not killed, undefined of one that was */
async function run(house: ForgetHouse, step = 0): Promise<number | undefined> {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', script, house.root, String(step), ...house.annas],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = new Promise((resolve) => child.on('close', (code, signal) => resolve(signal ?? code)));
  const out = await text(child.stdout);
  const how = await ended;
  expect(['SIGKILL', 0]).toContain(how);
  return how === 0 ? Number(out) : undefined;
}

test('whatever was killed, the next start finishes it', { timeout: 300_000 }, async () => {
  const steps = (await run(await template.copy(join(folder, 'counted')))) ?? 0;
  expect(steps).toBeGreaterThan(60);
  const drawn = Array.from({ length: kills }, (_, at) => 1 + Math.floor(((at + next()) * steps) / kills));
  const outcomes = new Set<string>();
  const one = async (step: number) => {
    const its = await template.copy(join(folder, `killed-${step}`));
    expect(await run(its, step)).toBeUndefined();
    // Any command that opens a store.
    const parts = its.parts();
    const store = await parts.store();
    const [order] = await new OrderFolder(its.home).all();
    const held = await store.galleriesOf(its.annas);
    if (!order) {
      // Killed before the order was on the disk: nothing was removed.
      expect(held, `step ${step}, seed ${seed}`).toEqual([
        ['gate', 'lobby'],
        ['gate', 'lobby'],
        ['gate', 'lobby'],
      ]);
      outcomes.add('as before');
    } else {
      expect(order.removed, `step ${step}, seed ${seed}`).toBeDefined();
      expect(held, `step ${step}, seed ${seed}`).toEqual([[], [], []]);
      expect((await prove(forgetTools(parts), order)).left, `step ${step}, seed ${seed}`).toEqual([]);
      outcomes.add('finished');
    }
    expect((await store.summary('lobby')).pictures).toBe(order ? 9 : 12);
    await parts.close();
  };
  const queue = [...new Set(drawn)];
  const worker = async () => {
    for (let step = queue.shift(); step !== undefined; step = queue.shift()) await one(step);
  };
  await Promise.all([worker(), worker()]);
  expect(outcomes).toContain('finished');
});
