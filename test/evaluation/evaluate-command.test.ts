/** `chatreid evaluate` from the command line to its one JSON document, its page and its exit code. */
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../src/cli/program.ts';
import type { EvaluationReport } from '../../src/evaluation/evaluation-report.ts';
import { tinyModel } from '../support/tiny-model.ts';
import { drawMarket } from './datasets/drawn-market.ts';
import { CountingEngine, EvaluateFolder, type Failed } from './evaluate-harness.ts';

const folder = new EvaluateFolder();
const { at, evaluate, json } = folder;
let market: string[];
beforeAll(async () => {
  await drawMarket(at('market'));
  market = ['market1501', '--data', at('market'), '--allow-partial'];
});

describe('chatreid evaluate', () => {
  it('prints one document with the metrics as fractions, and closes the model', async () => {
    const { exitCode, stdout, closed } = await evaluate([...market, '--json']);
    expect(exitCode).toBe(0);
    expect(closed).toBe(1);
    const report = JSON.parse(stdout) as EvaluationReport;
    expect(report).toMatchObject({
      benchmark: 'market1501',
      setting: 'across-cameras',
      corrected: false,
      mode: 'filter',
      queries: 25,
      gallery: 27,
      skipped: 1,
      tau: 0.97,
      partial: true,
    });
    expect(report.cmc).toHaveLength(27);
    for (const name of ['mAP', 'mINP', 'rank1', 'rank5', 'rank10', 'filterCeiling', 'keptShare'] as const) {
      expect(report[name], name).toBeGreaterThanOrEqual(0);
      expect(report[name], name).toBeLessThanOrEqual(1);
    }
    expect([report.rank1, report.rank5, report.rank10]).toEqual([1, 5, 10].map((k) => report.cmc[k - 1]));
    expect(stdout).not.toContain('null');
  });

  it('tells people the same, and that a part is a part', async () => {
    const { mAP } = await json<EvaluationReport>([...market, '--tau', '0.5']);
    const { exitCode, stdout, stderr } = await evaluate([...market, '--tau', '0.5']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /^Market-1501, across cameras: 25 queries, 27 gallery pictures, by the base filter of colour$/m,
    );
    expect(stdout).toMatch(/mAP +Rank-1 +Rank-5 +Rank-10 +mINP/);
    expect(stdout).toMatch(new RegExp(`^${(100 * mAP).toFixed(1)} `, 'm'));
    expect(stdout).toContain('1 query has no right answer in the gallery, and no part in these numbers.');
    expect(stdout).toMatch(/Filter at τ 0\.500: keeps \d+\.\d % of the gallery/);
    expect(stderr).toMatch(
      /^This is not the whole data set: not comparable.*\n {2}25 pictures in query instead of 3368/m,
    );
  });

  it('asks only so many queries, and says so', async () => {
    const report = await json<EvaluationReport>([...market, '--limit', '5']);
    expect(report).toMatchObject({ queries: 5, partial: true, slice: { asked: 5, of: 25 } });
    const { stderr } = await evaluate([...market, '--limit', '5']);
    expect(stderr).toContain('  Only 5 of the 25 queries were asked, evenly spread.\n');
  });

  it('measures in the setting that is asked for, strict or corrected', async () => {
    const strict = await json<EvaluationReport>([
      ...market,
      '--strict-reference',
      '--setting',
      'across-cameras',
    ]);
    expect(strict).toMatchObject({ setting: 'across-cameras', corrected: false });
    const corrected = await json<EvaluationReport>([...market, '--corrected']);
    expect(corrected).toMatchObject({ corrected: true, mAP: strict.mAP });
    expect(corrected.run).not.toBe(strict.run);
    expect((await evaluate([...market, '--corrected'])).stdout).toContain('across cameras, corrected: ');
  });

  it.each(['pairwise', 'best-choice', 'full'])('lets a language model judge: %s', async (mode) => {
    const engine = new CountingEngine();
    const options = [...market, '--limit', '6', '--mode', mode, '--shortlist', '4', '--tau', '0.5'];
    const report = await json<EvaluationReport>(options, { engine });
    expect(report).toMatchObject({
      exitCode: 0,
      mode,
      language: { engine: { name: 'fake' }, shortlist: 4, judged: 6, judgedNow: 6, emptyShortlists: 0 },
      filter: { rank1: expect.any(Number) },
    });
    expect(report.language!.candidates).toBeLessThanOrEqual(4);
    expect(engine.asked).toBe(report.language!.enginePrompts);
    const again = new CountingEngine();
    const { stdout } = await evaluate(options, { engine: again });
    expect(again.asked).toBe(0);
    expect(stdout).toMatch(/^ranked by +mAP.*\nfilter +\d.*\n(\S+) +\d/m);
    expect(stdout).toMatch(/fake judged 6 queries, \d\.\d candidates each: \d+ questions/);
  });

  it('says how many queries τ left nobody for', async () => {
    const { stdout } = await evaluate([...market, '--limit', '2', '--mode', 'full', '--tau', '1'], {
      engine: new CountingEngine(),
    });
    expect(stdout).toContain('τ left nobody to judge for 2 queries.');
  });

  it('judges with a random model behind the shipped filter', async () => {
    const { stdout, exitCode } = await chatreid([
      ...['evaluate', ...market, '--limit', '2', '--mode', 'full', '--shortlist', '3', '--tau', '-1'],
      ...['--model', tinyModel, '--json'],
    ]);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      encoder: { name: 'chatreid-tiny' },
      language: { engine: { name: 'tiny-qwen2vl', kind: 'onnx' }, judged: 2, candidates: 3 },
    });
  });

  it.each<[string, readonly string[], string, RegExp, RegExp?]>([
    [
      'an unknown benchmark',
      ['market1502'],
      'OPTION_INVALID',
      /no benchmark "market1502"/,
      /one of: market1501, .*, manifest/,
    ],
    ['no benchmark', [], 'OPTION_INVALID', /Missing required argument 'benchmark'/],
    [
      'a command behind its options',
      ['--data', '.', 'all'],
      'OPTION_INVALID',
      /no benchmark "all"/,
      /write it first/,
    ],
    ['no data', ['market1501'], 'OPTION_INVALID', /data of Market-1501/, /--data FOLDER/],
    ['no manifest', ['manifest'], 'OPTION_INVALID', /data of Manifest/, /FILE\.csv/],
    [
      'no model for the mode',
      ['market1501', '--data', '.', '--mode', 'pairwise'],
      'ENGINE_CANNOT',
      /"pairwise" needs a language model/,
    ],
    [
      'an unknown mode',
      ['market1501', '--data', '.', '--mode', 'best'],
      'OPTION_INVALID',
      /'best' is invalid.* filter, pairwise, best-choice, full/,
    ],
    [
      'an unknown setting',
      ['ltcc', '--data', '.', '--setting', 'clothes'],
      'OPTION_INVALID',
      /LTCC has no setting "clothes"/,
      /general, same-clothes, cloth-changing/,
    ],
    [
      'strict and corrected',
      ['market1501', '--data', '.', '--corrected', '--strict-reference'],
      'OPTION_INVALID',
      /'--strict-reference' cannot be used with option '--corrected'/,
    ],
    [
      'queries of no manifest',
      ['market1501', '--data', '.', '--queries', 'text'],
      'OPTION_INVALID',
      /--queries text is for manifests/,
    ],
    [
      'unknown queries',
      ['manifest', '--data', '.', '--queries', 'words'],
      'OPTION_INVALID',
      /'words' is invalid/,
    ],
    ['a τ that is none', ['market1501', '--data', '.', '--tau', '1.5'], 'OPTION_INVALID', /from -1 to 1/],
    ['a τ that is NaN', ['market1501', '--data', '.', '--tau', 'NaN'], 'OPTION_INVALID', /from -1 to 1/],
    ['no queries', ['market1501', '--data', '.', '--limit', '0'], 'OPTION_INVALID', /whole number from 1/],
    [
      'half a query',
      ['market1501', '--data', '.', '--limit', '1.5'],
      'OPTION_INVALID',
      /whole number from 1/,
    ],
    [
      'no shortlist',
      ['market1501', '--data', '.', '--shortlist', '0'],
      'OPTION_INVALID',
      /whole number from 1/,
    ],
    [
      'an unknown option',
      ['market1501', '--data', '.', '--model-name', 'x'],
      'OPTION_INVALID',
      /Unknown option '--model-name'/,
    ],
    ['a word too many', ['market1501', 'msmt17', '--data', '.'], 'OPTION_INVALID', /Too many arguments/],
    ['no folder', ['market1501', '--data', '/nowhere/at/all'], 'DATASET_INVALID', /\/nowhere\/at\/all/],
    ['no model folder', ['market1501', '--data', '.', '--model', '/nowhere'], 'MODEL_MISSING', /\/nowhere/],
  ])('refuses %s', async (_, argv, code, message, next = /\S/) => {
    const refused = await json<Failed>(argv);
    expect(refused.exitCode).toBe(code === 'OPTION_INVALID' ? 2 : 1);
    expect(refused.error).toMatchObject({
      code,
      message: expect.stringMatching(message),
      next: expect.stringMatching(next),
    });
  });

  it('refuses a part that was not allowed, naming the counts', async () => {
    expect(await json(['market1501', '--data', at('market')])).toMatchObject({
      exitCode: 1,
      error: {
        code: 'DATASET_INVALID',
        message: expect.stringContaining('25 pictures in query instead of 3368'),
      },
    });
  });

  it('has a help that shows the options of measuring, the settings and the other commands', async () => {
    const { stdout, exitCode } = await evaluate(['--help']);
    expect(exitCode).toBe(0);
    for (const part of [
      /^Usage: chatreid evaluate <benchmark> --data <folder> \[options\]$/m,
      /^ {2}--mode <mode> /m,
      /^ {2}(all|compare|runs) \[options\]/m,
      /^ {2}sysu-mm01 +all-search-single-shot, all-search-multi-shot/m,
      /^ {2}manifest +across-cameras, any-camera, cloth-changing, same-clothes$/m,
      /a stopped one goes on/,
    ]) {
      expect(stdout).toMatch(part);
    }
    expect(stdout.match(/^Options:$/gm)).toHaveLength(1);
    expect(stdout).not.toMatch(/^ {2}benchmark \[/m);
    expect((await evaluate(['manifest', '--help'])).stdout).toBe(stdout);
    expect((await chatreid(['--help'])).stdout).toMatch(/^ {2}evaluate +Measure/m);
  });
});

