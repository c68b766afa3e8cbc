/** `chatreid evaluate runs` and `compare`: what is kept, and whether two of it differ by more than chance. */
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { EvaluationReport } from '../../src/evaluation/evaluation-report.ts';
import type { PairedComparison } from '../../src/evaluation/metrics/paired-bootstrap.ts';
import { drawMarket } from './datasets/drawn-market.ts';
import { CountingEngine, EvaluateFolder, type Failed } from './evaluate-harness.ts';

type Compared = PairedComparison & {
  readonly exitCode: number;
  readonly first: { readonly name: string; readonly run: string };
  readonly second: { readonly name: string; readonly run: string };
};

const folder = new EvaluateFolder();
const { at, evaluate, json, write } = folder;
let filter: EvaluationReport;
let judged: EvaluationReport;
let slice: EvaluationReport;
beforeAll(async () => {
  await drawMarket(at('market'));
  const market = ['market1501', '--data', at('market'), '--allow-partial', '--tau', '0.5'];
  filter = await json<EvaluationReport>(market);
  judged = await json<EvaluationReport>([...market, '--mode', 'pairwise', '--shortlist', '5'], {
    engine: new CountingEngine(),
  });
  slice = await json<EvaluationReport>([...market, '--limit', '8']);
});

const nameOf = ({ run }: { readonly run: string }): string => run.split('/').at(-1)!;

describe('chatreid evaluate runs', () => {
  it('says that there are none', async () => {
    const home = { CHATREID_HOME: at('no home') };
    expect(await evaluate(['runs'], { env: home })).toMatchObject({
      exitCode: 0,
      stdout: 'Nothing is kept yet. See: chatreid evaluate --help\n',
    });
    expect((await evaluate(['runs', '--json'], { env: home })).stdout).toBe('[]\n');
  });

  it('lists what is kept, newest first', async () => {
    const runs = await json<readonly { name: string; finished: boolean; report: EvaluationReport }[]>([
      'runs',
    ]);
    expect(runs.map(({ name }) => name)).toEqual([slice, judged, filter].map(nameOf));
    expect(runs.every(({ finished }) => finished)).toBe(true);
    expect(runs[2]!.report).toEqual(JSON.parse(JSON.stringify({ ...filter, exitCode: undefined })));
    const { stdout } = await evaluate(['runs']);
    expect(stdout).toMatch(
      new RegExp(
        `^${nameOf(filter)} +market +25 +27 +${(100 * filter.mAP).toFixed(1)} +\\d+\\.\\d +\\d{4}-\\d\\d-\\d\\d`,
        'm',
      ),
    );
    expect(stdout).toContain(`Kept in ${at('home', 'evaluations')}`);
  });
});

