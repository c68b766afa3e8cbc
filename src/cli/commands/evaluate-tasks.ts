/** `chatreid evaluate tasks`: is the language model right in what it is tuned for, and righter than the filter alone? */
import { join } from 'node:path';
import type { Command } from 'commander';
import { benchmarks } from '../../evaluation/benchmarks.ts';
import { manifestBenchmark } from '../../evaluation/datasets/manifest.ts';
import { cuhk03Crops } from '../../evaluation/derived/cuhk03-crops.ts';
import type { TaskReport } from '../../evaluation/tasks/question-tasks.ts';
import { ChatReidError } from '../../foundation/error.ts';
import { progressNouns } from '../evaluation/progress-nouns.ts';
import { percent } from '../evaluation/report-text.ts';
import { jsonOption } from '../gallery-option.ts';
import { grouped, type Output, printable } from '../output.ts';
import { PhasedProgress } from '../progress.ts';
import { type Shell, type Work, wholeNumber } from '../shell.ts';

interface TasksOptions {
  readonly data: string;
  readonly attributes?: string;
  readonly model?: string;
  readonly limit: number;
  readonly seed: number;
  readonly allowPartial?: boolean;
  readonly json?: boolean;
}

const known = [...benchmarks, cuhk03Crops, manifestBenchmark()];

export function evaluateTasksCommand(shell: Shell): Command {
  return shell
    .command('tasks', 'Ask the language model questions with known answers, and set the filter beside it.', [
      'chatreid evaluate tasks market1501 --data ./Market-1501-v15.09.15 --attributes market-attributes.json',
    ])
    .argument('<benchmark>', `what questions are drawn from: ${known.map(({ name }) => name).join(', ')}`)
    .requiredOption('--data <folder>', 'folder of the data set, or the manifest')
    .option('--attributes <file>', 'JSON of attributes by person: asks about attributes, too')
    .option('--model <folder>', 'model folder (default: CHATREID_MODEL, or the model that is shipped)')
    .option(
      '--limit <number>',
      'queries that questions are drawn for, evenly spread',
      wholeNumber(1, 1_000_000),
      300,
    )
    .option('--seed <number>', 'the same seed draws the same questions', wholeNumber(0, 2 ** 32 - 1), 0)
    .option('--allow-partial', 'ask about what is there')
    .addOption(jsonOption())
    .action((name: string, options: TasksOptions) =>
      shell.run(options, (work) => tasks(work, name, options)),
    );
}

async function tasks(
  { shell, out, settings, parts, signal }: Work,
  name: string,
  options: TasksOptions,
): Promise<void> {
  const benchmark = known.find((one) => one.name === name);
  if (benchmark === undefined) {
    throw new ChatReidError(
      'OPTION_INVALID',
      `No questions are drawn from "${name}".`,
      `Give one of: ${known.map((one) => one.name).join(', ')}.`,
    );
  }
  const [{ questionTasks }, { Calibration }] = await Promise.all([
    import('../../evaluation/tasks/question-tasks.ts'),
    import('../../retrieval/calibration.ts'),
  ]);
  const engine = await parts.engine();
  if (engine === undefined) {
    throw new ChatReidError(
      'ENGINE_CANNOT',
      'There is no language model to ask.',
      'Give Qwen2-VL weights with --model, or a server by CHATREID_ENGINE_URL.',
    );
  }
  const filter = await parts.filterFolder();
  const progress = new PhasedProgress(shell.stderr);
  try {
    const report = await questionTasks(benchmark, {
      folder: options.data,
      encoder: await parts.localModel(filter),
      calibration: await Calibration.read(filter),
      engine,
      cacheFolder: join(settings.home.cache, 'evaluation'),
      answersFolder: join(settings.home.root, 'evaluation-tasks'),
      attributes: options.attributes,
      limit: options.limit,
      seed: options.seed,
      allowPartial: options.allowPartial ?? false,
      signal,
      onProgress: ({ phase, done, total }) => progress.update(nouns[phase], done, total),
    });
    progress.stop();
    print(report, out);
    out.document(report);
  } finally {
    progress.stop();
  }
}

const nouns = { ...progressNouns, asking: 'questions asked' };

function print(report: TaskReport, out: Output): void {
  const { slice, verification, bestChoice, attributes, comparison } = report;
  out.print(
    `${printable(report.engine.name)}: questions about ${grouped(slice.asked)} of ${grouped(slice.of)} query pictures of ${report.benchmark}`,
  );
  const right = (title: string) => ({ title, align: 'right' as const });
  out.table(
    [
      { title: 'same person?' },
      right('pairs'),
      right('accuracy'),
      right('AUC'),
      right('filter'),
      right('its AUC'),
    ],
    (['balanced', 'hard'] as const).map((kind) => {
      const { language, filter } = verification[kind];
      return [
        kind,
        grouped(language.pairs),
        ...[language.accuracy, language.auc, filter.accuracy, filter.auc].map(percent),
      ];
    }),
  );
  out.table(
    [{ title: 'which of them?' }, right('questions'), right('right'), right('filter'), right('chance')],
    bestChoice.map(({ name, questions, language, filter, chance }) => [
      name,
      grouped(questions),
      ...[language, filter, chance].map(percent),
    ]),
  );
  if (attributes !== undefined) {
    out.table(
      [{ title: 'attribute' }, right('pictures'), right('accuracy'), right('majority')],
      attributes.map(({ name, pictures, accuracy, majority }) => [
        name,
        grouped(pictures),
        percent(accuracy),
        percent(majority),
      ]),
    );
  }
  if (comparison !== undefined) {
    out.table(
      [{ title: 'two people' }, right('precision'), right('recall'), right('F1')],
      (['common', 'unique'] as const).map((kind) => {
        const { precision, recall, f1 } = comparison[kind];
        return [kind, ...[precision, recall, f1].map(percent)];
      }),
    );
  }
  out.print(`${report.seconds.toFixed(1)} s. Answers are kept in ${report.run}`);
}
