/** docs/evaluation.md: every command in it is run, every setting and quirk is in it, every number that it explains is there. */
import { access, copyFile, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { benchmarks } from '../../src/evaluation/benchmarks.ts';
import { manifest } from '../../src/evaluation/datasets/manifest.ts';
import { derivedBenchmarks } from '../../src/evaluation/derived/derived-benchmarks.ts';
import { irraStopsWithoutAnswer } from '../../src/evaluation/protocols/reference-quirks.ts';
import { packageRoot } from '../../src/foundation/package-root.ts';
import { drawMarket } from './datasets/drawn-market.ts';
import { CountingEngine, EvaluateFolder } from './evaluate-harness.ts';

const path = join(packageRoot(), 'docs/evaluation.md');
const page = await readFile(path, 'utf8');
const commands = [...page.matchAll(/^chatreid evaluate (.*)$/gm)].map(([, line = '']) =>
  line.replace(/\s+#.*$/, ''),
);

const folder = new EvaluateFolder();
const { at, evaluate, write, draw } = folder;
const before = process.cwd();
beforeAll(async () => {
  // The reader's folder: the manifest of the page, a benchmark, another model.
  for (const name of ['seen', 'hall', 'tuned', 'data-sets']) await mkdir(at(name));
  // Beside the tests' own model folder: the plan that the page shows.
  await write('model/results.json', /```json\n(\{\n {2}"title": "Results"[\s\S]*?)```/.exec(page)![1]!);
  const pictures = { 'seen/1.jpg': 10, 'seen/2.jpg': 60, 'hall/1.jpg': 12, 'hall/2.jpg': 80 };
  for (const [name, degrees] of Object.entries(pictures)) await draw(name, degrees);
  await write('cameras.csv', /```csv\n([\s\S]*?)```/.exec(page)![1]!);
  await drawMarket(at('Market-1501-v15.09.15'));
  await drawMarket(at('data-sets/market1501'));
  await copyFile(at('model/chatreid.json'), at('tuned/chatreid.json'));
  await cp(join(packageRoot(), 'test/fixtures/people'), at('frames'), { recursive: true });
  await cp(join(packageRoot(), 'model/demo/pictures'), at('model/demo/pictures'), {
    recursive: true,
    // A handful: every picture is looked at.
    filter: (source) => !/d\d{4}_/.test(source) || /d000[1-3]_/.test(source),
  });
  process.chdir(folder.path);
});
afterAll(() => process.chdir(before));

describe('the commands, in the order of the page', () => {
  it.each(commands)('%s', async (command) => {
    const [line = '', target] = command.split(' > ');
    // The drawn data sets are small ones.
    const part = /^(market1501|all|tasks) /.test(line) ? ['--allow-partial'] : [];
    const { exitCode, stdout, stderr } = await evaluate([...line.trim().split(/\s+/), ...part], {
      engine: new CountingEngine(),
    });
    expect([exitCode, stderr.includes('Error')], stderr).toEqual([0, false]);
    expect(stdout.trim()).not.toBe('');
    if (target !== undefined) await writeFile(at(target.trim()), stdout);
    const [, file] = /--(?:html|markdown) (\S+)/.exec(line) ?? [];
    if (file !== undefined) await access(at(file));
  });

  it('are some', () => expect(commands.length).toBeGreaterThanOrEqual(9));
});

describe('the page', () => {
  it('has every benchmark with its settings, the default first', () => {
    for (const { name, settings } of benchmarks) {
      const [, row = ''] = new RegExp(`^\\| \`${name}\` +\\| ([^|]*) \\|`, 'm').exec(page) ?? [];
      expect(row.trim(), name).toBe(settings.map((one) => `\`${one.name}\``).join(', '));
    }
    for (const { name, settings } of derivedBenchmarks({ pictures: '' })) {
      const [, row = ''] = new RegExp(`^\\| \`${name}\` +\\| ([^|]*) \\|`, 'm').exec(page) ?? [];
      expect(row.trim(), name).toBe(settings.map((one) => `\`${one.name}\``).join(', '));
    }
    const own = manifest.settings.map(({ name }) => `\`${name}\``);
    for (const name of own) expect(page).toContain(name);
  });

  it('has every quirk, word for word', () => {
    const quirks = benchmarks.flatMap(({ settings }) => settings.flatMap((one) => one.quirks));
    expect(quirks.length).toBeGreaterThan(5);
    for (const quirk of [...quirks, irraStopsWithoutAnswer]) expect(page).toContain(`- ${quirk}\n`);
  });

  it('explains numbers that are there', async () => {
    const { stdout } = await evaluate(
      [
        'market1501',
        '--data',
        at('Market-1501-v15.09.15'),
        '--allow-partial',
        '--mode',
        'pairwise',
        '--limit',
        '3',
        '--tau',
        '0',
        '--json',
      ],
      { engine: new CountingEngine() },
    );
    const report = JSON.parse(stdout) as object;
    const [, table = ''] = /^\| in the JSON .*\n\|-.*\n((?:\|.*\n)+)/m.exec(page) ?? [];
    const names = table.split('\n').flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([\w.]+)`/g)]);
    expect(names.length).toBeGreaterThan(15);
    // A server's answers are not fused; what a fused report holds beside is in runs/fusion.test.ts.
    const unfused = names.filter(([, name]) => name !== 'pure');
    expect(unfused.length).toBe(names.length - 1);
    for (const [, name = ''] of unfused) expect(report).toHaveProperty(name);
    for (const name of [
      'trials',
      'roc.fastReid',
      'openSet.bestAtRates',
      'openSet.atRates.0.absent.found',
      'openSet.atRates.0.present.found',
    ]) {
      expect(report).toHaveProperty(name);
    }
  });

  it('points to files that exist', async () => {
    const targets = [...page.matchAll(/\]\(([^)#:]+)\)/g)].map(([, target]) => target ?? '');
    expect(targets.length).toBeGreaterThanOrEqual(3);
    for (const target of targets) await access(join(dirname(path), target));
  });
});
