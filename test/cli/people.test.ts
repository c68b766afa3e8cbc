/** Frames on the command line: registered as the people in them, and measured. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/foundation/package-root.ts';
import { chatreid } from './command-line.ts';
import { drawPeople } from './coloured-people.ts';

const frames = join(packageRoot(), 'test/fixtures/people');
let root: string;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'chatreid-people-'));
  // A model folder without a detector of its own: the shipped one is used.
  const { model } = await drawPeople(root);
  env = { CHATREID_HOME: join(root, 'home'), CHATREID_MODEL: model };
});
afterAll(() => rm(root, { recursive: true, force: true }));

const run = (...argv: string[]) => chatreid(argv, { env });

describe('gallery add --people', () => {
  it('registers the people of a frame, and a second time nothing', async () => {
    const frame = join(frames, 'scenes/0001.jpg');
    const first = await run('gallery', 'add', '--people', '--json', frame);
    expect(first).toMatchObject({ exitCode: 0 });
    const { added, indexed } = JSON.parse(first.stdout) as { added: number; indexed: number };
    expect(added).toBeGreaterThanOrEqual(2);
    expect(indexed).toBe(added);
    const listed = await run('gallery', 'list', '--json');
    expect(listed.stdout).toContain('0001.jpg#1');
    const again = await run('gallery', 'add', '--people', '--json', frame);
    expect(JSON.parse(again.stdout)).toMatchObject({ added: 0, already: added });
  });
});

describe('evaluate people', () => {
  it('prints recall, precision and what crops come to', async () => {
    const crops = join(frames, 'scenes');
    const ran = await run(
      'evaluate',
      'people',
      '--frames',
      frames,
      '--crops',
      crops,
      '--first',
      '2',
      '--json',
    );
    expect(ran).toMatchObject({ exitCode: 0 });
    const report = JSON.parse(ran.stdout) as { frames: { recall: number }[]; crops: unknown[] };
    expect(report.frames[0]?.recall).toBeGreaterThan(0.6);
    expect(report.crops).toEqual([{ folder: crops, crops: 2, untouched: 0 }]);
    expect((await run('evaluate', 'people', '--frames', frames, '--first', '1')).stdout).toMatch(
      /recall.*precision/,
    );
  });

  it('says what it needs', async () => {
    expect(await run('evaluate', 'people')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/--frames or --crops/),
    });
    const missing = await run('evaluate', 'people', '--frames', root);
    expect(missing).toMatchObject({ stderr: expect.stringMatching(/labelled frames/) });
    expect(missing.exitCode).not.toBe(0);
  });
});
