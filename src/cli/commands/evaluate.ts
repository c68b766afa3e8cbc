/** `chatreid evaluate`: a public benchmark, measured by its protocol. */
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Benchmark } from '../../evaluation/benchmark.ts';
import type { EvaluationProgress } from '../../evaluation/benchmark-embedding.ts';
import { benchmarks } from '../../evaluation/benchmarks.ts';
import type { EvaluationReport } from '../../evaluation/evaluation.ts';
import { ChatReidError } from '../../foundation/error.ts';
import { deviceNote } from '../device-note.ts';
import { jsonOption } from '../gallery-option.ts';
import { grouped, type Output } from '../output.ts';
import { type Progress, progressOn } from '../progress.ts';
import { numberBetween, type Shell, type Work } from '../shell.ts';

interface EvaluateOptions {
  readonly data: string;
  readonly model?: string;
  readonly mode: string;
  readonly tau?: number;
  readonly allowPartial?: boolean;
  readonly json?: boolean;
}

const known = benchmarks.map(({ name }) => name).join(', ');

export function evaluateCommand(shell: Shell): Command {
  return shell
    .command('evaluate', 'Measure the model on a public benchmark, by its protocol.', [
      'chatreid evaluate market1501 --data ./Market-1501-v15.09.15',
      'chatreid evaluate market1501 --data ./Market-1501-v15.09.15 --model ./my-model --json',
    ])
    .argument('<benchmark>', `one of: ${known}`)
    .requiredOption('--data <folder>', 'folder of the data set, in its public layout')
    .option('--model <folder>', 'model folder (default: CHATREID_MODEL, or the model that is shipped)')
    .option('--mode <mode>', 'filter: rank by the base filter alone', 'filter')
    .option('--tau <similarity>', "threshold of the filter (default: the model's own)", numberBetween(-1, 1))
    .option('--allow-partial', 'take a folder with other counts than the published ones, and say so')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nEmbeddings are kept in CHATREID_HOME: a second run is fast, and a stopped one goes on where it was.',
    )
    .action((name: string, options: EvaluateOptions) =>
      shell.run(options, (work) => evaluate(work, name, options)),
    );
}

async function evaluate(
  { shell, out, settings, parts, signal }: Work,
  name: string,
  options: EvaluateOptions,
): Promise<void> {
  const benchmark = benchmarkNamed(name);
  refuseOtherModes(options.mode);
  const [{ evaluateBenchmark }, { Calibration }] = await Promise.all([
    import('../../evaluation/evaluation.ts'),
    import('../../retrieval/calibration.ts'),
  ]);
  const model = options.model === undefined ? await parts.filterFolder() : resolve(options.model);
  const calibration = await Calibration.read(model);
  const encoder = await parts.localModel(model);
  const note = await deviceNote(settings, encoder);
  if (note) out.note(note);
  const progress = new PhaseProgress(shell);
  try {
    const { report } = await evaluateBenchmark(benchmark, {
      folder: options.data,
      encoder,
      cacheFolder: join(settings.home.cache, 'evaluation'),
      tau: options.tau ?? calibration.tau('image'),
      confidence: (best, of) =>
        calibration.confidences(
          'image',
          best.map((score) => ({ score })),
          of,
        )[0]!,
      allowPartial: options.allowPartial ?? false,
      signal,
      onProgress: (step) => progress.update(step),
    });
    progress.stop();
    out.document(report);
    print(report, benchmark, out);
  } finally {
    progress.stop();
  }
}

function benchmarkNamed(name: string): Benchmark {
  const benchmark = benchmarks.find((one) => one.name === name);
  if (benchmark === undefined) {
    throw new ChatReidError('OPTION_INVALID', `There is no benchmark "${name}".`, `Give one of: ${known}.`);
  }
  return benchmark;
}

function refuseOtherModes(mode: string): void {
  if (mode === 'filter') return;
  const planned = ['pairwise', 'best-choice', 'full'].includes(mode);
  throw new ChatReidError(
    'OPTION_INVALID',
    planned
      ? `Benchmarks cannot be measured in mode ${mode} in this version, only in mode filter.`
      : `There is no mode "${mode}".`,
    'Leave --mode out, or pass --mode filter.',
  );
}

/** One bar a phase: each has its own pace. */
class PhaseProgress {
  static readonly nouns: Readonly<Record<EvaluationProgress['phase'], string>> = {
    reading: 'pictures read',
    encoding: 'pictures encoded',
    scoring: 'queries scored',
  };
  #phase: EvaluationProgress['phase'] | undefined;
  #progress: Progress | undefined;

  constructor(private readonly shell: Shell) {}

  update({ phase, done, total }: EvaluationProgress): void {
    if (phase !== this.#phase) {
      this.stop();
      this.#phase = phase;
      this.#progress = progressOn(this.shell.stderr, { noun: PhaseProgress.nouns[phase] });
    }
    this.#progress?.update(done, total);
  }

  stop(): void {
    this.#progress?.stop();
  }
}

function print(report: EvaluationReport, benchmark: Benchmark, out: Output): void {
  out.print(
    `${benchmark.title}: ${grouped(report.queries)} queries, ${grouped(report.gallery)} gallery pictures, by the base filter of ${report.encoder.name}`,
  );
  if (report.partial) {
    out.note(`Only a part of ${benchmark.title}: not comparable with published numbers.`);
    for (const note of report.notes) out.note(`  ${note}`);
  }
  out.table(
    [{ title: 'mAP', align: 'right' }, ...[1, 5, 10].map(rankColumn), { title: 'mINP', align: 'right' }],
    [[report.mAP, report.rank1, report.rank5, report.rank10, report.mINP].map(percent)],
  );
  out.print(
    `Filter at τ ${report.tau.toFixed(3)}: keeps ${percent(report.keptShare)} % of the gallery and ${percent(report.filterRecall)} % of the right pictures;`,
  );
  out.print(
    `  what ranks after it can reach mAP ${percent(report.filterCeiling)}, Rank-1 ${percent(report.filterCeilingRank1)} at most.`,
  );
  if (report.reliability) {
    out.print(
      `Confidence of the first picture: expected calibration error ${percent(report.reliability.ece)} %.`,
    );
  }
  out.print(
    `${report.seconds.toFixed(1)} s, of which ${report.timings.metrics.toFixed(2)} s for the metrics.`,
  );
}

function rankColumn(k: number): { title: string; align: 'right' } {
  return { title: `Rank-${k}`, align: 'right' };
}

function percent(fraction: number): string {
  return (100 * fraction).toFixed(1);
}
