/** The demo: it registers once, plays where nobody types, and is a talk like any other where somebody does. */
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Reply } from '../../src/conversation/reply.ts';
import { ChatReidError } from '../../src/foundation/error.ts';
import { drawPeople } from './coloured-people.ts';
import { chatreid } from './command-line.ts';

let root: string;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'chatreid-demo-'));
  env = { CHATREID_HOME: join(root, 'home'), CHATREID_MODEL: (await drawPeople(root)).model };
});
afterAll(() => rm(root, { recursive: true, force: true }));

test('where nobody types it registers the gallery once and plays three searches', async () => {
  const first = await chatreid(['demo', '--json'], { env });
  expect(first.exitCode).toBe(0);
  expect(first.stderr).toContain('Registering the demo gallery');
  const replies = first.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Reply & { sheet?: string });
  const searches = replies.filter(({ answer }) => answer);
  expect(searches.map(({ line }) => line)).toEqual([
    'photo',
    '"man with a backpack"',
    'photo + "man with a backpack"',
  ]);
  for (const { answer, sheet } of searches) {
    expect(answer?.cards).toHaveLength(10);
    expect(sheet?.startsWith(join(root, 'home'))).toBe(true);
    expect((await sharp(await readFile(sheet!)).metadata()).format).toBe('png');
  }

  const listed = await chatreid(['gallery', 'list', '-g', 'demo', '--json'], { env });
  const { pictures } = JSON.parse(listed.stdout) as { pictures: { pictureId: string; split: string }[] };
  expect(new Set(pictures.map(({ split }) => split))).toEqual(new Set(['gallery']));
  // The pictures that are searched with are not in what is searched.
  const ids = new Set(pictures.map(({ pictureId }) => pictureId));
  const sought = searches.flatMap(({ answer }) => answer!.query.pictureIds);
  expect(sought).toHaveLength(2);
  for (const id of sought) expect(ids).not.toContain(id);

  const second = await chatreid(['demo'], { env });
  expect(second.exitCode).toBe(0);
  expect(second.stderr).not.toContain('Registering');
  expect(second.stdout.match(/^Contact sheet: /gm)).toHaveLength(3);
});

test('who was forgotten does not come back with the next start', async () => {
  const shown = await chatreid(['gallery', 'list', '-g', 'demo', '--json'], { env });
  const { pictures } = JSON.parse(shown.stdout) as { pictures: { personId: string }[] };
  const person = pictures[0]!.personId;
  const forgotten = await chatreid(['forget', '--person', person, '--yes', '--prove'], { env });
  expect(forgotten.stdout).toContain('nothing is left');
  const again = await chatreid(['demo'], { env });
  expect(again.stderr).not.toContain('Registering');
  const left = await chatreid(['gallery', 'list', '-g', 'demo', '--json'], { env });
  expect(left.stdout).not.toContain(`"personId": "${person}"`);
});

test('a model that reads no words says so, and the demo goes on with pictures', async () => {
  const model = {
    encodeTexts: async () => {
      throw new ChatReidError('QUERY_WORDS_UNSUPPORTED', 'This model reads no words.', 'Give a picture.');
    },
  };
  const { exitCode, stdout } = await chatreid(['demo', '--once'], { env, model });
  expect(exitCode).toBe(1);
  expect(stdout).toContain('This model reads no words.');
  expect(stdout).toMatch(/^Looking for photo$/m);
});

test('on a terminal it is the talk, with a picture to begin with', async () => {
  const { exitCode, stdout } = await chatreid(['demo'], {
    env,
    tty: true,
    stdin: 'red coat\nnot 1\nquit\nnever\n',
  });
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^A picture to begin with: .*\.jpg"?$/m);
  expect(stdout.match(/^Looking for .*$/gm)).toEqual([
    'Looking for "red coat"',
    'Looking for "red coat" − 1',
  ]);
});

test('what it makes is for the owner of the account only', async () => {
  const home = join(root, 'home');
  expect((await stat(home)).mode & 0o777).toBe(0o700);
  for (const folder of ['demo', 'chat', 'cache', 'galleries']) {
    expect((await stat(join(home, folder))).mode & 0o777).toBe(0o700);
  }
  for (const name of await readdir(join(home, 'demo'))) {
    expect((await stat(join(home, 'demo', name))).mode & 0o777).toBe(0o600);
  }
});
