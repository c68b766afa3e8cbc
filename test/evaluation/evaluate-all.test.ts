/** `chatreid evaluate all`: what is there is found and measured, what is not is named, and one failure stops nothing. */
import { cp, mkdir, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { benchmarks } from '../../src/evaluation/benchmarks.ts';
import type { EvaluationReport } from '../../src/evaluation/evaluation-report.ts';
import { drawMarket } from './datasets/drawn-market.ts';
import { EvaluateFolder, type Failed } from './evaluate-harness.ts';

interface Entry {
  readonly benchmark: string;
  readonly title: string;
  readonly setting: string;
  readonly status: 'measured' | 'absent' | 'failed';
  readonly reason?: string;
  readonly lookedFor?: readonly string[];
  readonly report?: EvaluationReport;
}
type Entries = readonly Entry[];

const folder = new EvaluateFolder();
const { at, evaluate, json, write } = folder;
beforeAll(async () => {
  await mkdir(at('sets'));
  await drawMarket(at('sets/Market-1501-v15.09.15'));
});

const all = (...more: readonly string[]): string[] => [
  'all',
  '--data',
  at('sets'),
  '--allow-partial',
  ...more,
];

describe('chatreid evaluate all', () => {
  it('measures what is there and names what is not', async () => {
    const entries = await json<Entries>(all());
    expect((entries as unknown as { exitCode: number }).exitCode).toBe(0);
    expect(entries.map(({ benchmark }) => benchmark)).toEqual(benchmarks.map(({ name }) => name));
    const [market, ...others] = entries;
    expect(market).toMatchObject({
      status: 'measured',
      setting: 'across-cameras',
      report: { queries: 25, benchmark: 'market1501', partial: true },
    });
    expect(others.every(({ status }) => status === 'absent')).toBe(true);
    expect(entries[1]!.lookedFor).toEqual(['MSMT17', 'msmt17', 'MSMT17_V1', 'MSMT17_V2']);

    const { stdout, stderr, exitCode } = await evaluate(all());
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Data set +Setting +mAP +Rank-1 +paper mAP +paper Rank-1$/m);
    expect(stdout).toMatch(
      new RegExp(`^Market-1501 +across cameras +${(100 * market!.report!.mAP).toFixed(1)}\\*`, 'm'),
    );
    expect(stdout).toMatch(/^MSMT17 +across cameras +absent/m);
    expect(stdout).toContain('1 of 10 measured.');
    expect(stdout).toMatch(/^Absent: MSMT17, CUHK03, PRCC, LTCC, SYSU-MM01, RegDB, .*RSTPReid\.$/m);
    expect(stdout).toContain('* Market-1501: not the whole data set');
    expect(stderr).toMatch(/Market-1501 in .*Market-1501-v15\.09\.15/);
  });

  it.each(['MARKET 1501', 'market1501', 'Market_1501'])('finds a folder that is called %s', async (name) => {
    const root = at(`as ${name}`);
    await cp(at('sets/Market-1501-v15.09.15'), `${root}/${name}`, { recursive: true });
    const [market] = await json<Entries>(['all', '--data', root, '--allow-partial']);
    expect(market!.status).toBe('measured');
  });

  it('goes on after one that fails, and ends with 1', async () => {
    await mkdir(at('sets/prcc/rgb'), { recursive: true });
    await write('sets/ltcc', 'a file, no folder');
    await symlink(at('nowhere'), at('sets/regdb'));
    const entries = await json<Entries>(all());
    expect((entries as unknown as { exitCode: number }).exitCode).toBe(1);
    const statusOf = (name: string) => entries.find(({ benchmark }) => benchmark === name)!;
    expect(statusOf('market1501').status).toBe('measured');
    expect(statusOf('prcc')).toMatchObject({
      status: 'failed',
      reason: expect.stringMatching(/PRCC.*rgb\/train/),
    });
    expect(statusOf('ltcc').status).toBe('absent');
    expect(statusOf('regdb').status).toBe('absent');
    const { stdout, exitCode } = await evaluate(all());
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^PRCC .*failed/m);
    expect(stdout).toMatch(/^PRCC failed: .*sets\/prcc/m);
    await Promise.all(['prcc', 'ltcc', 'regdb'].map((name) => rm(at('sets', name), { recursive: true })));
  });

  it('writes the table as Markdown and as a page', async () => {
    const [markdown, html] = [at('tables/table.md'), at('tables/table.html')];
    const { exitCode, stdout } = await evaluate(all('--markdown', markdown, '--html', html, '--json'));
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toHaveLength(10);
    expect(await readFile(markdown, 'utf8')).toMatch(
      /^\| Data set \| Setting \| mAP \|.*\n\|---\|.*\n\| Market-1501 \|/,
    );
    const page = await readFile(html, 'utf8');
    expect(page).toMatch(/^<!doctype html>[\s\S]*Market-1501[\s\S]*<\/html>\n$/);
    expect((await readdir(at('tables'))).sort()).toEqual(['table.html', 'table.md']);
  });

  it('is one document where a table cannot be written', async () => {
    await write('file', '');
    const told = await json<Failed>(all('--markdown', at('file/table.md')));
    expect(told).toMatchObject({ exitCode: 1, error: { message: expect.stringContaining('table.md') } });
  });

  it('says when nothing was measured at all', async () => {
    await mkdir(at('empty'));
    const { exitCode, stderr, stdout } = await evaluate(['all', '--data', at('empty')]);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('0 of 10 measured.');
    expect(stderr).toContain(`None of the data sets was measured. They are looked for in ${at('empty')}.`);
  });

  it.each([
    ['a folder that is not there', '/nowhere/at/all'],
    ['a file', import.meta.filename],
  ])('refuses %s', async (_, data) => {
    const told = await json<Failed>(['all', '--data', data]);
    expect(told).toMatchObject({ exitCode: 1, error: { code: 'DATASET_INVALID' } });
    expect(told.error.message).toContain(data);
  });

  it('fails one by one without a language model for the mode', async () => {
    const entries = await json<Entries>(all('--mode', 'full'));
    expect(entries[0]).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('needs a language model'),
    });
    expect((entries as unknown as { exitCode: number }).exitCode).toBe(1);
  });

  it('stops at Ctrl-C, with 130', async () => {
    await cp(at('sets/Market-1501-v15.09.15'), at('sets/prcc'), { recursive: true });
    const interrupt = new AbortController();
    const { exitCode, stdout } = await evaluate([...all(), '--json'], {
      signal: interrupt.signal,
      env: { CHATREID_HOME: at('interrupted') },
      model: {
        encodePictures: async () => {
          interrupt.abort();
          throw new Error('Stopped.');
        },
      },
    });
    expect(exitCode).toBe(130);
    const document = JSON.parse(stdout) as Failed;
    expect(document.error).toMatchObject({
      code: 'CANCELLED',
      message: expect.stringContaining('Market-1501'),
    });
  });

  it('has a help that says what is looked for', async () => {
    const { stdout } = await evaluate(['all', '--help']);
    expect(stdout).toContain('MSMT17, msmt17, MSMT17_V1, MSMT17_V2');
  });
});