describe('the page', () => {
  it('is written beside the numbers, with the command that makes it again', async () => {
    const page = at('pages', 'it is.html');
    const { stdout, stderr, exitCode } = await evaluate(
      [...market, '--html', page, '--limit', '6', '--mode', 'pairwise', '--tau', '0.5', '--shortlist', '3'],
      { engine: new CountingEngine() },
    );
    expect(exitCode).toBe(0);
    expect(stdout).toContain('pairwise');
    expect(stderr).toContain(`The page is in ${page}`);
    const html = await readFile(page, 'utf8');
    expect(html).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/);
    expect(html).toContain('2026-11-24 12:00 UTC');
    const [, command] = /<code>(CHATREID_[^<]*)<\/code>/.exec(html) ?? [];
    expect(command).toBe(
      `CHATREID_ENGINE_URL=http://engine.test/v1 CHATREID_MODEL=${at('model')} chatreid evaluate market1501 --data ${at('market')} --mode pairwise --tau 0.5 --shortlist 3 --limit 6 --allow-partial`,
    );
    expect(html).not.toContain('secret');
    expect((await stat(page)).mode & 0o777).toBe(0o644);
    expect(await readdir(at('pages'))).toEqual(['it is.html']);
  });

  it('names the model and quotes what a shell would read otherwise', async () => {
    const data = at("it's $HOME");
    await drawMarket(data);
    const page = at('quoted.html');
    await json(['market1501', '--data', data, '--allow-partial', '--corrected', '--html', page]);
    const html = await readFile(page, 'utf8');
    const [, command = ''] = /<code>(chatreid [^<]*)<\/code>/.exec(html) ?? [];
    expect(command.replaceAll('&#39;', "'").replaceAll('&#x27;', "'")).toBe(
      `chatreid evaluate market1501 --data '${data.replace("'", "'\\''")}' --model ${at('model')} --corrected --allow-partial`,
    );
  });

  it('is refused before the work begins where it cannot be written', async () => {
    await writeFile(at('file'), 'no folder');
    const page = at('file', 'below', 'page.html');
    const told = await json<Failed>([...market, '--html', page, '--limit', '7']);
    expect([told.exitCode, told.error.code]).toEqual([1, 'STORAGE_DENIED']);
    expect(told.error.message).toContain(page);
    await mkdir(at('taken', 'page.html'), { recursive: true });
    const taken = await json<Failed>([...market, '--html', at('taken', 'page.html'), '--limit', '7']);
    expect([taken.exitCode, taken.error.code]).toEqual([2, 'OPTION_INVALID']);
    expect(taken.error.message).toMatch(/page\.html is a folder: --html names a file/);
    expect(await readdir(at('taken'))).toEqual(['page.html']);
    const runs = await json<readonly { report?: EvaluationReport }[]>(['runs']);
    expect(runs.filter(({ report }) => report?.slice?.asked === 7)).toEqual([]);
  });

  it('says that a shortlist is for the language model', async () => {
    const { stderr, exitCode } = await evaluate([...market, '--limit', '5', '--shortlist', '3']);
    expect(exitCode).toBe(0);
    expect(stderr).toContain('--shortlist is for the modes with a language model');
  });
});

