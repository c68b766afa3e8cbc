/** docs/tuning.md: its commands run, and it names every task, option and attribute that there is. */
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tuneDataCommand } from '../../src/cli/commands/tune-data.ts';
import { Shell } from '../../src/cli/shell.ts';
import { attributeNames } from '../../src/foundation/person-attributes.ts';
import { packageRoot } from '../../src/foundation/package-root.ts';
import { tasks } from '../../src/tuning/tuning-record.ts';
import { chatreid } from '../cli/command-line.ts';
import { type TestSite, testSite } from './test-people.ts';

const page = await readFile(join(packageRoot(), 'docs/tuning.md'), 'utf8');
const commands = [...page.matchAll(/^chatreid (tune .*)$/gm)].map(([, line = '']) => line);
const before = process.cwd();
let site: TestSite;

beforeAll(async () => {
  site = await testSite();
  await copyFile(site.manifest, join(site.folder, 'cameras.csv'));
  await writeFile(join(site.folder, 'held-out.txt'), 'site/0003\n');
  process.chdir(site.folder);
});
afterAll(async () => {
  process.chdir(before);
  await site.remove();
});

describe('docs/tuning.md', () => {
  it.each(commands)('%s', async (command) => {
    // The test's pictures are drawn, small and sharp as no camera's.
    const words = [...command.split(' '), '--no-quality'];
    const ran = await chatreid(words, { env: { CHATREID_HOME: join(site.folder, 'home') } });
    expect(ran.stderr).not.toContain('Error');
    expect(ran.exitCode).toBe(0);
  });

  it('names every task and attribute', () => {
    for (const name of [...tasks, ...attributeNames]) expect(page).toContain(name);
  });

  it('names every option that changes what is made', () => {
    const streams = { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr };
    const shell = new Shell({ ...streams, env: {}, signal: new AbortController().signal });
    const common = ['--help', '--json', '--model', '--allow-partial'];
    for (const { long } of tuneDataCommand(shell).options) {
      if (long && !common.includes(long)) expect(page).toContain(long);
    }
  });
});
