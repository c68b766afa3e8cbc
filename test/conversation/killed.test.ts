/** A process that is killed anywhere: no message that was accepted is lost, and no reply that was marked comes twice. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { SessionManager } from '../../src/conversation/session-manager.ts';
import { temporaryFolder } from '../gallery/temporary-folder.ts';
import { bareParts } from '../../bench/bare-talks.ts';
import { messageOf } from './message-of.ts';

const script = fileURLToPath(new URL('./talk-process.ts', import.meta.url));

/** The moment, and the one key that may come again because its first delivery was not marked yet. */
const moments: readonly (readonly [string, string?])[] = [
  ['inbox.set after 2'],
  ['talks.set after 1'],
  ['deliver before 1'],
  ['deliver after 1', 'm1#final'],
  ['talks.set after 3'],
  ['deliver after 3', 'm3#final'],
];

test.for(moments)('at "%s"', { concurrent: true, timeout: 180_000 }, async ([moment, twice]) => {
  const home = await temporaryFolder();
  const log = join(home, 'log');
  const child = spawn(process.execPath, ['--import', 'tsx', script, home, log, moment], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);

  const manager = new SessionManager(await bareParts(home));
  const deliver = async ({ key }: { readonly key: string }) => appendFile(log, `${key}\n`);
  await manager.resume('test:', deliver);
  const before = await readFile(log, 'utf8').catch(() => '');
  // The platform sends everything again, as it does when nobody acknowledged.
  for (const [at, text] of ['one', 'two', 'three'].entries()) {
    await manager.handle(messageOf('test:talk', `m${at + 1}`, text), deliver).done;
  }
  const lines = (await readFile(log, 'utf8')).split('\n').filter((line) => line.includes('#'));
  for (const key of ['m1#final', 'm2#final', 'm3#final']) {
    expect(lines.filter((line) => line === key)).toHaveLength(key === twice ? 2 : 1);
  }
  const accepted = [...before.matchAll(/^accepted (m\d)$/gm)].map(([, id]) => id);
  for (const id of accepted) expect(before).toContain(`${id}#final`);
  const turns = await manager.turns('test:talk');
  expect(turns.map(({ messageId }) => messageId)).toEqual(['m1', 'm2', 'm3']);
  expect((await manager.state('test:talk'))?.clues.map(({ words }) => words)).toEqual([
    'one',
    'two',
    'three',
  ]);
  await manager.close();
});
