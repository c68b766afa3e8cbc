/** The README: every command in it is run, every file it points to exists, every script it names is there. */
import { spawn } from 'node:child_process';
import { access, copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { platforms } from '../src/cli/serve/platforms.ts';
import { secretNames } from '../src/cli/serve/secrets.ts';
import { readActs } from '../src/conversation/interpreter/read-acts.ts';
import { manifest } from '../src/evaluation/datasets/manifest.ts';
import { packageRoot } from '../src/foundation/package-root.ts';
import { LocalPlatforms } from './adapters/local-platforms.ts';

const root = packageRoot();
const readme = await readFile(join(root, 'README.md'), 'utf8');
/** What is piped into a command, where something is, and the command. */
const commands = [...readme.matchAll(/^(?:printf '(.*)' \| )?npm run -s chatreid -- (.*)$/gm)].map(
  ([, piped, command]) => [withoutComment(command ?? ''), piped?.replaceAll('\\n', '\n')] as const,
);

let folder: string;
let pictureId: string;
let local: LocalPlatforms;

/** The reader's folder: some pictures in pictures/, and a photo of somebody who is in them. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chatreid-readme-'));
  await mkdir(join(folder, 'pictures'));
  const demo = join(root, 'model/demo/pictures');
  const names = (await readdir(demo)).sort();
  await copyFile(join(demo, names[0]!), join(folder, 'photo.jpg'));
  for (const name of names.slice(1, 13)) await copyFile(join(demo, name), join(folder, 'pictures', name));
  await writeFile(join(folder, 'token.txt'), '0123456789abcdef0123456789abcdef\n');
  await writeFile(join(folder, 'cameras.csv'), manifestOf(names[0]!, names.slice(1, 13)));
  local = await LocalPlatforms.start();
});
afterAll(async () => {
  await local?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** The photo as query, the pictures as gallery. Names begin with person and camera: d0001_c2. */
function manifestOf(photo: string, pictures: readonly string[]): string {
  const row = (path: string, name: string, split: string): string => {
    const [, person, camera] = /^(d\d+)_c(\d)/.exec(name)!;
    return `${path},${person},${camera},${split}`;
  };
  const gallery = pictures.map((name) => row(`pictures/${name}`, name, 'gallery'));
  return ['path,person_id,camera_id,split', row('photo.jpg', photo, 'query'), ...gallery].join('\n');
}

function start(args: readonly string[]) {
  const program = ['--import', import.meta.resolve('tsx'), join(root, 'src/cli/main.ts'), ...args];
  const home = { CHATREID_HOME: join(folder, 'home'), CHATREID_TIME_ZONE: 'Europe/Berlin' };
  const env = { ...process.env, ...home, ...local.env };
  return spawn(process.execPath, program, { cwd: folder, env });
}

/** @returns what it printed. It must end well. */
async function chatreid(args: readonly string[], piped = ''): Promise<string> {
  const child = start(args);
  child.stdin.end(piped);
  const [stdout, stderr, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => child.on('close', resolve)),
  ]);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return stdout;
}

/** A page is served until it is told to stop; any free port does. @returns what /health answered */
async function served(args: readonly string[]): Promise<string> {
  const child = start([...args, '--port', '0', '--json']);
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const told = text(child.stderr);
  const ready = await Promise.race([
    new Promise<string>((resolve) => child.stdout.once('data', (line: Buffer) => resolve(String(line)))),
    ended.then(async () => Promise.reject(new Error(await told))),
  ]);
  const { url } = JSON.parse(ready) as { url: string };
  const health = await (await fetch(new URL('/health', url))).text();
  expect((await fetch(url)).headers.get('content-type')).toContain('text/html');
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
  return health;
}

/** The bot of the reader's config, asked on both platforms in the README's own words, until it is told to stop. */
async function bot(args: readonly string[]): Promise<string> {
  const config = join(folder, args[args.indexOf('--config') + 1]!);
  await writeFile(config, local.pointedHere(await readFile(config, 'utf8')));
  const child = start(args);
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  let log = '';
  child.stdout.on('data', (lines: Buffer) => {
    log += String(lines);
  });
  try {
    await expect.poll(() => log, { timeout: 60_000 }).toContain('"ready"');
    const [first, then] = ['man in a green top', 'not 2'];
    for (const { name } of platforms) expect(log).toMatch(new RegExp(`"platform":"${name}".*"started"`));
    await Promise.all([local.askInSlack(first, then), local.askInDiscord(first, then)]);
    const page = /"platform":"web","at":"([^"]+)"/.exec(log)?.[1];
    expect((await fetch(new URL('/health', page))).status).toBe(200);
    for (const secret of Object.values(local.env)) expect(log).not.toContain(secret);
  } finally {
    child.kill('SIGTERM');
  }
  expect(await ended).toBe(0);
  return log;
}

/** What runs until it is stopped is asked something first. */
function running(args: readonly string[]): Promise<string> | undefined {
  if (args[0] === 'web') return served(args);
  return args[0] === 'serve' && args.length === 3 ? bot(args) : undefined;
}

