/** The benchmark runs from one end to the other. How fast anything is, is never a test. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/foundation/package-root.ts';

const run = promisify(execFile);
const tsx = join(packageRoot(), 'node_modules/.bin/tsx');
const main = join(packageRoot(), 'bench/main.ts');

interface Json {
  readonly quick: boolean;
  readonly parts: readonly {
    readonly part: string;
    readonly figures: readonly {
      readonly name: string;
      readonly samples: readonly number[];
      readonly met?: boolean;
    }[];
    readonly memory: readonly { readonly process: string; readonly bytes: number }[];
  }[];
}

test('a quick look at one part prints a table and writes every sample', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'chatreid-bench-test-'));
  try {
    const file = join(folder, 'new/bench.json');
    const { stdout } = await run(tsx, [main, '--quick', '--only', 'import', '--json', file], { cwd: folder });
    expect(stdout).toContain('importPictures');
    expect(stdout).toContain('A quick run: targets are not judged.');
    const { quick, parts } = JSON.parse(await readFile(file, 'utf8')) as Json;
    expect(quick).toBe(true);
    expect(parts.map(({ part }) => part)).toEqual(['import']);
    const figures = parts.flatMap((part) => part.figures);
    expect(figures.map(({ name }) => name)).toEqual(['plain loop', 'importPictures']);
    for (const { samples, met } of figures) {
      expect(samples).toHaveLength(1);
      expect(samples.every((sample) => sample > 0)).toBe(true);
      expect(met).toBeUndefined();
    }
    const memory = parts.flatMap((part) => part.memory);
    expect(memory.map(({ process }) => process)).toContain('import-product');
    expect(memory.every(({ bytes }) => bytes > 2 ** 20)).toBe(true);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 120_000);

test('a part that does not exist is named, and those that do', async () => {
  const failed = await run(tsx, [main, '--only', 'speed']).then(
    () => '',
    (error: { stderr: string }) => error.stderr,
  );
  expect(failed).toContain("'speed' is invalid");
  expect(failed).toContain('engine, peak, search, lag, import');
});
