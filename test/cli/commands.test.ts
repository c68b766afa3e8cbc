/** Every command from its words to its output: JSON shapes, tables, exit codes, wrong usage, bad input. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildProgram } from '../../src/cli/program.ts';
import { Shell } from '../../src/cli/shell.ts';
import { ChatReidError, type ErrorReport } from '../../src/foundation/error.ts';
import { drawMarket } from '../evaluation/datasets/drawn-market.ts';
import { drawPeople, drawPerson, people } from './coloured-people.ts';
import { chatreid, type Ran, type RunOptions } from './command-line.ts';

let root: string;
let pictures: string;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'chatreid-cli-'));
  const drawn = await drawPeople(root);
  pictures = drawn.pictures;
  env = { CHATREID_HOME: join(root, 'home'), CHATREID_MODEL: drawn.model };
  const added = await run('gallery', 'add', pictures, '--json');
  expect(JSON.parse(added.stdout)).toMatchObject({ gallery: 'default', added: people.length });
});
afterAll(() => rm(root, { recursive: true, force: true }));

const run = (...argv: string[]) => chatreid(argv, { env });
const runWith = (options: RunOptions, ...argv: string[]) =>
  chatreid(argv, { ...options, env: { ...env, ...options.env } });

async function json<Document>(...argv: string[]): Promise<Document> {
  const { exitCode, stdout, stderr } = await run(...argv, '--json');
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  return JSON.parse(stdout) as Document;
}

function errorOf({ stdout }: Ran): ErrorReport {
  return (JSON.parse(stdout) as { error: ErrorReport }).error;
}

function everyCommand(): string[][] {
  const shell = new Shell({
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: {},
    signal: new AbortController().signal,
  });
  const paths = (command: Command, path: string[]): string[][] => [
    path,
    ...command.commands.flatMap((sub) => paths(sub, [...path, sub.name()])),
  ];
  return paths(buildProgram(shell), []);
}

interface Ranked {
  readonly rank: number;
  readonly pictureId: string;
  readonly path: string;
  readonly personId?: string;
  readonly cameraId?: string;
  readonly time?: string;
  readonly place?: string;
  readonly filterScore: number;
  readonly confidence: number;
  readonly compared: boolean;
}
interface Asked {
  readonly decision: string;
  readonly ranking: readonly Ranked[];
  readonly filter: { readonly kept: number; readonly of: number; readonly tau: number };
  readonly query: Record<string, unknown>;
  readonly notes: readonly string[];
  readonly sheet?: string;
}

describe('help and usage', () => {
  test.each(everyCommand())('chatreid %s %s --help shows usage and an example', async (...path) => {
    const { exitCode, stdout, stderr } = await run(...path.filter(Boolean), '--help');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Usage: chatreid/);
    expect(stdout).toContain(`$ chatreid ${path.filter(Boolean).join(' ')}`.trim());
    expect(stderr).toBe('');
  });

  test('every command that does something has --json', async () => {
    for (const path of everyCommand().filter(
      (words) => words.length > 0 && !['gallery', 'tune', 'audit'].includes(words.join(' ')),
    )) {
      expect((await run(...path, '--help')).stdout).toContain('--json');
    }
  });

  test.each([
    [['ask', '--tpo', '3', 'red'], "unknown option '--tpo'"],
    [['ask', '--top', '0', 'red'], 'whole number from 1'],
    [['ask', '--top', 'many', 'red'], 'whole number from 1'],
    [['ask', '--mode', 'guess', 'red'], 'Allowed choices are filter'],
    [['ask', '--tau', 'high', 'red'], 'number from -1 to 1'],
    [['ask', '--false-match-rate', '0', 'red'], 'above 0 and below 1'],
    [['galery', 'list'], "unknown command 'galery'"],
    [['gallery', 'lst'], "unknown command 'lst'"],
    [['gallery', 'add'], "missing required argument 'path'"],
    [['gallery', 'show', 'a', 'b'], 'too many arguments'],
    [['gallery', 'export'], "option '--to <folder>' not specified"],
  ])('%j is wrong usage: exit code 2, a sentence and no stack', async (argv, words) => {
    const { exitCode, stdout, stderr } = await run(...argv);
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
    expect(stderr.toLowerCase()).toContain(words.toLowerCase());
    expect(stderr).toMatch(/See: chatreid( ask| gallery( add| show| export)?)? --help/);
    expect(stderr).not.toMatch(/\n\s+at /);
    const told = await run(...argv, '--json');
    expect(told.exitCode).toBe(2);
    expect(errorOf(told)).toMatchObject({ code: 'OPTION_INVALID' });
    expect(told.stderr).toBe('');
  });

  test('no command, or only the group, shows help on stderr with exit code 2', async () => {
    for (const argv of [[], ['gallery']]) {
      const { exitCode, stdout, stderr } = await run(...argv);
      expect([exitCode, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(/^Usage: chatreid/);
    }
  });

  test.each([
    [{ CHATREID_DEVICE: 'tpu' }, 'CHATREID_DEVICE is "tpu"'],
    [{ CHATREID_TIME_ZONE: 'Mars/Olympus' }, 'CHATREID_TIME_ZONE is "Mars/Olympus"'],
    [{ CHATREID_ENGINE_URL: 'gpu-box' }, 'CHATREID_ENGINE_URL is "gpu-box"'],
  ])('%j in the environment is named', async (wrong, words) => {
    const { exitCode, stderr } = await runWith({ env: wrong }, 'gallery', 'list');
    expect(exitCode).toBe(2);
    expect(stderr).toContain(words);
  });
});

describe('gallery list and show', () => {
  test('list --json has every picture with what is known of it', async () => {
    const { pictures: listed, galleries } = await json<{ pictures: Ranked[]; galleries: { name: string }[] }>(
      'gallery',
      'list',
    );
    expect(listed).toHaveLength(people.length);
    const third = listed.find(({ personId, cameraId }) => personId === '002' && cameraId === '3');
    expect(third).toMatchObject({ place: 'Hall', time: '2026-11-24T11:01:00.000Z' });
    expect(third?.pictureId).toMatch(/^[0-9a-f]{64}$/);
    expect(galleries).toMatchObject([{ name: 'default', pictures: people.length, persons: 6 }]);
  });

  test('the tables have a row a gallery, and a row a picture up to the limit', async () => {
    const galleries = await run('gallery', 'list');
    expect(galleries.stdout).toMatch(
      /default\s+18\s+6\s+1, 2, 3\s+24 Nov 2026 10:00\s+24 Nov 2026 12:05\s+complete/,
    );
    const some = await run('gallery', 'list', '--gallery', 'default', '--limit', '4');
    expect(some.stdout.trim().split('\n')).toHaveLength(5);
    expect(some.stderr).toContain('first 4 of 18 pictures');
    expect(some.stdout).not.toContain('\u001b');
  });

  test('nothing there yet is no error, a gallery that was named must exist', async () => {
    const empty = { env: { CHATREID_HOME: join(root, 'empty') } };
    expect(JSON.parse((await runWith(empty, 'gallery', 'list', '--json')).stdout)).toEqual({
      pictures: [],
      galleries: [],
    });
    expect((await runWith(empty, 'gallery', 'list')).stdout).toContain('chatreid gallery add');
    const unknown = await run('gallery', 'list', '--gallery', 'attic', '--json');
    expect([unknown.exitCode, errorOf(unknown).code]).toEqual([1, 'GALLERY_UNKNOWN']);
    expect(errorOf(unknown).next).toContain('default');
  });

  test('show takes an id, its beginning, or the name', async () => {
    const byName = await json<Ranked & { source: string }>('gallery', 'show', 'cam2/p4.png');
    expect(byName).toMatchObject({
      personId: '004',
      cameraId: '2',
      source: 'cam2/p4.png',
      indexed: ['colours'],
    });
    expect(await json('gallery', 'show', byName.pictureId.slice(0, 8))).toEqual(byName);
    expect(await json('gallery', 'show', byName.pictureId)).toEqual(byName);
    expect((await readFile(byName.path)).equals(await drawPerson('#c0c010', 2))).toBe(true);
    expect((await run('gallery', 'show', 'cam2/p4.png')).stdout).toMatch(/camera\s+2\n/);
  });

  test.each(['p4.png', 'nothing.png', 'abcdef', 'f'.repeat(64)])(
    'show %s is refused with a code',
    async (name) => {
      const told = await run('gallery', 'show', name, '--json');
      // Three cameras have a p4.png.
      expect(errorOf(told).code).toBe(name === 'p4.png' ? 'OPTION_INVALID' : 'PICTURE_UNKNOWN');
      expect(told.exitCode).toBe(name === 'p4.png' ? 2 : 1);
    },
  );
});

describe('ask', () => {
  test('by picture: the person first, with every key of the document', async () => {
    const photo = join(root, 'photo.png');
    await writeFile(photo, await drawPerson('#d01010', 5));
    const asked = await json<Asked>('ask', '--image', photo, '--top', '4');
    expect(Object.keys(asked)).toEqual(
      expect.arrayContaining([
        ...['query', 'decision', 'decisionDetail', 'ranking'],
        ...['filter', 'mode', 'timings', 'notes'],
      ]),
    );
    expect(asked.decision).toBe('found');
    expect(asked.filter).toMatchObject({ of: 18, tau: 0.4 });
    expect(asked.ranking.map(({ rank }) => rank)).toEqual([1, 2, 3, 4]);
    expect(asked.ranking.slice(0, 3).map(({ personId }) => personId)).toEqual(['001', '001', '001']);
    for (const { confidence, filterScore, compared, path } of asked.ranking) {
      expect(confidence).toBeGreaterThanOrEqual(0);
      expect(confidence).toBeLessThanOrEqual(1);
      expect(Math.abs(filterScore)).toBeLessThanOrEqual(1.000001);
      expect(compared).toBe(false);
      expect(path.startsWith(root)).toBe(true);
    }
  });

  test('by words, with camera, place and time pushed down, on the clock of the site', async () => {
    const asked = await json<Asked>(
      ...['ask', '--camera', '2', '--camera', '3', '--place', 'Hall'],
      ...['--after', '2026-11-24T12:01', '--before', '2026-11-24T12:03', 'somebody', 'green'],
    );
    expect(asked.filter.of).toBe(3);
    expect(asked.query).toMatchObject({
      words: 'somebody green',
      cameras: ['2', '3'],
      places: ['Hall'],
      after: '2026-11-24T11:01:00.000Z',
      before: '2026-11-24T11:03:00.000Z',
    });
    expect(asked.ranking[0]).toMatchObject({ personId: '002', cameraId: '3' });
  });

  test('times as people say them, and a date alone ends with its day', async () => {
    const at = { now: new Date('2026-11-25T10:00:00Z') };
    const asked = async (...argv: string[]) =>
      JSON.parse((await runWith(at, 'ask', 'red', '--json', ...argv)).stdout) as Asked;
    expect((await asked('--after', 'yesterday 12:00')).filter.of).toBe(6);
    expect((await asked('--before', '2026-11-24')).filter.of).toBe(18);
    expect((await asked('--before', '2026-11-23')).filter.of).toBe(0);
    expect((await asked('--after', 'Tuesday morning', '--before', 'yesterday 11:30')).filter.of).toBe(12);
  });

  test.each([
    ['--after', 'soonish', '"soonish"'],
    ['--before', '2026-02-30', '"2026-02-30"'],
    ['--before', '03/04/2026', 'day/month or month/day'],
  ])('%s %s is refused by name', async (option, value, words) => {
    const told = await run('ask', 'red', option, value, '--json');
    expect([told.exitCode, errorOf(told).code]).toEqual([2, 'OPTION_INVALID']);
    expect(errorOf(told).message).toContain(words);
  });

  test('a range that ends before it begins is refused', async () => {
    const told = await run('ask', 'red', '--after', '2026-11-24', '--before', '2026-11-23', '--json');
    expect(errorOf(told).message).toContain('later than');
  });

  test('by a picture of the gallery: it is left out of its own answer, and so is who it is not', async () => {
    const { pictureId } = await json<Ranked>('gallery', 'show', 'cam1/p1.png');
    const not = await json<Ranked>('gallery', 'show', 'cam2/p1.png');
    const asked = await json<Asked>('ask', '-i', pictureId.slice(0, 10), '-n', not.pictureId.slice(0, 10));
    const ids = asked.ranking.map((candidate) => candidate.pictureId);
    expect(ids).not.toContain(pictureId);
    expect(ids).not.toContain(not.pictureId);
    expect(asked.query).toMatchObject({ pictures: [pictureId], negatives: [not.pictureId] });
    expect(asked.notes.join(' ')).toContain('left out of the answer');
  });

  test('a picture on standard input', async () => {
    const asked = await runWith({ stdin: await drawPerson('#1010d0', 6) }, 'ask', '-i', '-', '--json');
    expect((JSON.parse(asked.stdout) as Asked).ranking[0]).toMatchObject({ personId: '003' });
    const twice = await run('ask', '-i', '-', '-n', '-', '--json');
    expect([twice.exitCode, errorOf(twice).code]).toEqual([2, 'OPTION_INVALID']);
    const terminal = await runWith({ tty: true }, 'ask', '-i', '-', '--json');
    expect(errorOf(terminal).message).toContain('terminal');
  });

  test('for people: the search in one line, the verdict, a table; notes on stderr', async () => {
    const { exitCode, stdout, stderr } = await run(
      ...['ask', 'green', '-i', join(pictures, 'cam1/p2.png'), '-n', join(pictures, 'cam1/p1.png')],
      ...['--camera', '3', '--after', '2026-11-24T11:00', '--top', '2'],
    );
    expect(exitCode).toBe(0);
    const [line, verdict, blank, head, first, second, ...rest] = stdout.split('\n');
    expect(line).toBe('Looking for photo + "green" · 1 ruled out · camera 3 · after 24 Nov 2026 11:00');
    expect(verdict).toMatch(/^(Found|Unsure|Probably not in this gallery): /);
    expect(blank).toBe('');
    expect(head).toMatch(/rank +confidence +person +camera +time +place +picture +source/);
    expect(first).toMatch(/^ +1 +[<>]?\d+ % +002 +3 +24 Nov 2026 12:01 +Hall +[0-9a-f]{8} +cam3\/p2\.png$/);
    expect(second).toMatch(/^ +2 /);
    expect(rest).toEqual(['']);
    expect(stderr).toContain('no language model');
  });

  test('--sheet writes one PNG, whole', async () => {
    const file = join(root, 'sheets', 'answer.png');
    const asked = await json<Asked>('ask', 'red', '--sheet', file);
    expect(asked.sheet).toBe(file);
    expect((await sharp(file).metadata()).format).toBe('png');
    expect(await readdir(join(root, 'sheets'))).toEqual(['answer.png']);
  });

  test('a sheet that is a folder or no PNG is refused by name', async () => {
    for (const sheet of [root, join(root, 'answer.txt')]) {
      const told = await run('ask', 'red', '--sheet', sheet, '--json');
      expect([told.exitCode, errorOf(told).code]).toEqual([2, 'OPTION_INVALID']);
      expect(errorOf(told).message).toContain(`"${sheet}"`);
    }
  });

  test('a restriction that leaves nothing is no answer about the person: what the gallery knows is told', async () => {
    const asked = await json<Asked>('ask', 'red', '--camera', '9', '--camera', '2', '--place', 'Attic');
    expect(asked.filter.of).toBe(0);
    expect(asked.notes[0]).toContain('no picture of the gallery default fits camera 9 or 2 · Attic');
    expect(asked.notes[0]).toContain('There is no camera "9". The cameras it knows: 1, 2, 3.');
    expect(asked.notes[0]).toContain('There is no place "Attic". The places it knows: Hall, Lobby.');
    const late = await run('ask', 'red', '--after', '2026-12-01');
    expect(late.exitCode).toBe(0);
    expect(late.stdout).toContain('Nothing was searched');
    expect(late.stderr).toContain('Its pictures are from 24 Nov 2026 10:00 to 24 Nov 2026 12:05.');
  });

  test('cuda that was asked for by name and is not there is told', async () => {
    const cuda = { env: { CHATREID_DEVICE: 'cuda' } };
    const note = 'cuda was not looked for.';
    const asked = await runWith(cuda, 'ask', 'red', '--json');
    expect((JSON.parse(asked.stdout) as Asked).notes).toContain(note);
    expect((await runWith(cuda, 'ask', 'red')).stderr).toContain(note);
    const added = await runWith(cuda, 'gallery', 'add', pictures);
    expect([added.exitCode, added.stderr]).toEqual([0, expect.stringContaining(note)]);
    await drawMarket(join(root, 'market'));
    const evaluated = await runWith(
      cuda,
      ...['evaluate', 'market1501', '--allow-partial', '--data', join(root, 'market')],
    );
    expect([evaluated.exitCode, evaluated.stderr]).toEqual([0, expect.stringContaining(note)]);
    expect((await run('ask', 'red')).stderr).not.toContain(note);
  });

  test('without a default gallery the demo is named', async () => {
    const home = { env: { CHATREID_HOME: join(root, 'demo only') } };
    await runWith(home, 'gallery', 'add', '-g', 'demo', pictures);
    const told = await runWith(home, 'ask', 'red', '--json');
    expect(errorOf(told)).toMatchObject({ code: 'GALLERY_UNKNOWN' });
    expect(errorOf(told).next).toContain('add --gallery demo');
    const other = await runWith(home, 'ask', 'red', '-g', 'attic', '--json');
    expect(errorOf(other).next).not.toContain('add --gallery demo');
  });

  test.each(['/etc/passwd', '/etc/passwd/x', '/proc/chatreid'])('the home %s is refused', async (home) => {
    for (const argv of [['status'], ['ask', 'red'], ['gallery', 'add', pictures]]) {
      const told = await runWith({ env: { CHATREID_HOME: home } }, ...argv, '--json');
      expect([told.exitCode, errorOf(told).code]).toEqual([1, 'STORAGE_DENIED']);
      expect(errorOf(told).next).toBe('Set CHATREID_HOME to a folder you can write.');
      expect(errorOf(told).message).toContain(home);
    }
  });

  test('a sheet that cannot be written does not take the answer with it', async () => {
    const told = await run('ask', 'red', '--sheet', join(pictures, 'manifest.csv', 'answer.png'));
    expect(told.exitCode).toBe(1);
    expect(told.stdout).toContain('Looking for "red"');
    expect(told.stderr).toContain('answer.png');
  });

  test.each([
    ['nothing', Buffer.alloc(0), 'PICTURE_EMPTY'],
    ['html', Buffer.from('<!doctype html><title>Log in</title>'), 'PICTURE_NOT_A_PICTURE'],
    ['svg', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'PICTURE_UNSUPPORTED'],
  ])('a query picture that is %s is named', async (name, bytes, code) => {
    const file = join(root, `${name}.jpg`);
    await writeFile(file, bytes);
    const told = await run('ask', '-i', file, '--json');
    expect(told.exitCode).toBe(1);
    expect(errorOf(told)).toMatchObject({ code });
    expect(errorOf(told).message).toContain(file);
  });

  test.each([
    [['ask'], 'QUERY_EMPTY', 2],
    [['ask', '   '], 'QUERY_EMPTY', 2],
    [['ask', '-i', 'nowhere.jpg'], 'IMPORT_SOURCE_MISSING', 1],
    [['ask', '-i', 'abcdef012345'], 'PICTURE_UNKNOWN', 1],
    [['ask', 'red', '-g', 'attic'], 'GALLERY_UNKNOWN', 1],
    [['ask', 'red', '--mode', 'pairwise'], 'ENGINE_CANNOT', 1],
  ])('%j fails with %s and exit code %i', async (argv, code, exitCode) => {
    const told = await run(...argv, '--json');
    expect([errorOf(told).code, told.exitCode]).toEqual([code, exitCode]);
    expect(Object.keys(errorOf(told))).toEqual(expect.arrayContaining(['code', 'message', 'next']));
    const text = await run(...argv);
    expect(text.stdout).toBe('');
    expect(text.stderr).toContain(`[${code}]`);
    expect(text.stderr).not.toMatch(/\n\s+at /);
  });

  test('a model without words says so, and a missing model folder is named', async () => {
    const wordless = {
      encodeTexts: async () => {
        throw new ChatReidError('QUERY_WORDS_UNSUPPORTED', 'This model reads no words.', 'Give a picture.');
      },
    };
    const told = await runWith({ model: wordless }, 'ask', 'red', '--json');
    expect(errorOf(told)).toMatchObject({ code: 'QUERY_WORDS_UNSUPPORTED', next: 'Give a picture.' });
    const gone = await runWith({ env: { CHATREID_MODEL: join(root, 'gone') } }, 'ask', 'red', '--json');
    expect(errorOf(gone).code).toBe('MODEL_MISSING');
    expect(errorOf(gone).message).toContain(join(root, 'gone'));
  });

  test('stack traces only when asked for', async () => {
    const told = await runWith({ env: { CHATREID_DEBUG: '1' } }, 'ask', 'red', '-g', 'attic');
    expect(told.stderr).toMatch(/\n\s+at /);
  });
});

describe('gallery add, remove, export, reindex', () => {
  test('bad files are named, the rest is there, exit code 3; the second time nothing is new', async () => {
    const folder = join(root, 'mixed');
    const { pictures: drawn } = await drawPeople(folder);
    await rm(join(drawn, 'manifest.csv'));
    await writeFile(join(drawn, 'broken.jpg'), Buffer.from('not a picture'));
    await writeFile(join(drawn, 'torn.png'), (await drawPerson('#ffffff')).subarray(0, 120));
    const first = await run('gallery', 'add', '-g', 'mixed', drawn, '--json');
    expect(first.exitCode).toBe(3);
    const report = JSON.parse(first.stdout) as { failed: { source: string; code: string }[] };
    expect(report).toMatchObject({ gallery: 'mixed', added: 18, already: 0, updated: 0, indexed: 0 });
    expect(report.failed.map(({ source, code }) => [source, code]).sort()).toEqual([
      ['broken.jpg', 'PICTURE_NOT_A_PICTURE'],
      ['torn.png', 'PICTURE_DAMAGED'],
    ]);
    const second = await run('gallery', 'add', '-g', 'mixed', drawn);
    expect(second.exitCode).toBe(3);
    expect(second.stdout).toContain('0 pictures added, 18 already there');
    expect(second.stderr).toContain('broken.jpg: ');
  });

  test.each([
    [['gallery', 'add', 'nowhere'], 'IMPORT_SOURCE_MISSING', 1],
    [['gallery', 'add', '.', '--time-zone', 'Mars/Olympus'], 'OPTION_INVALID', 2],
    [['gallery', 'reindex', '-g', 'attic'], 'GALLERY_UNKNOWN', 1],
    [['gallery', 'export', '-g', 'attic', '--to', 'x'], 'GALLERY_UNKNOWN', 1],
    [['gallery', 'remove', '-g', 'attic', '--all', '--yes'], 'GALLERY_UNKNOWN', 1],
    [['gallery', 'remove', '--yes'], 'OPTION_INVALID', 2],
    [['gallery', 'remove', '--all', '--person', '1', '--yes'], 'OPTION_INVALID', 2],
    [['gallery', 'remove', '--person', 'nobody', '--yes'], 'PICTURE_UNKNOWN', 1],
    [['gallery', 'remove', '--person', '001'], 'OPTION_INVALID', 2],
  ])('%j fails with %s and exit code %i', async (argv, code, exitCode) => {
    const told = await run(...argv, '--json');
    expect([errorOf(told).code, told.exitCode]).toEqual([code, exitCode]);
  });

  test('kept without an index first, indexed later', async () => {
    const one = join(root, 'one.png');
    await writeFile(one, await drawPerson('#336699'));
    const added = await run('gallery', 'add', '-g', 'later', '--no-index', one);
    expect(added.stderr).toContain('gallery reindex --gallery later');
    expect(errorOf(await run('ask', 'red', '-g', 'later', '--json')).code).toBe('GALLERY_NOT_INDEXED');
    expect(await json('gallery', 'reindex', '-g', 'later')).toMatchObject({
      indexed: 1,
      live: true,
      failed: [],
    });
    expect((await json<Asked>('ask', 'blue', '-g', 'later')).ranking).toHaveLength(1);
  });

  test('exported and imported again it is the same gallery', async () => {
    const to = join(root, 'export');
    const { pictures: count, manifest } = await json<{ pictures: number; manifest: string }>(
      ...['gallery', 'export', '--to', to],
    );
    expect(count).toBe(people.length);
    await json('gallery', 'add', '-g', 'again', manifest);
    const list = (name: string) => json<{ pictures: unknown[] }>('gallery', 'list', '-g', name);
    expect((await list('again')).pictures).toEqual((await list('default')).pictures);
  });

  test('remove asks on a terminal, and takes out pictures, persons and galleries', async () => {
    await json('gallery', 'add', '-g', 'leaving', pictures);
    const left = async () =>
      (await json<{ pictures: unknown[] }>('gallery', 'list', '-g', 'leaving')).pictures.length;
    const no = await runWith({ tty: true, stdin: 'n\n' }, ...['gallery', 'remove', '-g', 'leaving', '--all']);
    expect(no.stderr).toContain('18 pictures');
    expect(no.stderr).toContain('Nothing was removed');
    expect(await left()).toBe(18);
    const listed = await json<{ pictures: Ranked[] }>('gallery', 'list', '-g', 'leaving');
    const features = join(root, 'home', 'cache', 'features', 'some-model');
    await mkdir(features, { recursive: true });
    const kept = () => readdir(features).then((names) => names.length);
    for (const { pictureId } of listed.pictures) await writeFile(join(features, `${pictureId}.features`), '');
    await writeFile(join(features, `${'0'.repeat(64)}.features`), 'of another gallery');
    const yes = ['gallery', 'remove', '-g', 'leaving', '--picture', 'cam1/p2.png'];
    expect((await runWith({ tty: true, stdin: 'y\n' }, ...yes)).stdout).toContain('Removed 1 picture');
    expect(await json('gallery', 'remove', '-g', 'leaving', '--person', '001', '003', '--yes')).toEqual({
      gallery: 'leaving',
      removed: 6,
    });
    expect(await left()).toBe(11);
    expect(await kept()).toBe(12);
    expect(await json('gallery', 'remove', '-g', 'leaving', '--all', '--yes')).toMatchObject({ removed: 11 });
    expect(await readdir(features)).toEqual([`${'0'.repeat(64)}.features`]);
    expect((await run('gallery', 'list', '-g', 'leaving', '--json')).exitCode).toBe(1);
  });
});

describe('status', () => {
  test('says what is there, in JSON and in words', async () => {
    const status = await json<Record<string, unknown>>('status');
    expect(status).toMatchObject({
      home: env.CHATREID_HOME,
      timeZone: 'Europe/Berlin',
      device: { wished: 'auto', used: 'cpu', note: 'cuda was not looked for.' },
      model: { name: 'colours', licence: 'MIT', folder: env.CHATREID_MODEL, encoder: { space: 'colours' } },
    });
    expect(status.versions).toMatchObject({ node: process.versions.node });
    const { stdout } = await run('status');
    expect(stdout).toMatch(/model +colours \(licence: MIT\)/);
    expect(stdout).toMatch(/language model +none/);
    expect(stdout).toMatch(/default +18/);
  });

  test('a model that cannot be used is part of the status, not its end', async () => {
    const { exitCode, stdout } = await runWith({ env: { CHATREID_MODEL: join(root, 'gone') } }, 'status');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('cannot be used: There is no model folder');
  });
});

describe('interrupted', () => {
  test('an import that is stopped keeps what it has, says how to go on, and exits with 130', async () => {
    const folder = join(root, 'stopped');
    await mkdir(folder);
    // Pictures of which no gallery has a vector yet.
    for (let i = 0; i < 5; i++)
      await writeFile(join(folder, `${i}.png`), await drawPerson('#884400', 20 + i));
    const stop = new AbortController();
    const model = {
      encodePictures: async () => {
        stop.abort();
        stop.signal.throwIfAborted();
        return [];
      },
    };
    const stopped = await runWith({ signal: stop.signal, model }, 'gallery', 'add', '-g', 'stopped', folder);
    expect(stopped.exitCode).toBe(130);
    expect(stopped.stderr).toContain('holds 5 pictures now');
    expect(stopped.stderr).toContain('Run the same command again');
    expect(await json('gallery', 'add', '-g', 'stopped', folder)).toMatchObject({ added: 0, already: 5 });
    expect((await json<Asked>('ask', 'red', '-g', 'stopped')).filter.of).toBe(5);
  });

  test('a search that is stopped exits with 130', async () => {
    const stop = new AbortController();
    stop.abort();
    const told = await runWith({ signal: stop.signal }, 'ask', 'red', '--json');
    expect([told.exitCode, errorOf(told).code]).toEqual([130, 'CANCELLED']);
  });

  test('whatever SIGTERM stops exits with 143, the first registering of the demo too', async () => {
    const stop = new AbortController();
    const model = {
      encodePictures: async () => {
        // As main.ts does it.
        stop.abort(new DOMException('SIGTERM', 'AbortError'));
        stop.signal.throwIfAborted();
        return [];
      },
    };
    const home = join(root, 'terminated');
    const argv = ['web', '--gallery', 'demo', '--port', '0'];
    const stopped = await chatreid(argv, {
      env: { ...env, CHATREID_HOME: home },
      signal: stop.signal,
      model,
    });
    expect(stopped.exitCode).toBe(143);
    expect(stopped.stderr).toContain('Registering the demo gallery');
  });
});
