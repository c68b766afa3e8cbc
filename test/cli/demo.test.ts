/** The demo: what its prompt understands, that it registers once, and that it plays where nobody types. */
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
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
  ['camera 3', { act: 'restrict', to: { cameras: ['3'] } }],
  ['camera North gate', { act: 'restrict', to: { cameras: ['North gate'] } }],
  ['camera all', { act: 'restrict', to: { cameras: null } }],
  ['camera 1,3', { act: 'restrict', to: { cameras: ['1', '3'] } }],
  ['cameras 1 or 3', { act: 'restrict', to: { cameras: ['1', '3'] } }],
  ['camera 3, after two', { act: 'restrict', to: { cameras: ['3'], after: 'two' } }],
  [
    'after 14:00, before 4pm, place Main hall, 3',
    { act: 'restrict', to: { after: '14:00', before: '4pm', places: ['Main hall', '3'] } },
  ],
  ['before May 13, 2026', { act: 'restrict', to: { before: 'May 13, 2026' } }],
  ['time all', { act: 'restrict', to: { after: null, before: null } }],
  ['clear', { act: 'new' }],
  ['clear words', { act: 'clear', part: 'words' }],
  ['clear Cameras', { act: 'clear', part: 'camera' }],
  ['clear plastic bag', { act: 'words', words: 'clear plastic bag' }],
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

test.each(['camera', 'place', 'camera 3, after', 'time', 'image', 'top 0', 'top 1000'])(
  '"%s" is asked back',
  (line) => {
    expect(read(line).act).toBe('unclear');
  },
);

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
    'photo + "red coat" · 1 ruled out',
    'photo + "red coat" · 1 ruled out · camera 3',
  ]);
  expect(stderr).toContain('There is no candidate 99');
  expect(stderr).toContain('Search for somebody first');
  expect(stdout).toContain('The contact sheet is ');
});

test('cameras, places and times restrict, alone and together; words still in force are told and cleared', async () => {
  const typed = [
    'camera 3, after two',
    'red coat',
    'use 1',
    'clear words',
    'place car park',
    'after soonish',
    'camera 9, time all',
    'clear',
    'after 18:00, before 9:00',
    'x'.repeat(5000),
    'red coat',
  ];
  const { exitCode, stdout, stderr } = await chatreid(['demo'], {
    env: { ...env, NO_COLOR: '1' },
    tty: true,
    stdin: `${typed.join('\n')}\n`,
  });
  expect(exitCode).toBe(0);
  const after = 'after 13 May 2026 14:00';
  const sought = stdout.match(/Looking for .*$/gm)?.map((line) => line.replace('Looking for ', ''));
  expect(sought?.slice(0, 5)).toEqual([
    `"red coat" · camera 3 · ${after}`,
    `photo + "red coat" · camera 3 · ${after}`,
    `photo · camera 3 · ${after}`,
    `photo · camera 3 · car park · ${after}`,
    'photo · camera 9 · car park',
  ]);
  expect(stderr).toContain('The description is 5,000 characters long.');
  expect(sought?.at(-1)).toContain('· 13 May 2026 18:00 – 14 May 2026 09:00');
  expect(stdout).toContain(`Who is it? (camera 3 · ${after})`);
  expect(stdout).toContain('The words "red coat" still count. "clear words" forgets them.');
  expect(stderr).toContain('after "soonish" is not a time');
  expect(stdout).toContain('Nothing was searched: no picture of the gallery demo fits camera 9');
  expect(stderr).toContain('There is no camera "9". The cameras it knows: 1, 2, 3, 4, 5, 6.');
});

test('what it makes is for the owner of the account only', async () => {
  const home = join(root, 'home');
  expect((await stat(home)).mode & 0o777).toBe(0o700);
  for (const folder of ['demo', 'cache', 'galleries']) {
    expect((await stat(join(home, folder))).mode & 0o777).toBe(0o700);
  }
  const made = await readdir(join(home, 'demo'));
  expect(made).toContain('answer-1.png');
  for (const name of made) expect((await stat(join(home, 'demo', name))).mode & 0o777).toBe(0o600);
});
