/** The script before `npm start`: installs when it must, only then, and passes on what npm says. */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { packageRoot } from '../../src/foundation/package-root.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'chatreid-install-'));
  await mkdir(join(root, 'src', 'cli'), { recursive: true });
  await cp(join(packageRoot(), 'src/cli/ensure-installed.mjs'), join(root, 'src/cli/ensure-installed.mjs'));
  // An npm that writes down how it was called, and fails in its own way.
  await writeFile(
    join(root, 'npm-cli.js'),
    `require('node:fs').writeFileSync(${JSON.stringify(join(root, 'called.json'))}, JSON.stringify({ argv: process.argv.slice(2), skip: process.env.ONNXRUNTIME_NODE_INSTALL, cwd: process.cwd() })); process.exit(7);`,
  );
});
afterAll(() => rm(root, { recursive: true, force: true }));

const lock = {
  packages: {
    '': { name: 'x' },
    'node_modules/needed': { version: '1.0.0', integrity: 'sha512-a' },
    'node_modules/other-platform': { version: '1.0.0', integrity: 'sha512-b', optional: true },
  },
};

beforeEach(async () => {
  await rm(join(root, 'called.json'), { force: true });
  await writeFile(join(root, 'package.json'), JSON.stringify({ engines: { node: '>=20.19' } }));
  await writeFile(join(root, 'package-lock.json'), JSON.stringify(lock));
  await mkdir(join(root, 'node_modules', 'needed'), { recursive: true });
  await writeFile(join(root, 'node_modules/needed/package.json'), '{}');
  const { 'node_modules/needed': needed } = lock.packages;
  await writeFile(
    join(root, 'node_modules/.package-lock.json'),
    JSON.stringify({ packages: { 'node_modules/needed': needed } }),
  );
});

function ensure(): Promise<{ exitCode: number; stderr: string }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [join(root, 'src/cli/ensure-installed.mjs')],
      { env: { ...process.env, npm_execpath: join(root, 'npm-cli.js') } },
      (error, _, stderr) => resolve({ exitCode: Number(error?.code ?? 0), stderr }),
    );
  });
}
const called = async () =>
  JSON.parse(await readFile(join(root, 'called.json'), 'utf8')) as Record<string, unknown>;

test('what is installed is left alone, without a word', async () => {
  expect(await ensure()).toEqual({ exitCode: 0, stderr: '' });
  await expect(called()).rejects.toThrow('ENOENT');
});

test.each([
  ['node_modules is missing', () => rm(join(root, 'node_modules'), { recursive: true })],
  ['a package was deleted', () => rm(join(root, 'node_modules/needed'), { recursive: true })],
  [
    'the lock file asks for another version',
    () => writeFile(join(root, 'package-lock.json'), JSON.stringify(lock).replace('1.0.0', '1.1.0')),
  ],
  [
    'the lock file asks for one more',
    () =>
      writeFile(
        join(root, 'package-lock.json'),
        JSON.stringify({ packages: { ...lock.packages, 'node_modules/more': { version: '2.0.0' } } }),
      ),
  ],
])('%s: npm ci, without the CUDA download, and its exit code', async (_, change) => {
  await change();
  const { exitCode, stderr } = await ensure();
  expect(exitCode).toBe(7);
  expect(stderr).toContain('npm ci');
  expect(await called()).toMatchObject({ argv: ['ci'], skip: 'skip' });
});

test('a Node that is too old is told so, and nothing is installed', async () => {
  await writeFile(join(root, 'package.json'), JSON.stringify({ engines: { node: '>=99.1' } }));
  const { exitCode, stderr } = await ensure();
  expect(exitCode).toBe(1);
  expect(stderr).toContain(`needs Node 99.1 or newer; this is Node ${process.versions.node}`);
  await expect(called()).rejects.toThrow('ENOENT');
});
