/** `chatreid evaluate`: a benchmark, measured by its protocol; and what can be done with what was measured. */
import { join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { Benchmark } from '../../evaluation/benchmark.ts';
import { benchmarks } from '../../evaluation/benchmarks.ts';
import { manifestBenchmark } from '../../evaluation/datasets/manifest.ts';
import { derivedBenchmarks } from '../../evaluation/derived/derived-benchmarks.ts';
import { ChatReidError } from '../../foundation/error.ts';
import {
  type MeasureOptions,
  measure,
  measurePeers,
  peersNamed,
  withMeasureOptions,
  writeReport,
} from '../evaluation/measure.ts';
import { printPeers, printReport } from '../evaluation/report-text.ts';
import type { Settings } from '../settings.ts';
import { collect, type Shell, type Work } from '../shell.ts';
import { checkWritable } from '../write-file.ts';
import { evaluateAllCommand } from './evaluate-all.ts';
import { evaluateCompareCommand } from './evaluate-compare.ts';
import { evaluateDialogueCommand } from './evaluate-dialogue.ts';
import { evaluatePeopleCommand } from './evaluate-people.ts';
import { evaluateResultsCommand } from './evaluate-results.ts';
import { evaluateRunsCommand } from './evaluate-runs.ts';
import { evaluateTasksCommand } from './evaluate-tasks.ts';

interface EvaluateOptions extends MeasureOptions {
  /** Checked by hand: whoever names no benchmark or a wrong one hears of that first. */
  readonly data?: string;
  readonly setting?: string;
  readonly queries: 'as-given' | 'image' | 'text';
  readonly captions?: readonly string[];
  readonly attributes?: string;
  readonly html?: string;
}

const derived = derivedBenchmarks({ pictures: '' });
const known = [...[...benchmarks, ...derived].map(({ name }) => name), 'manifest'].join(', ');
const commands = ['all', 'compare', 'dialogue', 'people', 'results', 'runs', 'tasks'];

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
    .addCommand(evaluateDialogueCommand(shell))
    .addCommand(evaluatePeopleCommand(shell))
    .addCommand(evaluateResultsCommand(shell, evaluateCommand))
    .addCommand(evaluateRunsCommand(shell))
    .addCommand(evaluateTasksCommand(shell))
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
    .option(
      '--captions <file>',
      'market1501-captions: descriptions, as CUHK-PEDES has them (repeatable)',
      collect,
    )
    .option('--attributes <file>', 'market1501-clues, market1501-altered: JSON of attributes by person')
    .option('--html <file>', 'write a page with curves, diagrams and the ten worst queries')
    .option(
      '--peer <name=file>',
      'another image network to measure beside it, by picture: FILE.onnx with FILE.json (repeatable)',
      collect,
    );
  return withMeasureOptions(command).action((name: string, options: EvaluateOptions) =>
    shell.run(options, (work) => evaluate(work, name, options)),
  );
}

async function evaluate(work: Work, name: string, options: EvaluateOptions): Promise<void> {
  const { out, settings } = work;
  const benchmark = benchmarkNamed(name, options, settings);
  const { data, html } = options;
  if (data === undefined) {
    const what = name === 'manifest' ? '--data FILE.csv (or FILE.jsonl)' : '--data FOLDER';
    throw new ChatReidError('OPTION_INVALID', `Where is the data of ${benchmark.title}?`, `Add ${what}.`);
  }
  peersNamed(options.peer ?? []);
  if (html !== undefined) await checkWritable(html, '--html');
  if (options.shortlist !== undefined && options.mode === 'filter') {
    out.note('--shortlist is for the modes with a language model: nothing is judged in mode filter.');
  }
  const evaluation = await measure(work, benchmark, data, options);
  const { report } = evaluation;
  printReport(report, benchmark, out);
  const peers = await measurePeers(work, benchmark, data, options, report.queryKinds.text);
  printPeers(report, peers, out);
  if (html !== undefined) {
    const command = commandLine(name, { ...options, data }, settings);
    out.note(`The page is in ${await writeReport(work, benchmark, evaluation, { html, command })}`);
  }
  // Last, so that a page that cannot be written is the one document.
  out.document(options.peer === undefined ? report : { ...report, peers });
}

function benchmarkNamed(
  name: string,
  { queries, captions, attributes }: EvaluateOptions,
  { home }: Settings,
): Benchmark {
  if (name === 'manifest') return manifestBenchmark({ queries });
  const pictures = join(home.cache, 'evaluation', 'pictures');
  const all = [...benchmarks, ...derivedBenchmarks({ captions, attributes, pictures })];
  const benchmark = all.find((one) => one.name === name);
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
  const all = [...benchmarks, ...derived, manifestBenchmark()];
  const width = Math.max(...all.map(({ name }) => name.length));
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
  const {
    captions = [],
    attributes,
    data,
    setting,
    mode,
    fusion,
    queries,
    tau,
    shortlist,
    limit,
    corrected,
    allowPartial,
    peer = [],
  } = options;
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
    ...captions.flatMap((file) => ['--captions', resolve(file)]),
    ...(attributes === undefined ? [] : ['--attributes', resolve(attributes)]),
    // With --model the model's own language model answers, and not the server's.
    ...(model === shippedModel || server.length > 0 ? [] : ['--model', model]),
    ...(setting === undefined ? [] : ['--setting', setting]),
    ...(mode === 'filter' ? [] : ['--mode', mode]),
    ...(fusion === 'calibrated' ? [] : ['--fusion', fusion]),
    ...(queries === 'as-given' ? [] : ['--queries', queries]),
    ...(tau === undefined ? [] : ['--tau', String(tau)]),
    ...(shortlist === undefined ? [] : ['--shortlist', String(shortlist)]),
    ...(limit === undefined ? [] : ['--limit', String(limit)]),
    ...(corrected ? ['--corrected'] : []),
    ...(allowPartial ? ['--allow-partial'] : []),
    ...peer.flatMap((one) => ['--peer', one]),
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
