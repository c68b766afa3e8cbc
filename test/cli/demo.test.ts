/** The demo: what its prompt understands, that it registers once, and that it plays where nobody types. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readDemoLine } from '../../src/cli/demo/demo-line.ts';
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

const files = new Set(['seen.jpg', 'my photo.jpg', 'image of him.jpg']);
const read = (line: string) => readDemoLine(line, (path) => files.has(path));

test.each([
  ['', { act: 'nothing' }],
  ['red jacket', { act: 'words', words: 'red jacket' }],
  ['seen.jpg', { act: 'image', path: 'seen.jpg' }],
  ["'my photo.jpg' ", { act: 'image', path: 'my photo.jpg' }],
  ['my\\ photo.jpg', { act: 'image', path: 'my photo.jpg' }],
  ['image of him.jpg', { act: 'image', path: 'image of him.jpg' }],
  ['image "my photo.jpg"', { act: 'image', path: 'my photo.jpg' }],
  ['IMAGE nowhere.jpg', { act: 'image', path: 'nowhere.jpg' }],
  ['camera 3', { act: 'camera', camera: '3' }],
  ['camera North gate', { act: 'camera', camera: 'North gate' }],
  ['camera all', { act: 'camera', camera: undefined }],
  ['top 20', { act: 'top', count: 20 }],
  ['top hat and cane', { act: 'words', words: 'top hat and cane' }],
  ['use 2', { act: 'use', rank: 2 }],
  ['not #3', { act: 'not', rank: 3 }],
  ['not very tall', { act: 'words', words: 'not very tall' }],
  ['new', { act: 'new' }],
  ['new shoes', { act: 'words', words: 'new shoes' }],
  ['help', { act: 'help' }],
  ['quit', { act: 'quit' }],
])('the line "%s"', (line, act) => {
  expect(read(line)).toEqual(act);
});

test.each(['camera', 'image', 'top 0', 'top 1000'])('"%s" is asked back', (line) => {
  expect(read(line).act).toBe('unclear');
});

interface Played {
  readonly gallery: string;
  readonly searches: { query: { kind: string; pictures: string[] }; ranking: unknown[]; sheet: string }[];
}

test('where nobody types it registers the gallery once and plays three searches', async () => {
  const first = await chatreid(['demo', '--json'], { env });
  expect(first.exitCode).toBe(0);
  expect(first.stderr).toContain('Registering the demo gallery');
  const played = JSON.parse(first.stdout) as Played;
  expect(played.searches.map(({ query }) => query.kind)).toEqual(['image', 'text', 'mixed']);
  for (const { ranking, sheet } of played.searches) {
    expect(ranking).toHaveLength(10);
    expect(sheet.startsWith(join(root, 'home'))).toBe(true);
    expect((await sharp(await readFile(sheet)).metadata()).format).toBe('png');
  }

  const listed = await chatreid(['gallery', 'list', '-g', 'demo', '--json'], { env });
  const { pictures } = JSON.parse(listed.stdout) as { pictures: { pictureId: string; split: string }[] };
  expect(new Set(pictures.map(({ split }) => split))).toEqual(new Set(['gallery']));
  // The pictures that are searched with are not in what is searched.
  const ids = new Set(pictures.map(({ pictureId }) => pictureId));
  for (const { query } of played.searches) for (const id of query.pictures) expect(ids).not.toContain(id);

  const second = await chatreid(['demo'], { env });
  expect(second.exitCode).toBe(0);
  expect(second.stderr).not.toContain('Registering');
  expect(second.stdout.match(/^Contact sheet: /gm)).toHaveLength(3);
});

test('a model that reads no words says so, and the demo goes on with pictures', async () => {
  const model = {
    encodeTexts: async () => {
      throw new ChatReidError('QUERY_WORDS_UNSUPPORTED', 'This model reads no words.', 'Give a picture.');
    },
  };
  const { exitCode, stdout, stderr } = await chatreid(['demo', '--once'], { env, model });
  expect(exitCode).toBe(0);
  expect(stderr).toContain('This model reads no words.');
  expect(stdout.match(/^Looking for photo$/gm)).toHaveLength(2);
});

test('on a terminal a search grows line by line, and a wrong line changes nothing', async () => {
  const typed = [
    'red coat',
    'top 3',
    'use 1',
    'not 2',
    'use 99',
    'camera 3',
    'sheet',
    'new',
    'use 1',
    'quit',
    'never',
  ];
  const { exitCode, stdout, stderr } = await chatreid(['demo'], {
    env,
    tty: true,
    stdin: `${typed.join('\n')}\n`,
  });
  expect(exitCode).toBe(0);
  expect(stdout.match(/^.*Looking for .*$/gm)?.map((line) => line.replace(/^.*Looking for /, ''))).toEqual([
    '"red coat"',
    '"red coat"',
    'photo + "red coat"',
    'photo + "red coat" − 1',
    'photo + "red coat" − 1 · camera 3',
  ]);
  expect(stderr).toContain('There is no candidate 99');
  expect(stderr).toContain('Search for somebody first');
  expect(stdout).toContain('The contact sheet is ');
});