describe('an evaluation that is interrupted', () => {
  it('ends with 130, and the same command asks the language model only for what was left', async () => {
    const options = [...market, '--limit', '9', '--mode', 'pairwise', '--tau', '0.5', '--shortlist', '3'];
    const home = { CHATREID_HOME: at('interrupted') };
    const interrupt = new AbortController();
    const first = new CountingEngine((asked) => {
      if (asked >= 11) interrupt.abort();
    });
    const stopped = await json<Failed>(options, { engine: first, signal: interrupt.signal, env: home });
    expect(stopped).toMatchObject({ exitCode: 130, error: { code: 'CANCELLED' } });
    expect(stopped.error.next).toContain('goes on where it stopped');
    const [run] = await json<readonly { finished: boolean; folder: string }[]>(['runs'], { env: home });
    expect(run!.finished).toBe(false);
    const kept = (await readFile(join(run!.folder, 'judged.jsonl'), 'utf8')).trimEnd().split('\n').length;
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThan(9);
    expect((await evaluate(['runs'], { env: home })).stdout).toMatch(/pairwise-\w+ .*unfinished/);

    const second = new CountingEngine();
    const report = await json<EvaluationReport>(options, { engine: second, env: home });
    expect(report).toMatchObject({ exitCode: 0, run: run!.folder });
    expect(report.language).toMatchObject({ judged: 9, judgedNow: 9 - kept });
    const whole = new CountingEngine();
    const undisturbed = await json<EvaluationReport>(options, {
      engine: whole,
      env: { CHATREID_HOME: at('undisturbed') },
    });
    expect(report.mAP).toBe(undisturbed.mAP);
    expect(report.language!.enginePrompts).toBe(whole.asked);
    // Every answer of a query that was judged whole was kept: only the rest is asked.
    expect(second.asked).toBe(whole.asked - (await askedOfFirst(run!.folder, kept)));
  });

  it('ends with 130 while it encodes, too', async () => {
    const interrupt = new AbortController();
    const { exitCode, stdout } = await evaluate([...market, '--json'], {
      signal: interrupt.signal,
      env: { CHATREID_HOME: at('encoding') },
      model: {
        encodePictures: async () => {
          interrupt.abort();
          throw new Error('Stopped.');
        },
      },
    });
    expect(exitCode).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'CANCELLED' } });
  });
});

/** Questions of the first queries that were judged. */
async function askedOfFirst(run: string, queries: number): Promise<number> {
  const lines = (await readFile(join(run, 'judged.jsonl'), 'utf8')).trimEnd().split('\n');
  return lines
    .slice(0, queries)
    .map((line) => JSON.parse(line) as { prompts: number })
    .reduce((sum, { prompts }) => sum + prompts, 0);
}

/** With the real parts. */
async function chatreid(argv: readonly string[]): Promise<{ exitCode: number; stdout: string }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  stderr.resume();
  const told = text(stdout);
  const exitCode = await runCommandLine(argv, {
    stdin: Readable.from([]),
    stdout,
    stderr,
    env: { NO_COLOR: '1', CHATREID_HOME: at('real home'), CHATREID_DEVICE: 'cpu' },
    signal: new AbortController().signal,
  });
  stdout.end();
  return { exitCode, stdout: await told };
}
