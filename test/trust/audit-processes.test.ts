/** Several processes and one trail: they take turns, and one that is killed while it writes loses nothing that it promised. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { packageRoot } from '../../src/foundation/package-root.ts';
import { entriesOf } from '../../src/trust/audit-entries.ts';
import { AuditTrail } from '../../src/trust/audit-trail.ts';
import { verifyTrail } from '../../src/trust/audit-verify.ts';
import { emptyFolder } from './trail-house.ts';

let folder: string;
const children: ChildProcess[] = [];

beforeEach(async () => {
  folder = await emptyFolder();
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rm(dirname(folder), { recursive: true, force: true });
});

/** @returns the child, and what it was promised so far */
function writer(name: string, count: number) {
  const child = fork(join(packageRoot(), 'test/trust/audit-writer.ts'), [folder, name, String(count)], {
    execArgv: ['--import', 'tsx'],
  });
  children.push(child);
  const promised: number[] = [];
  child.on('message', (seq: number) => promised.push(seq));
  return { child, promised, ended: once(child, 'exit') };
}

test('three processes at once write one chain', async () => {
  const writers = ['a', 'b', 'c'].map((name) => writer(name, 40));
  await Promise.all(writers.map(({ ended }) => ended));
  const { entries, broken } = verifyTrail(folder);
  expect({ entries, broken }).toEqual({ entries: 120, broken: undefined });
  const entryOf = new Map([...entriesOf(folder)].map(({ seq, event }) => [seq, event.user]));
  for (const [at, { promised }] of writers.entries()) {
    expect(promised).toHaveLength(40);
    expect(promised.map((seq) => entryOf.get(seq))).toEqual(promised.map(() => 'abc'[at]));
  }
}, 30_000);

test('SIGKILL while it writes: what was promised is there, the rest is told, and others go on', async () => {
  const promised: number[] = [];
  for (let round = 0; round < 4; round++) {
    const one = writer(`killed-${round}`, 1_000_000);
    const other = round === 0 ? writer('lives', 30) : undefined;
    await expect
      .poll(() => one.promised.length, { timeout: 20_000, interval: 1 })
      .toBeGreaterThan(5 + round * 3);
    one.child.kill('SIGKILL');
    await one.ended;
    await other?.ended;
    promised.push(...one.promised, ...(other?.promised ?? []));
    const trail = await AuditTrail.open(folder);
    await trail.record({ kind: 'view', user: 'after' });
    await trail.close();
  }
  expect(verifyTrail(folder).broken).toBeUndefined();
  const there = new Set([...entriesOf(folder)].map(({ seq }) => seq));
  expect(promised.filter((seq) => !there.has(seq))).toEqual([]);
}, 60_000);
