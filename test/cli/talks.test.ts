/** `chatreid chat` and `chatreid web`: which gallery, what is kept, how they end, and what they refuse. */
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Composition, makers } from '../../src/cli/composition.ts';
import { galleryAccess } from '../../src/cli/gallery-access.ts';
import { settingsFrom } from '../../src/cli/settings.ts';
import { packageRoot } from '../../src/foundation/package-root.ts';
import type { Reply } from '../../src/conversation/reply.ts';
import { drawPeople, drawPerson } from './coloured-people.ts';
import { chatreid, colourModel } from './command-line.ts';

let root: string;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'chatreid-talks-'));
  const { pictures, model } = await drawPeople(root);
  env = { CHATREID_HOME: join(root, 'home'), CHATREID_MODEL: model };
  expect((await chatreid(['gallery', 'add', pictures], { env })).exitCode).toBe(0);
});
afterAll(() => rm(root, { recursive: true, force: true }));

const chat = (lines: string, ...more: string[]) => chatreid(['chat', ...more], { env, stdin: lines });
const replies = (stdout: string) =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Reply & { sheet?: string });

test('lines from a pipe are a talk about the own gallery, with a contact sheet in the home folder', async () => {
  const { exitCode, stdout, stderr } = await chat('red coat\nnot 1\n');
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toMatch(/^> red coat\nLooking for "red coat"\n/);
  expect(stdout.match(/^ *1 .*cam\d\/p\d\.png$/gm)).toHaveLength(2);
  const sheets = [...stdout.matchAll(/^Contact sheet: (.*)$/gm)].map(([, path]) => path!);
  expect(sheets).toHaveLength(2);
  for (const sheet of sheets) {
    expect(sheet.startsWith(join(root, 'home', 'chat'))).toBe(true);
    expect((await stat(sheet)).mode & 0o777).toBe(0o600);
    expect((await sharp(await readFile(sheet)).metadata()).format).toBe('png');
  }
});

test('a talk that has a name goes on in the next process, and another one knows nothing of it', async () => {
  const first = replies((await chat('red coat\n', '--conversation', 'case-7', '--json')).stdout);
  expect(first).toHaveLength(1);
  const [second] = replies((await chat('camera 2\n', '--conversation', 'case-7', '--json')).stdout);
  expect(second?.line).toContain('red coat');
  expect(second?.line).toContain('camera 2');
  expect(new Set(second?.answer?.cards.map(({ camera }) => camera))).toEqual(new Set(['2']));
  const [other] = replies((await chat('camera 2\n', '--conversation', 'case-70', '--json')).stdout);
  expect(other?.answer).toBeUndefined();
});

test('a picture by its path is searched with, and a line that cannot be done makes a script fail', async () => {
  const photo = join(root, 'a photo.png');
  await writeFile(photo, await drawPerson('#1010d0', 5));
  const { exitCode, stdout } = await chat(`'${photo}'\nimage nowhere.png\n`, '--json');
  expect(exitCode).toBe(1);
  const [found, missing] = replies(stdout);
  expect(found?.answer?.cards[0]?.source).toMatch(/p3\.png$/);
  expect(missing?.error?.code).toBe('IMPORT_SOURCE_MISSING');
});

test.each([
  ['GALLERY_UNKNOWN', 1, ['chat', '--gallery', 'nowhere', '--json']],
  ['OPTION_INVALID', 2, ['chat', '--conversation', '../../etc', '--json']],
  ['OPTION_INVALID', 2, ['web', '--host', '0.0.0.0', '--json']],
  ['OPTION_INVALID', 2, ['web', '--token-file', 'nowhere.txt', '--json']],
  ['GALLERY_UNKNOWN', 1, ['web', '--gallery', 'nowhere', '--json']],
  ['OPTION_INVALID', 2, ['web', '--port', '65536', '--json']],
])('%s, exit code %i: %j', async (code, exitCode, argv) => {
  const ran = await chatreid(argv, { env });
  expect(ran.exitCode).toBe(exitCode);
  expect(JSON.parse(ran.stdout)).toMatchObject({ error: { code } });
});

test('a port that is in use is told', async () => {
  const taken = await listening();
  const { exitCode, stderr } = await chatreid(['web', '--port', String(taken.port)], { env });
  await taken.close();
  expect(exitCode).toBe(2);
  expect(stderr).toContain(`Port ${taken.port} of 127.0.0.1 is in use.`);
});

