/** `chatreid evaluate`: a benchmark, measured by its protocol; and what can be done with what was measured. */
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { Benchmark } from '../../evaluation/benchmark.ts';
import { benchmarks } from '../../evaluation/benchmarks.ts';
import { manifestBenchmark } from '../../evaluation/datasets/manifest.ts';
import { ChatReidError } from '../../foundation/error.ts';
import { type MeasureOptions, measure, withMeasureOptions, writeReport } from '../evaluation/measure.ts';
import { printReport } from '../evaluation/report-text.ts';
import type { Settings } from '../settings.ts';
import type { Shell, Work } from '../shell.ts';
import { checkWritable } from '../write-file.ts';
import { evaluateAllCommand } from './evaluate-all.ts';
import { evaluateCompareCommand } from './evaluate-compare.ts';
import { evaluateRunsCommand } from './evaluate-runs.ts';

interface EvaluateOptions extends MeasureOptions {
  /** Checked by hand: whoever names no benchmark or a wrong one hears of that first. */
  readonly data?: string;
  readonly setting?: string;
  readonly queries: 'as-given' | 'image' | 'text';
  readonly html?: string;
}

const known = [...benchmarks.map(({ name }) => name), 'manifest'].join(', ');
const commands = ['all', 'compare', 'runs'];

/** Measuring one benchmark needs no word of its own: its arguments and options are shown as those of `evaluate`. */
export function evaluateCommand(shell: Shell): Command {
  const one = benchmarkCommand(shell);
  return shell
    .command('evaluate', 'Measure the model on a benchmark, by its protocol, or on pictures of your own.', [
      'chatreid evaluate market1501 --data ./Market-1501-v15.09.15',
      'chatreid evaluate manifest --data ./our-cameras.csv --mode full --html report.html',
      'chatreid evaluate all --data ./data-sets',
      'chatreid evaluate compare RUN RUN',
    ])
    .usage('<benchmark> --data <folder> [options]')
    .configureHelp({
      visibleArguments: () => one.createHelp().visibleArguments(one),
      visibleOptions: () => one.createHelp().visibleOptions(one),
    })
    .addCommand(one, { isDefault: true, hidden: true })
    .addCommand(evaluateAllCommand(shell))
    .addCommand(evaluateCompareCommand(shell))
    .addCommand(evaluateRunsCommand(shell))
    .addHelpText(
      'after',
      () =>
        `\n${settingsHelp()}\n\nWhat was computed is kept in CHATREID_HOME: a second run is fast, and a stopped one goes on where it was.`,
    );
}

function benchmarkCommand(shell: Shell): Command {
  const command = shell
    .command('benchmark', 'Measure one benchmark: the word may be left out.', [
      'chatreid evaluate benchmark market1501 --data ./Market-1501-v15.09.15',
    ])
    .argument('<benchmark>', `one of: ${known}`)
    .option(
      '--data <folder>',
      'folder of the data set, in its public layout; for manifest, the CSV or JSONL file',
    )
    .option('--setting <name>', "one of the benchmark's settings, see below (default: its first)")
    .addOption(
      new Option(
        '--queries <kind>',
        'manifest: queries with a picture and words are both, pictures alone or words alone',
      )
        .choices(['as-given', 'image', 'text'])
        .default('as-given'),
    )
    .option('--html <file>', 'write a page with curves, diagrams and the ten worst queries');
  return withMeasureOptions(command).action((name: string, options: EvaluateOptions) =>
    shell.run(options, (work) => evaluate(work, name, options)),
  );
}

async function evaluate(work: Work, name: string, options: EvaluateOptions): Promise<void> {
  const { out, settings } = work;
  const benchmark = benchmarkNamed(name, options.queries);
  const { data, html } = options;
  if (data === undefined) {
    const what = name === 'manifest' ? '--data FILE.csv (or FILE.jsonl)' : '--data FOLDER';
    throw new ChatReidError('OPTION_INVALID', `Where is the data of ${benchmark.title}?`, `Add ${what}.`);
  }
  if (html !== undefined) await checkWritable(html, '--html');
  if (options.shortlist !== undefined && options.mode === 'filter') {
    out.note('--shortlist is for the modes with a language model: nothing is judged in mode filter.');
  }
  const evaluation = await measure(work, benchmark, data, options);
  printReport(evaluation.report, benchmark, out);
  if (html !== undefined) {
    const command = commandLine(name, { ...options, data }, settings);
    out.note(`The page is in ${await writeReport(work, benchmark, evaluation, { html, command })}`);
  }
  // Last, so that a page that cannot be written is the one document.
  out.document(evaluation.report);
}

function benchmarkNamed(name: string, queries: EvaluateOptions['queries']): Benchmark {
  if (name === 'manifest') return manifestBenchmark({ queries });
  const benchmark = benchmarks.find((one) => one.name === name);
  if (benchmark === undefined) {
    const next = commands.includes(name)
      ? `For the command, write it first: chatreid evaluate ${name} ...`
      : `Give one of: ${known}.`;
    throw new ChatReidError('OPTION_INVALID', `There is no benchmark "${name}".`, next);
  }
  if (queries !== 'as-given') {
    throw new ChatReidError(
      'OPTION_INVALID',
      `--queries ${queries} is for manifests: the queries of ${benchmark.title} are what they are.`,
      'Leave --queries out.',
    );
  }
  return benchmark;
}

function settingsHelp(): string {
  const width = Math.max(...benchmarks.map(({ name }) => name.length));
  const all = [...benchmarks, manifestBenchmark()];
  const lines = all.map(
    ({ name, settings }) => `  ${name.padEnd(width)}  ${settings.map((one) => one.name).join(', ')}`,
  );
  return ['Benchmarks and their settings:', ...lines].join('\n');
}

/** The same measurement again, as it would be typed: a model or a server that the environment names is named here. */
function commandLine(
  name: string,
  options: EvaluateOptions & { readonly data: string },
  { model, shippedModel, remote }: Settings,
): string {
  const { data, setting, mode, queries, tau, shortlist, limit, corrected, allowPartial } = options;
  const server =
    remote === undefined || mode === 'filter'
      ? []
      : [
          `CHATREID_ENGINE_URL=${quoted(withoutPassword(remote.url))}`,
          ...(remote.model === undefined ? [] : [`CHATREID_ENGINE_MODEL=${quoted(remote.model)}`]),
          ...(model === shippedModel ? [] : [`CHATREID_MODEL=${quoted(model)}`]),
        ];
  const words = [
    ...['chatreid', 'evaluate', name, '--data', resolve(data)],
    // With --model the model's own language model answers, and not the server's.
    ...(model === shippedModel || server.length > 0 ? [] : ['--model', model]),
    ...(setting === undefined ? [] : ['--setting', setting]),
    ...(mode === 'filter' ? [] : ['--mode', mode]),
    ...(queries === 'as-given' ? [] : ['--queries', queries]),
    ...(tau === undefined ? [] : ['--tau', String(tau)]),
    ...(shortlist === undefined ? [] : ['--shortlist', String(shortlist)]),
    ...(limit === undefined ? [] : ['--limit', String(limit)]),
    ...(corrected ? ['--corrected'] : []),
    ...(allowPartial ? ['--allow-partial'] : []),
  ];
  return [...server, ...words.map(quoted)].join(' ');
}

function withoutPassword(address: string): string {
  const url = new URL(address);
  url.username = '';
  url.password = '';
  return url.href;
}

/** As a shell reads it. */
function quoted(word: string): string {
  return /^[\w./:=@-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
