/** A page of results: measured by the plan's own commands, kept as small JSON, and written from that alone. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { EvaluationReport } from '../../../src/evaluation/evaluation-report.ts';
import { resultsPage } from '../../../src/evaluation/results/results-page.ts';
import { readResultsPlan } from '../../../src/evaluation/results/results-plan.ts';
import {
  publishable,
  readResult,
  type StoredResult,
  valueAt,
} from '../../../src/evaluation/results/stored-result.ts';
import { packageRoot } from '../../../src/foundation/package-root.ts';
import { drawMarket } from '../datasets/drawn-market.ts';
import { CountingEngine, EvaluateFolder, type Failed } from '../evaluate-harness.ts';

const folder = new EvaluateFolder();
const { at, evaluate, json } = folder;

const plan = {
  title: 'Drawn results',
  places: { market: 'a drawn Market-1501', elsewhere: 'nothing' },
  runs: {
    filter: { args: ['market1501', '--data', '{market}', '--allow-partial'] },
    full: { args: ['market1501', '--data', '{market}', '--allow-partial', '--mode', 'full', '--limit', '8'] },
    better: { args: ['compare', '@full'] },
    other: { args: ['market1501', '--data', '{elsewhere}'] },
  },
  tables: [
    {
      title: 'Market-1501',
      columns: [
        { title: 'mAP', value: 'mAP', format: 'percent' },
        { title: 'queries', value: 'queries', format: 'count' },
      ],
      rows: [
        { name: 'filter', run: 'filter' },
        { name: 'filter, the same queries', run: 'full', at: 'filter' },
        { name: 'full', run: 'full' },
        { name: 'other', run: 'other' },
      ],
    },
    {
      title: 'Better?',
      columns: [
        { title: 'by', value: '.', format: 'difference' },
        { title: 'p', value: '.', format: 'p' },
      ],
      rows: [{ name: 'mAP', run: 'better', at: 'mAP' }],
    },
    {
      title: 'Reliability',
      columns: [{ title: 'searches', value: 'count', format: 'count' }],
      rows: [{ name: '', run: 'filter', at: 'reliability', each: 'bins' }],
    },
  ],
};

let argv: string[];
beforeAll(async () => {
  await drawMarket(at('market'));
  await mkdir(at('page'));
  await writeFile(at('page', 'plan.json'), JSON.stringify(plan));
  argv = ['results', '--plan', at('page', 'plan.json'), '--out', at('page', 'RESULTS.md')];
});

type Status = { run: string; status: string; reason?: string }[];

describe('chatreid evaluate results', () => {
  it('measures what it is given the data for, writes the tables, and measures nothing twice', async () => {
    const engine = new CountingEngine();
    const status = await json<Status>([...argv, '--place', `market=${at('market')}`], { engine });
    expect(status.map(({ run, status }) => [run, status])).toEqual([
      ['filter', 'measured'],
      ['full', 'measured'],
      ['better', 'measured'],
      ['other', 'missing'],
    ]);
    expect(status.at(-1)!.reason).toBe('where is elsewhere? (--place)');
    const page = await readFile(at('page', 'RESULTS.md'), 'utf8');
    const direct = await json<EvaluationReport>(['market1501', '--data', at('market'), '--allow-partial']);
    expect(page).toContain(`| filter (not the whole data set) | ${(100 * direct.mAP).toFixed(1)} | 25 |`);
    expect(page).toMatch(/\| full \(8 of 25 queries\) \| \d+\.\d \| 8 \|/);
    expect(page).toContain('| other | – | – |');
    expect(page).toContain('Not measured yet: other.');
    expect(page).toContain(
      'chatreid evaluate market1501 --data "$MARKET" --allow-partial --mode full --limit 8',
    );
    expect(page).toContain('chatreid evaluate compare RUN-OF-full');
    expect(page).toMatch(/\| mAP \| [+-]?\d+\.\d\d \([+-]?\d+\.\d\d to [+-]?\d+\.\d\d\) \|/);
    expect(page.match(/^\| 0\.\d\d to \d\.\d\d/gm)).toHaveLength(15);
    expect(page).toContain('| colour | filter | `c0102` | filter, full |');
    expect(page).toContain('| filter | 2026-11-24 |');

    const asked = engine.asked;
    const again = await json<Status>(argv, { engine });
    expect(again.map(({ status }) => status)).toEqual(['kept', 'kept', 'kept', 'missing']);
    expect(engine.asked).toBe(asked);
    expect(await readFile(at('page', 'RESULTS.md'), 'utf8')).toBe(page);
  });

  it('keeps no path of the machine and no chart', async () => {
    const files = await readdir(at('page', 'results'));
    expect(files.sort()).toEqual(['better.json', 'filter.json', 'full.json']);
    for (const file of files) {
      const text = await readFile(at('page', 'results', file), 'utf8');
      expect(text, file).not.toContain(folder.path);
      expect(text, file).not.toContain('"histogram"');
    }
  });

  it('says that a number is missing, and not an old one, where the plan changed', async () => {
    await mkdir(at('changed', 'results'), { recursive: true });
    const stored = JSON.parse(await readFile(at('page', 'results', 'filter.json'), 'utf8')) as StoredResult;
    await writeFile(
      at('changed', 'results', 'filter.json'),
      JSON.stringify({ ...stored, args: ['market1501'] }),
    );
    await writeFile(at('changed', 'plan.json'), JSON.stringify(plan));
    const status = await json<Status>([
      'results',
      '--plan',
      at('changed', 'plan.json'),
      '--out',
      at('changed', 'page.md'),
    ]);
    expect(status[0]).toEqual({
      run: 'filter',
      status: 'missing',
      reason: 'the plan changed; where is market? (--place)',
    });
    expect(await readFile(at('changed', 'page.md'), 'utf8')).toContain('| filter | – | – |');
  });

  it('goes on after a run that fails, and says so', async () => {
    await mkdir(at('failing'));
    await writeFile(at('failing', 'plan.json'), JSON.stringify(plan));
    const { exitCode, stdout } = await evaluate([
      ...['results', '--plan', at('failing', 'plan.json'), '--json'],
      ...[
        '--place',
        `market=${at('market')}`,
        '--place',
        `elsewhere=${at('nowhere')}`,
        '--only',
        'other',
        '--only',
        'filter',
      ],
    ]);
    expect(exitCode).toBe(1);
    const status = JSON.parse(stdout) as Status;
    expect(status.map((one) => one.status)).toEqual(['measured', 'missing', 'missing', 'failed']);
    expect(status[3]!.reason).toContain('There is no folder');
  });

  it.each([
    ['a table of a run that is not there', { ...plan, runs: {} }, 'names the run filter, which is not there'],
    ['a place that is not there', { ...plan, places: {} }, 'names the place market, which is not there'],
    [
      'a run that comes later',
      { ...plan, runs: Object.fromEntries(Object.entries(plan.runs).reverse()) },
      'names @full, which no earlier run is',
    ],
  ])('refuses a plan with %s', async (_, wrong, message) => {
    await writeFile(at('wrong.json'), JSON.stringify(wrong));
    const { error } = await json<Failed>(['results', '--plan', at('wrong.json')]);
    expect(error.message).toContain(message);
  });
});

describe('a stored result', () => {
  it('is rounded, without curves, and without folders', () => {
    expect(
      publishable({
        run: '/home/somebody/runs/full-1',
        mAP: 0.123456789,
        roc: { curve: [1], area: 1 },
        cmc: Array(50).fill(1),
      }),
    ).toEqual({ run: 'full-1', mAP: 0.123457, roc: { area: 1 }, cmc: Array(20).fill(1) });
  });

  it('is looked into by names that may hold dots, and by numbers', () => {
    const document = { peers: [{ name: 'x0.25', mAP: 0.5 }], rates: [{ found: 1 }, { found: 2 }] };
    expect(valueAt(document, 'peers.x0.25.mAP')).toBe(0.5);
    expect(valueAt(document, 'rates.1.found')).toBe(2);
    expect(valueAt(document, 'peers.x9.mAP')).toBeUndefined();
    expect(valueAt(document, '.')).toBe(document);
  });
});

describe('the page that is shipped', () => {
  it('is what its plan and its results make', async () => {
    const model = join(packageRoot(), 'model');
    const shipped = await readResultsPlan(join(model, 'results.json'));
    const results = new Map<string, StoredResult>();
    for (const [id, { args }] of Object.entries(shipped.runs)) {
      const stored = await readResult(join(model, 'results'), id);
      if (stored && JSON.stringify(stored.args) === JSON.stringify(args)) results.set(id, stored);
    }
    expect(await readFile(join(model, 'RESULTS.md'), 'utf8')).toBe(resultsPage(shipped, results));
  });
});
