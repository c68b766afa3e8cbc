/** The README: every command in it is run, every file it points to exists, every script it names is there. */
import { execFile } from 'node:child_process';
import { access, copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { manifest } from '../src/evaluation/datasets/manifest.ts';
import { packageRoot } from '../src/foundation/package-root.ts';

const root = packageRoot();
const run = promisify(execFile);
const readme = await readFile(join(root, 'README.md'), 'utf8');
const commands = [...readme.matchAll(/^npm run -s chatreid -- (.*)$/gm)].map(([, command]) =>
  withoutComment(command ?? ''),
);

let folder: string;
let pictureId: string;

/** The reader's folder: some pictures in pictures/, and a photo of somebody who is in them. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chatreid-readme-'));
  await mkdir(join(folder, 'pictures'));
  const demo = join(root, 'model/demo/pictures');
  const names = (await readdir(demo)).sort();
  await copyFile(join(demo, names[0]!), join(folder, 'photo.jpg'));
  for (const name of names.slice(1, 13)) await copyFile(join(demo, name), join(folder, 'pictures', name));
  await writeFile(join(folder, 'cameras.csv'), manifestOf(names[0]!, names.slice(1, 13)));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The photo as query, the pictures as gallery. Names begin with person and camera: d0001_c2. */
function manifestOf(photo: string, pictures: readonly string[]): string {
  const row = (path: string, name: string, split: string): string => {
    const [, person, camera] = /^(d\d+)_c(\d)/.exec(name)!;
    return `${path},${person},${camera},${split}`;
  };
  const gallery = pictures.map((name) => row(`pictures/${name}`, name, 'gallery'));
  return ['path,person_id,camera_id,split', row('photo.jpg', photo, 'query'), ...gallery].join('\n');
}

async function chatreid(args: readonly string[]): Promise<string> {
  const program = ['--import', import.meta.resolve('tsx'), join(root, 'src/cli/main.ts'), ...args];
  const env = { ...process.env, CHATREID_HOME: join(folder, 'home') };
  return (await run(process.execPath, program, { cwd: folder, env })).stdout;
}

describe('the commands, in the order of the README', () => {
  test.each(commands)('%s', async (command) => {
    if (command.includes('--not') && !pictureId) {
      const { pictures } = JSON.parse(await chatreid(['gallery', 'list', '--json'])) as {
        pictures: { pictureId: string }[];
      };
      pictureId = pictures[0]!.pictureId;
    }
    const stdout = await chatreid(words(command.replace(/--not \S+/, `--not ${pictureId}`)));
    expect(stdout.trim()).not.toBe('');
    const sheet = /--sheet (\S+)/.exec(command)?.[1];
    if (sheet) expect((await stat(join(folder, sheet))).size).toBeGreaterThan(1000);
  });

  test('there are some', () => expect(commands.length).toBeGreaterThanOrEqual(6));
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

test('every file that the README points to exists', async () => {
  const targets = [...readme.matchAll(/\]\(([^)#:]+)\)/g)].map(([, target]) => target ?? '');
  expect(targets.length).toBeGreaterThan(3);
  for (const target of targets) await access(join(root, target));
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
