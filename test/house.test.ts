/** The house itself: headers, sizes, floors. What a reviewer would otherwise have to watch for. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { packageRoot } from '../src/foundation/package-root.ts';

const root = packageRoot();
const run = promisify(execFile);

async function sources(...folders: string[]): Promise<string[]> {
  const found: string[] = [];
  for (const folder of folders) {
    const entries = await readdir(join(root, folder), { recursive: true }).catch(() => []);
    for (const name of entries) if (/\.(ts|mjs)$/.test(name)) found.push(join(folder, name));
  }
  return found.sort();
}

test('every file begins with a line that says what it is', async () => {
  const without: string[] = [];
  for (const file of await sources('src', 'adapters', 'test', 'bench')) {
    const [first] = (await readFile(join(root, file), 'utf8')).replace(/^#!.*\n/, '').split('\n', 1);
    if (!/^\/\*\* \S.* \*\/$/.test(first ?? '')) without.push(file);
  }
  expect(without).toEqual([]);
});

test('no source file has grown into two concepts (400 lines)', async () => {
  const long: string[] = [];
  for (const file of await sources('src', 'adapters')) {
    if ((await readFile(join(root, file), 'utf8')).split('\n').length > 400) long.push(file);
  }
  expect(long).toEqual([]);
});

test('the linter refuses an import that goes up or sideways, from every room', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'chatreid-floors-'));
  try {
    const config = JSON.parse(await readFile(join(root, 'biome.json'), 'utf8')) as Record<string, unknown>;
    await writeFile(join(folder, 'biome.json'), JSON.stringify({ ...config, vcs: { enabled: false } }));
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
    const wrong = [
      ['src/foundation', 'src/engine'],
      ['src/engine', 'src/gallery'],
      ['src/gallery', 'src/engine'],
      ['src/gallery', 'src/retrieval'],
      ['src/retrieval', 'src/conversation'],
      ['src/retrieval', 'src/cli'],
      ['src/evaluation', 'src/conversation'],
      ['src/tuning', 'src/conversation'],
      ['src/trust', 'src/engine'],
      ['src/trust', 'src/conversation'],
      ['src/conversation', 'src/evaluation'],
      ['src/conversation', 'adapters/web'],
      ['adapters/slack', 'adapters/discord'],
      ['adapters/web', 'adapters/terminal'],
      ['adapters/web', 'src/engine'],
      ['adapters/web', 'src/cli'],
      ['adapters/terminal', 'adapters/web'],
      ['adapters/terminal', 'src/gallery'],
    ] as const;
    const wrongFile = (from: string, to: string) => `${from}/wrong-${basename(to)}.ts`;
    for (const [from, to] of wrong) {
      for (const room of [from, to]) await mkdir(join(folder, room), { recursive: true });
      await writeFile(join(folder, to, 'thing.ts'), 'export const thing = 1;\n');
      const path = relative(from, join(to, 'thing.ts'));
      await writeFile(join(folder, wrongFile(from, to)), `export { thing } from '${path}';\n`);
    }
    const biome = join(root, 'node_modules/.bin/biome');
    const report = await run(biome, ['lint', '--max-diagnostics=200', '--reporter=json', '.'], {
      cwd: folder,
    }).catch((failed: { stdout: string }) => failed);
    for (const [from, to] of wrong) expect(report.stdout).toContain(wrongFile(from, to));
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('what the package ships stays under 60 MB', async () => {
  const { stdout } = await run('git', ['ls-files', '-z', 'model', 'prompts', 'src', 'adapters'], {
    cwd: root,
  });
  let bytes = 0;
  for (const file of stdout.split('\0').filter(Boolean)) {
    bytes += (await readFile(join(root, file)).catch(() => Buffer.alloc(0))).length;
  }
  expect(bytes).toBeLessThan(60 * 1024 * 1024);
});
