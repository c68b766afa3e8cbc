/** `chatreid tune calibrate`: what a language model's answers are worth beside the filter, measured on people held out. */
import { join } from 'node:path';
import type { Command } from 'commander';
import { ChatReidError } from '../../foundation/error.ts';
import type { CalibrationReport } from '../../tuning/calibration/calibrate-language.ts';
import { progressNouns } from '../evaluation/progress-nouns.ts';
import { jsonOption } from '../gallery-option.ts';
import type { Output } from '../output.ts';
import { PhasedProgress } from '../progress.ts';
import { collect, type Shell, type Work, wholeNumber } from '../shell.ts';
import { sourcesOf } from './tune-data.ts';

interface TuneCalibrateOptions {
  readonly data: readonly string[];
  readonly people?: string;
  readonly captions?: readonly string[];
  readonly queriesEach: number;
  readonly shortlist: number;
  readonly seed: number;
  readonly allowPartial?: boolean;
  readonly dryRun?: boolean;
  readonly model?: string;
  readonly json?: boolean;
}

export function tuneCalibrateCommand(shell: Shell): Command {
  return shell
    .command(
      'calibrate',
      "Measure a language model's answers beside the filter, on people it was not trained on.",
      [
        'chatreid tune calibrate --data manifest:site=./our-cameras.csv --people held-out.txt --model ./our-model',
        'chatreid tune calibrate --data market1501=./Market-1501-v15.09.15 --people held-out.txt --dry-run',
      ],
    )
    .requiredOption(
      '--data <name=path>',
      'data set in its public layout, or manifest:NAME=FILE.csv: its training part is read (several times for several)',
      collect,
    )
    .option(
      '--people <file>',
      'people who were held out of training, one DATASET/PERSON a line (default: everybody in the data)',
    )
    .option(
      '--captions <file>',
      'captions as CUHK-PEDES has them, joined to the pictures (several times)',
      collect,
    )
    .option('--queries-each <number>', 'queries of each person', wholeNumber(1, 100), 2)
    .option('--shortlist <number>', 'candidates of each query', wholeNumber(2, 1000), 20)
    .option('--seed <number>', 'same seed, same queries', wholeNumber(0, 2 ** 32 - 1), 1)
    .option('--model <folder>', 'model folder; its chatreid.json takes the numbers (default: as everywhere)')
    .option('--allow-partial', 'take data sets of other counts than the published ones')
    .option('--dry-run', 'measure and tell, and write nothing')
    .addOption(jsonOption())
    .action((options: TuneCalibrateOptions) => shell.run(options, (work) => calibrate(work, options)));
}

async function calibrate(work: Work, options: TuneCalibrateOptions): Promise<void> {
  const { out, shell, settings, parts, signal } = work;
  const sources = sourcesOf(options.data, []);
  const engine = settings.remote ? undefined : await parts.engine();
  if (engine === undefined) {
    throw new ChatReidError(
      'ENGINE_CANNOT',
      settings.remote
        ? "A server's answers are not calibrated: there is no model folder to keep the numbers in."
        : `There is no language model in ${settings.model}.`,
      'Give the folder of Qwen2-VL weights with --model.',
    );
  }
  const [{ calibrateLanguage }, { Calibration }, { saveFusion }] = await Promise.all([
    import('../../tuning/calibration/calibrate-language.ts'),
    import('../../retrieval/calibration.ts'),
    import('../../tuning/calibration/save-fusion.ts'),
  ]);
  const progress = new PhasedProgress(shell.stderr);
  try {
    const { report, numbers } = await calibrateLanguage({
      sources,
      peopleFile: options.people,
      captionFiles: options.captions ?? [],
      allowPartial: options.allowPartial ?? false,
      encoder: await parts.encoder(),
      engine,
      calibration: await Calibration.read(await parts.filterFolder()),
      cacheFolder: join(settings.home.cache, 'evaluation'),
      queriesEach: options.queriesEach,
      shortlist: options.shortlist,
      seed: options.seed,
      signal,
      onProgress: ({ phase, done, total }) => progress.update(progressNouns[phase], done, total),
    });
    progress.stop();
    printCalibration(report, out);
    const saved = options.dryRun ? undefined : await saveFusion(settings.model, numbers);
    if (saved) out.print(`Searches with this model weigh both from now on: ${saved}`);
    out.document({ ...report, ...(saved ? { saved } : {}) });
  } finally {
    progress.stop();
  }
}

function printCalibration({ people, pictures, kinds, notes }: CalibrationReport, out: Output): void {
  out.print(`${people} people, ${pictures} pictures.`);
  for (const note of notes) out.note(note);
  out.table(
    [
      { title: 'query' },
      { title: 'pairs', align: 'right' },
      { title: 'judged by' },
      { title: 'AUC', align: 'right' },
      { title: 'log loss', align: 'right' },
      { title: 'first of a list right', align: 'right' },
    ],
    Object.entries(kinds).flatMap(([kind, { numbers, choice, ...worth }]) =>
      (['filter', 'language', 'both'] as const).map((judge, at) => [
        at === 0 ? kind : '',
        at === 0 ? String(numbers.pairs) : '',
        judge === 'language' ? 'language model' : judge,
        worth[judge].auc.toFixed(4),
        worth[judge].logLoss.toFixed(4),
        `${(100 * choice[judge]).toFixed(1)} %`,
      ]),
    ),
  );
  for (const [kind, { numbers }] of Object.entries(kinds)) {
    const { pair, choice } = numbers;
    out.print(
      `${kind}: pairs ${pair.filter.toFixed(3)} x filter + ${pair.language.toFixed(3)} x language model + ${pair.bias.toFixed(3)}; best choice ${choice.filter.toFixed(3)} x filter + ${choice.language.toFixed(3)} x language model`,
    );
  }
}