test.each([
  ['SIGTERM', 0],
  ['SIGINT', 130],
])('the page is served until %s, which ends it with %i', async (name, exitCode) => {
  const free = await listening();
  await free.close();
  const stop = new AbortController();
  const argv = ['web', '--port', String(free.port), '--gallery', 'default'];
  const running = chatreid(argv, { env, signal: stop.signal });
  const url = `http://127.0.0.1:${free.port}/`;
  await expect
    .poll(
      () =>
        fetch(`${url}health`).then(
          ({ ok }) => ok,
          () => false,
        ),
      { timeout: 20_000 },
    )
    .toBe(true);
  // As main.ts does it.
  stop.abort(new DOMException(name, 'AbortError'));
  expect(await running).toEqual({
    exitCode,
    stdout: `Looking for people in the gallery default: open ${url} in a browser. Ctrl-C ends it.\n`,
    stderr: '',
  });
  await expect(fetch(url)).rejects.toThrow();
});

/** Something on a port that was free. */
async function listening() {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return { port, close: () => new Promise<unknown>((resolve) => server.close(resolve)) };
}

test('a frame that the page brings is registered as the people in it, and one of nobody is told', async () => {
  const parts = new Composition(settingsFrom(env), { ...makers, localModel: async () => colourModel() });
  try {
    const frame = await readFile(join(packageRoot(), 'test/fixtures/people/scenes/0001.jpg'));
    const wall = await sharp({ create: { width: 640, height: 360, channels: 3, background: '#777777' } })
      .png()
      .toBuffer();
    const add = (name: string, bytes: Buffer) =>
      galleryAccess(parts).add(asker, 'frames', [{ name, bytes }], { camera: '7' }, () => {}, never);
    const { added, notes } = await add('gate.jpg', frame);
    expect(added).toBeGreaterThanOrEqual(2);
    expect(notes).toEqual([]);
    const kept = await galleryAccess(parts).browse(asker, 'frames', { offset: 0, limit: 10, camera: '7' });
    expect(kept.map(({ source }) => source)).toContain('gate.jpg#1');
    expect(await add('wall.png', wall)).toMatchObject({
      added: 0,
      failed: [],
      notes: [expect.stringContaining('shows nobody')],
    });
  } finally {
    await parts.close();
  }
});

const never = new AbortController().signal;
const asker = { user: 'web:local', marks: ['web:local'] };

test('pictures that the page brings are registered under their names, searchable, and a bad one is named', async () => {
  const parts = new Composition(settingsFrom({ ...env, CHATREID_TIME_ZONE: 'UTC' }), {
    ...makers,
    localModel: async () => colourModel(),
  });
  try {
    const access = galleryAccess(parts);
    const progress: number[][] = [];
    const pictures = [
      { name: 'in the <hall>.png', bytes: await drawPerson('#123456') },
      { name: 'page.jpg', bytes: Buffer.from('<!doctype html><html></html>') },
    ];
    const facts = { camera: '7', place: 'Hall', time: '2026-11-28T10:00:00.000Z' };
    const report = await access.add(
      asker,
      'uploads',
      pictures,
      facts,
      (...at) => progress.push(at),
      new AbortController().signal,
    );
    expect(report).toMatchObject({
      added: 1,
      already: 0,
      failed: [{ source: 'page.jpg', code: 'PICTURE_NOT_A_PICTURE' }],
    });
    expect(progress.at(-1)).toEqual([2, 2]);
    const [record, ...none] = await access.browse(asker, 'uploads', { offset: 0, limit: 10, camera: '7' });
    expect(none).toEqual([]);
    expect(record).toMatchObject({
      source: 'in the <hall>.png',
      cameraId: '7',
      place: 'Hall',
      time: facts.time,
    });
    expect(await access.browse(asker, 'uploads', { offset: 0, limit: 10, camera: '8' })).toEqual([]);
    expect((await access.list(asker)).map(({ name, pictures: count }) => [name, count])).toContainEqual([
      'uploads',
      1,
    ]);
    await expect(access.browse(asker, 'nowhere', { offset: 0, limit: 1 })).rejects.toMatchObject({
      code: 'GALLERY_UNKNOWN',
    });
  } finally {
    await parts.close();
  }
});