describe('the commands, in the order of the README', () => {
  test.each(commands)(
    '%s',
    async (command, piped) => {
      if (command.includes('--not') && !pictureId) {
        const { pictures } = JSON.parse(await chatreid(['gallery', 'list', '--json'])) as {
          pictures: { pictureId: string }[];
        };
        pictureId = pictures[0]!.pictureId;
      }
      const [line = '', file] = command.split(' > ');
      const args = words(line.replace(/--not \S+/, `--not ${pictureId}`));
      const stdout = await (running(args) ?? chatreid(args, piped ?? 'man in a green top\n'));
      expect(stdout.trim()).not.toBe('');
      if (file) await writeFile(join(folder, file), stdout);
      const sheet = /--sheet (\S+)/.exec(command)?.[1];
      if (sheet) expect((await stat(join(folder, sheet))).size).toBeGreaterThan(1000);
      if (args.includes('--json')) expect(JSON.parse(stdout)).toMatchObject({ stage: 'final', answer: {} });
    },
    180_000,
  );

  test('there are some', () => expect(commands.length).toBeGreaterThanOrEqual(6));
});

/** What the first cell of a row says its phrases are. */
const said: Readonly<Record<string, readonly string[]>> = {
  whom: ['clue'],
  more: ['clue'],
  'where, when': ['constrain', 'lift'],
  'about the answer': ['exclude', 'choose', 'why', 'more', 'describe', 'compare'],
  'with another photo': ['verify'],
  'the bot asks': ['answer'],
  back: ['undo', 'reset', 'help'],
};

test.each(Object.entries(said))('what can be said is understood: %s', (row, acts) => {
  const cells = new RegExp(`^\\| ${row} \\| (.*) \\|$`, 'm').exec(readme)?.[1] ?? '';
  const phrases = [...cells.matchAll(/`([^`]+)`/g)].map(([, phrase]) => phrase!);
  expect(phrases.length).toBeGreaterThan(0);
  for (const phrase of phrases) {
    const read = readActs(phrase, {
      cameras: ['1', '2', '3'],
      places: ['main hall', 'car park'],
      galleries: ['demo'],
      now: new Date('2026-11-28T12:00:00Z'),
      timeZone: 'Europe/Berlin',
      lastTime: new Date('2026-05-13T17:00:00Z'),
      attachments: row === 'with another photo' ? 1 : 0,
      shown: 10,
      people: 0,
      searching: true,
      ...(row === 'the bot asks' ? { asked } : {}),
    });
    for (const { act } of read) expect([phrase, acts]).toEqual([phrase, expect.arrayContaining([act])]);
    expect(read.length).toBeGreaterThan(0);
  }
});

const asked = {
  id: 'backpack',
  name: 'backpack',
  value: 'yes',
  text: 'Was the person carrying a backpack?',
  gain: 1,
} as const;

test('`npm start` is the page, and ends with 0 when it is told to', async () => {
  const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  // Without exec npm's shell takes the signal and leaves the page running.
  expect(scripts.start).toBe('exec node --import tsx src/cli/main.ts web');
  expect(JSON.parse(await served(['web', '--gallery', 'default']))).toMatchObject({ status: 'ok' });
});

test('the page that the README asks for is there', async () => {
  expect(await readFile(join(folder, 'report.html'), 'utf8')).toMatch(/^<!doctype html>/);
});

test("the demo's own manifest can be measured", async () => {
  const { queries, gallery, differences } = await manifest.read(join(root, 'model/demo/manifest.csv'), {
    allowPartial: false,
  });
  expect(differences).toEqual([]);
  expect(queries.length).toBeGreaterThanOrEqual(150);
  expect(new Set(gallery.map(({ personId }) => personId)).size).toBeGreaterThanOrEqual(150);
});

test('every subcommand that the README lists exists', async () => {
  const help = await chatreid(['gallery', '--help']);
  for (const name of ['list', 'show', 'remove', 'export', 'reindex']) {
    expect(readme).toMatch(new RegExp(`gallery .*\\b${name}\\b`));
    expect(help).toContain(name);
  }
});

test('the secrets that the README names are those that Slack and Discord need', () => {
  const named = new Set(readme.match(/CHATREID_(SLACK|DISCORD)_\w+/g));
  const needed = platforms.flatMap(({ section, needs }) => needs(section.parse({})));
  expect([...named]).toEqual(needed);
  expect(secretNames(platforms).map(({ name }) => name)).toEqual(expect.arrayContaining([...named]));
});

test('every file that the README points to exists', async () => {
  const targets = [...readme.matchAll(/\]\(([^)#:]+)\)/g)].map(([, target]) => target ?? '');
  expect(targets.length).toBeGreaterThan(3);
  for (const target of targets) await access(join(root, target));
});

test('what the README says of Slack and Discord is in the installed package too', async () => {
  const { files } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { files: string[] };
  const section = /^## In Slack and Discord\n([\s\S]*?)^## /m.exec(readme)?.[1] ?? '';
  const targets = [...section.matchAll(/\]\(([^)]+)\)/g)].map(([, target]) => target!);
  for (const target of ['adapters/slack/manifest.json', 'adapters/web/page/main.js', ...targets])
    expect([target, files.some((file) => `${target}/`.startsWith(`${file}/`))]).toEqual([target, true]);
});

test('every npm script that the README names exists', async () => {
  const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  for (const [, name] of readme.matchAll(/npm run (?:-s )?([\w:]+)/g)) expect(scripts).toHaveProperty(name!);
  for (const name of ['start', 'test']) {
    expect(readme).toContain(`npm ${name}`);
    expect(scripts).toHaveProperty(name);
  }
});

function withoutComment(command: string): string {
  return command.replace(/\s{2,}#.*$/, '').trim();
}

/** Words of a command line; double quotes keep one together. */
function words(command: string): string[] {
  return [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}
