/** docs/backup.md: its commands run one after the other, and what comes back finds the same people. */
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { packageRoot } from '../../../src/foundation/package-root.ts';
import { temporaryFolder } from '../../gallery/temporary-folder.ts';
import { drawPeople } from '../coloured-people.ts';
import { chatreid, child } from '../command-line.ts';

const page = await readFile(join(packageRoot(), 'docs/backup.md'), 'utf8');
const commands = [...page.matchAll(/^((?:[A-Z_]+=\S+ )?chatreid .*)$/gm)].map(([line]) => line);

let root: string;
let env: Record<string, string>;
beforeAll(async () => {
  root = await temporaryFolder();
  const { pictures, model } = await drawPeople(root);
  env = { CHATREID_HOME: join(root, 'home'), CHATREID_MODEL: model };
  expect((await chatreid(['gallery', 'add', '--gallery', 'lobby', pictures], { env })).exitCode).toBe(0);
});

/** Paths of the page become paths below the test's folder. */
function run(line: string, more: readonly string[] = []) {
  const words = line.replaceAll(/(\/backups|\/var\/lib)\//g, `${root}$1/`).split(' ');
  const [first = ''] = words;
  const set = /^([A-Z_]+)=(.*)$/.exec(first);
  const argv = words.slice(set ? 2 : 1);
  return chatreid([...argv, ...more], { env: set ? { ...env, [set[1] ?? '']: set[2] } : env });
}

async function ranking(home: string): Promise<unknown> {
  const asked = ['ask', '--gallery', 'lobby', '--json', 'green'];
  const { stdout, exitCode } = await chatreid(asked, { env: { ...env, CHATREID_HOME: home } });
  expect(exitCode, stdout).toBe(0);
  const { candidates, ranking } = JSON.parse(stdout) as Record<string, Record<string, unknown>[]>;
  const list = candidates ?? ranking ?? [];
  expect(list.length).toBeGreaterThan(3);
  return list.map(({ pictureId, confidence, score, rank }) => ({ pictureId, confidence, score, rank }));
}

describe('the story of the page', () => {
  test('its commands are these', () => {
    expect(commands).toEqual([
      'chatreid backup --to /backups/chatreid-monday.tar',
      'chatreid restore --from /backups/chatreid-monday.tar --check',
      'CHATREID_HOME=/var/lib/chatreid-new chatreid restore --from /backups/chatreid-monday.tar',
      'chatreid restore --from /backups/chatreid-monday.tar --force',
      'chatreid gallery reindex --gallery lobby',
    ]);
  });

  test('each does what it says', async () => {
    const [backup = '', check = '', elsewhere = '', force = ''] = commands;
    const before = await ranking(join(root, 'home'));
    const made = await run(backup);
    expect(made).toMatchObject({ exitCode: 0, stderr: '' });
    expect(made.stdout).toMatch(/^Backed up \d+ files \(18 pictures of galleries\), /);

    const checked = await run(check, ['--json']);
    expect(JSON.parse(checked.stdout)).toMatchObject({ restored: false });
    const trail = await chatreid(['audit', 'show', '--json'], { env });
    expect(trail.stdout).toContain('backup');

    const restored = await run(elsewhere);
    expect(restored).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await ranking(join(root, 'var/lib/chatreid-new'))).toEqual(before);

    const refused = await run(force.replace(' --force', ''), ['--json']);
    expect(refused.exitCode).toBe(1);
    expect(JSON.parse(refused.stdout)).toMatchObject({ error: { code: 'HOME_NOT_EMPTY' } });
  });

  test('what is in another server is said not to be in it', async () => {
    const stateUrl = 'redis://user:secret@127.0.0.1:6379';
    const { stdout, stderr } = await chatreid(['backup', '--to', join(root, 'redis.tar'), '--json'], {
      env: { ...env, CHATREID_STATE_URL: stateUrl },
    });
    expect(JSON.parse(stdout)).toMatchObject({
      notIncluded: expect.stringContaining('redis://127.0.0.1:6379'),
    });
    expect(stdout + stderr).not.toContain('secret');
  });

  test('with --force, and after damage of the index', async () => {
    const [, , , force = '', reindex = ''] = commands;
    // A copy, and a process of its own: the one of the tests has the home open until the driver lets go of it.
    const home = join(root, 'copy');
    await cp(join(root, 'home'), home, { recursive: true });
    const argv = force.replaceAll('/backups/', `${root}/backups/`).split(' ').slice(1);
    const forced = await child(argv, { ...env, CHATREID_HOME: home });
    expect(forced.stderr).toBe('');
    expect(forced.stdout).toMatch(/What was there before is in .*replaced-/);
    const again = await run(reindex, ['--json']);
    expect(JSON.parse(again.stdout)).toMatchObject({ damaged: 0, indexed: 0, live: true });
  });
});