describe('chatreid evaluate compare', () => {
  it('compares two runs by folder, by name and by what --json printed', async () => {
    const expected = await json<Compared>(['compare', filter.run, judged.run]);
    expect(expected).toMatchObject({
      exitCode: 0,
      first: { name: 'filter (colour)', run: filter.run, benchmark: 'market1501', setting: 'across-cameras' },
      second: { name: 'pairwise (fake)', run: judged.run },
      queries: 24,
      clusters: 8,
    });
    expect(expected.mAP.first).toBeCloseTo(filter.mAP, 12);
    expect(expected.mAP.second).toBeCloseTo(judged.mAP, 12);
    expect(expected.mAP.difference).toBeCloseTo(judged.mAP - filter.mAP, 12);
    expect(expected.mAP.difference).not.toBe(0);
    const printed = await write('judged.json', JSON.stringify(judged));
    expect(await json(['compare', nameOf(filter), printed])).toEqual(expected);
  });

  it('compares a run with its own filter', async () => {
    const own = await json<Compared>(['compare', nameOf(judged)]);
    const two = await json<Compared>(['compare', filter.run, judged.run]);
    expect(own.first).toMatchObject({ name: 'filter (colour)', run: judged.run });
    for (const metric of ['mAP', 'rank1', 'mINP'] as const) expect(own[metric]).toEqual(two[metric]);
  });

  it('sees that a name stands for another picture, and that the gallery is another', async () => {
    const names = (await readdir(at('market', 'query'))).sort();
    const measured = async (query: string, gallery: readonly string[]): Promise<EvaluationReport> => {
      await mkdir(at('same'), { recursive: true });
      await copyFile(at('market', 'query', query), at('same', 'q.png'));
      for (const [n, name] of gallery.entries()) {
        await copyFile(at('market', 'query', name), at('same', `g${n}.png`));
      }
      const file = at('same', 'cameras.csv');
      await writeFile(file, 'path,person_id,split\nq.png,a,query\ng0.png,a,gallery\ng1.png,b,gallery\n');
      return json<EvaluationReport>(['manifest', '--data', file]);
    };
    const first = await measured(names[0]!, [names[1]!, names[2]!]);
    const otherQuery = await measured(names[5]!, [names[1]!, names[2]!]);
    const otherGallery = await measured(names[0]!, [names[1]!, names[6]!]);
    const refused = await json<Failed>(['compare', first.run, otherQuery.run]);
    expect(refused.error.message).toBe('Query q.png is another picture in the second run than in the first.');
    const { stderr } = await evaluate(['compare', first.run, otherGallery.run]);
    expect(stderr).toContain('Different galleries: as many pictures, but not the same ones');
  });

  it('puts what makes a comparison doubtful into the document, too', async () => {
    const { warnings } = await json<Compared & { warnings: string[] }>(['compare', filter.run, judged.run]);
    expect(warnings).toEqual(['Only 8 persons: too few for an interval or a p-value to mean much.']);
  });

  it('tells people, better and worse apart', async () => {
    const { mAP } = await json<Compared>(['compare', filter.run, judged.run]);
    const { stdout, stderr, exitCode } = await evaluate(['compare', filter.run, judged.run]);
    expect([exitCode, stderr]).toEqual([
      0,
      'Only 8 persons: too few for an interval or a p-value to mean much.\n',
    ]);
    expect(stdout).toContain(
      `first:  filter (colour) ${filter.run}\nsecond: pairwise (fake) ${judged.run}\n`,
    );
    expect(stdout).toContain('24 queries, of 8 persons. Second less first, with 95 % interval:');
    const sign = mAP.difference > 0 ? '\\+' : '';
    expect(stdout).toMatch(
      new RegExp(`^mAP +\\d+\\.\\d +\\d+\\.\\d +${sign}${(100 * mAP.difference).toFixed(2)} `, 'm'),
    );
    expect(stdout).toMatch(/^mINP .* %$/m);
    const queries = await evaluate(['compare', filter.run, judged.run, '--cluster', 'query']);
    expect(queries.stdout).toContain('24 queries. Second less first');
  });

  it('is the same for the same seed, and finds no difference where there is none', async () => {
    const options = ['compare', filter.run, judged.run, '--resamples', '200'];
    expect(await json([...options, '--seed', '3'])).toEqual(await json([...options, '--seed', '3']));
    const other = await json<Compared>([...options, '--seed', '4']);
    expect(other.mAP.interval).not.toEqual((await json<Compared>([...options, '--seed', '3'])).mAP.interval);
    const same = await json<Compared>(['compare', filter.run, filter.run]);
    expect(same.mAP).toMatchObject({ difference: 0, interval: [0, 0], pValue: 1, equal: 1 });
  });

  it('compares what both have, where that is asked for', async () => {
    const refused = await json<Failed>(['compare', filter.run, slice.run]);
    expect(refused).toMatchObject({ exitCode: 1, error: { code: 'DATASET_INVALID' } });
    expect(refused.error.message).toContain('8 queries in common, 16 are in the first only');
    expect(refused.error.next).toContain('--common');
    const common = await json<Compared>(['compare', filter.run, slice.run, '--common']);
    expect(common).toMatchObject({ exitCode: 0, queries: 8, onlyInFirst: 16, onlyInSecond: 0 });
    const { stderr } = await evaluate(['compare', filter.run, slice.run, '--common']);
    expect(stderr).toContain('16 queries are in the first only, 0 in the second only.');
  });

  it('says that two runs measure different things', async () => {
    const csv =
      'path,person_id,split\nquery/0001_c1s1_000002_00.jpg,1,query\nbounding_box_test/0001_c2s1_000001_01.jpg,1,gallery\n';
    const other = await json<EvaluationReport>(['manifest', '--data', await write('market/m.csv', csv)]);
    const { stderr, exitCode } = await evaluate(['compare', filter.run, other.run]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(
      'Different measurements: market1501 (across-cameras) and manifest (across-cameras).',
    );
    expect(stderr).toContain('is of person 0001 in the first run and of person 1 in the second');
    await rm(other.run, { recursive: true });
    // The same queries before another gallery are another measurement, too.
    await rm(at('market/bounding_box_test/0000_c1s1_000001_01.jpg'));
    const smaller = await json<EvaluationReport>([
      'market1501',
      '--data',
      at('market'),
      '--allow-partial',
      '--corrected',
    ]);
    const told = await evaluate(['compare', filter.run, smaller.run]);
    expect(told.exitCode).toBe(0);
    expect(told.stderr).toContain('Different galleries: 27 and 26 pictures.');
    expect(told.stderr).toContain('The first is strict, the second corrected.');
  });

  it.each<[string, () => Promise<readonly string[]>, RegExp]>([
    ['nothing', async () => [], /Missing required argument 'first'/],
    ['three runs', async () => [filter.run, filter.run, filter.run], /Too many arguments/],
    ['a name that nothing has', async () => ['market1501-full-0'], /market1501-full-0 is no run/],
    [
      'a folder that is no run',
      async () => [at('market'), filter.run],
      /market holds no finished evaluation/,
    ],
    ['a way out of the folder', async () => ['..'], /holds no finished evaluation/],
    ['a picture', async () => [at('market/query/0001_c1s1_000002_00.jpg')], /is no run/],
    ['another document', async () => [await write('error.json', '{"error":{}}')], /error\.json is no run/],
    ['a list', async () => [await write('list.json', '[]')], /list\.json is no run/],
    ['null', async () => [await write('null.json', 'null')], /null\.json is no run/],
    [
      'what --json printed of a run that is gone',
      async () => [await write('gone.json', '{"run":"/gone"}')],
      /gone holds no finished/,
    ],
    ['a filter alone', async () => [filter.run], /has nothing in it to be compared with/],
    ['no resamples', async () => [filter.run, judged.run, '--resamples', '5'], /from 100 to/],
    [
      'an unknown cluster',
      async () => [filter.run, judged.run, '--cluster', 'camera'],
      /Allowed choices are person, query/,
    ],
  ])('refuses %s', async (_, argv, message) => {
    const refused = await json<Failed>(['compare', ...(await argv())]);
    expect(refused).toMatchObject({
      exitCode: 2,
      error: { code: 'OPTION_INVALID', message: expect.stringMatching(message) },
    });
  });

  it('refuses a run that is not finished, and one that is damaged', async () => {
    const unfinished = at('home/evaluations/unfinished');
    await mkdir(unfinished);
    await write('home/evaluations/unfinished/run.json', '{}');
    const told = await json<Failed>(['compare', 'unfinished', filter.run]);
    expect(told.error.message).toContain('holds no finished evaluation');
    await write('home/evaluations/unfinished/report.json', await readFile(join(filter.run, 'report.json')));
    await write('home/evaluations/unfinished/queries.jsonl', 'nothing\n');
    expect(await json(['compare', 'unfinished', filter.run])).toMatchObject({
      exitCode: 1,
      error: { code: 'DATASET_INVALID', message: expect.stringContaining('queries.jsonl is damaged') },
    });
    await rm(unfinished, { recursive: true });
  });
});
