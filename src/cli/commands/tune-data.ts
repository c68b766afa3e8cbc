/** `chatreid tune data`: the instruction data of one stage of tuning, out of data sets and pictures of one's own. */
import { join } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { trainingSets } from '../../evaluation/benchmarks.ts';
import { manifestBenchmark } from '../../evaluation/datasets/manifest.ts';
import { ChatReidError } from '../../foundation/error.ts';
import type { Source } from '../../tuning/load-roster.ts';
import { cuhk03Crops } from '../../tuning/sources/cuhk03-crops.ts';
import { type Stage, type Task, tasks } from '../../tuning/tuning-record.ts';
import { jsonOption } from '../gallery-option.ts';
import { PhasedProgress } from '../progress.ts';
import { collect, numberBetween, type Shell, type Work, wholeNumber } from '../shell.ts';
import { printTuningReport } from '../tuning/tuning-report-text.ts';

interface TuneDataOptions {
  readonly stage: Stage;
  readonly data: readonly string[];
  readonly attributes?: readonly string[];
  readonly captions?: readonly string[];
  readonly excludePeople?: string;
  readonly out: string;
  readonly count?: number;
  readonly seed: number;
  readonly share?: readonly string[];
  readonly together: number;
  readonly wording: 'varied' | 'canonical';
  readonly canonicalShare: number;
  readonly dialogues: number;
  readonly turns: number;
  readonly choices: readonly [number, number];
  readonly positives: number;
  readonly hardShare: number;
  readonly captionsEach: number;
  readonly captionServer?: string;
  readonly captionModel?: string;
  readonly quality: boolean;
  readonly minSharpness?: number;
  readonly minHeight?: number;
  readonly copyPictures?: boolean;
  readonly allowPartial?: boolean;
  readonly model?: string;
  readonly stats?: boolean;
  readonly json?: boolean;
}

const sets = [...trainingSets, cuhk03Crops];
const defaultCount: Readonly<Record<Stage, number | undefined>> = { 1: undefined, 2: 200_000, 3: 100_000 };

export function tuneDataCommand(shell: Shell): Command {
  return shell
    .command('data', 'Write the instruction data of one stage of tuning: chat JSONL with pictures.', [
      'chatreid tune data --stage 1 --data market1501=./Market-1501-v15.09.15 --attributes market1501=./market.json --out stage1',
      'chatreid tune data --stage 2 --data manifest:site=./our-cameras.csv --count 50000 --out stage2',
      'chatreid tune data --stage 3 --data market1501=./Market-1501-v15.09.15 --share best-choice=0.6 --stats --out stage3',
    ])
    .addOption(
      new Option('--stage <stage>', 'which stage: 1 captions, 2 seven tasks, 3 what a search asks')
        .argParser(stageNumber)
        .makeOptionMandatory(),
    )
    .requiredOption(
      '--data <name=path>',
      'data set in its public layout, or manifest:NAME=FILE.csv (several times for several)',
      collect,
    )
    .option('--attributes <name=file>', 'attributes of its people: JSON or CSV (several times)', collect)
    .option(
      '--captions <file>',
      'captions as CUHK-PEDES has them, joined to the pictures (several times)',
      collect,
    )
    .option('--exclude-people <file>', 'people who are held out, one DATASET/PERSON a line')
    .requiredOption('--out <folder>', 'folder to write; it must not be there yet')
    .option(
      '--count <number>',
      'records (default: all captions; 200,000; 100,000)',
      wholeNumber(1, 100_000_000),
    )
    .option('--seed <number>', 'same seed, same bytes', wholeNumber(0, 2 ** 32 - 1), 1)
    .option('--share <task=share>', 'share of a task, e.g. best-choice=0.6 (several times)', collect)
    .option(
      '--together <number>',
      'records about one first picture that stand together',
      wholeNumber(1, 1000),
      8,
    )
    .addOption(
      new Option('--wording <kind>', 'canonical: only as inference asks')
        .choices(['varied', 'canonical'])
        .default('varied'),
    )
    .option(
      '--canonical-share <share>',
      'of varied wording, how much is as inference asks',
      numberBetween(0, 1),
      0.5,
    )
    .option('--dialogues <share>', 'how much is dialogue of several turns', numberBetween(0, 1), 0.2)
    .option('--turns <number>', 'turns of a dialogue, at most', wholeNumber(2, 20), 3)
    .addOption(
      new Option('--choices <from-to>', 'pictures to choose from, every size equally likely')
        .argParser(sizes)
        .default([2, 10], '2-10'),
    )
    .option('--positives <share>', 'pairs that show one person', numberBetween(0, 1), 0.5)
    .option(
      '--hard-share <share>',
      'others that the filter takes for the person; 0 needs no model',
      numberBetween(0, 1),
      0.5,
    )
    .option('--captions-each <number>', 'captions of a picture in stage 1', wholeNumber(1, 100), 5)
    .option(
      '--caption-server <url>',
      'OpenAI-compatible server that captions the pictures (key: CHATREID_ENGINE_KEY)',
    )
    .option('--caption-model <name>', 'its model')
    .option('--no-quality', 'take pictures of any size, shape and sharpness')
    .option('--min-sharpness <variance>', 'Laplacian variance (default: 100)', numberBetween(0, 1e6))
    .option('--min-height <pixels>', 'least height (default: 48)', wholeNumber(1, 10_000))
    .option('--copy-pictures', 'copy the pictures beside the JSONL')
    .option('--model <folder>', 'model folder whose filter finds the hard ones (default: as everywhere)')
    .option('--allow-partial', 'take data sets of other counts than the published ones')
    .option('--stats', 'show what the data holds')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      () =>
        `\nData sets: ${[...sets.map(({ name }) => name), 'manifest'].join(', ')}\nTasks: ${tasks.join(', ')}`,
    )
    .action((options: TuneDataOptions) => shell.run(options, (work) => tuneData(work, options)));
}

async function tuneData(work: Work, options: TuneDataOptions): Promise<void> {
  const { out, shell, settings, parts, signal } = work;
  const sources = sourcesOf(options.data, options.attributes ?? []);
  const shares = sharesOf(options.share ?? []);
  const [{ makeTuningData }, { defaultQuality }, { captioner }] = await Promise.all([
    import('../../tuning/tuning-data.ts'),
    import('../../tuning/picture-quality.ts'),
    import('../tuning/captioner.ts'),
  ]);
  const progress = new PhasedProgress(shell.stderr);
  const mined = options.hardShare > 0 && options.stage !== 1;
  try {
    const report = await makeTuningData({
      stage: options.stage,
      seed: options.seed,
      sources,
      captionFiles: options.captions ?? [],
      excludeFile: options.excludePeople,
      allowPartial: options.allowPartial ?? false,
      out: options.out,
      count: options.count ?? defaultCount[options.stage],
      shares,
      together: options.together,
      dialogueShare: options.stage === 1 ? 0 : options.dialogues,
      turns: options.turns,
      captionsEach: options.captionsEach,
      gallery: options.choices,
      positiveShare: options.positives,
      canonicalShare: options.wording === 'canonical' ? 1 : options.canonicalShare,
      hardShare: options.hardShare,
      quality: options.quality
        ? {
            ...defaultQuality,
            ...(options.minSharpness === undefined ? {} : { minSharpness: options.minSharpness }),
            ...(options.minHeight === undefined ? {} : { minHeight: options.minHeight }),
          }
        : undefined,
      caption: captioner(work, options, (done, total) => progress.update('pictures captioned', done, total)),
      mining: mined
        ? {
            encoder: await parts.encoder(),
            cacheFolder: join(settings.home.cache, 'evaluation'),
            signal,
            onProgress: ({ phase, done, total }) => progress.update(minedNouns[phase], done, total),
          }
        : undefined,
      copyPictures: options.copyPictures ?? false,
      signal,
      onProgress: (what, done, total) => progress.update(what, done, total),
    });
    progress.stop();
    printTuningReport(report, options.out, out, options.stats ?? false);
    out.document(report);
  } finally {
    progress.stop();
  }
}

const minedNouns = {
  reading: 'pictures read',
  encoding: 'pictures encoded',
  judging: 'pictures compared',
  scoring: 'pictures compared',
} as const;

/** @throws ChatReidError OPTION_INVALID naming what cannot be read */
export function sourcesOf(data: readonly string[], attributes: readonly string[]): Source[] {
  const files = new Map(attributes.map((given) => named(given, '--attributes')));
  const sources = data.map((given): Source => {
    const [name, path] = named(given, '--data');
    const [kind = '', label = kind] = name.split(':');
    const set = kind === 'manifest' ? manifestBenchmark() : sets.find((one) => one.name === kind);
    if (set === undefined) {
      throw new ChatReidError(
        'OPTION_INVALID',
        `There is no data set "${kind}".`,
        `Give one of: ${[...sets.map((one) => one.name), 'manifest'].join(', ')}.`,
      );
    }
    return { label, set, path, attributes: files.get(label) };
  });
  const twice = sources.find(({ label }, at) => sources.findIndex((one) => one.label === label) !== at);
  if (twice) {
    throw new ChatReidError(
      'OPTION_INVALID',
      `Two data sets are called ${twice.label}.`,
      'Name them apart, for example manifest:north=a.csv and manifest:south=b.csv.',
    );
  }
  const stray = [...files.keys()].find((label) => !sources.some((source) => source.label === label));
  if (stray !== undefined) {
    throw new ChatReidError(
      'OPTION_INVALID',
      `--attributes names ${stray}, and there is no such --data.`,
      `Give one of: ${sources.map(({ label }) => label).join(', ')}.`,
    );
  }
  return sources;
}

function named(given: string, option: string): [string, string] {
  const at = given.indexOf('=');
  if (at > 0 && at < given.length - 1) return [given.slice(0, at), given.slice(at + 1)];
  throw new ChatReidError(
    'OPTION_INVALID',
    `${option} ${given} names no data set and path.`,
    `Write ${option} NAME=PATH, for example ${option} market1501=./Market-1501-v15.09.15`,
  );
}

/** @throws ChatReidError OPTION_INVALID */
export function sharesOf(given: readonly string[]): Partial<Record<Task, number>> {
  return Object.fromEntries(
    given.map((one) => {
      const [name, text] = named(one, '--share');
      const share = Number(text);
      if (!(tasks as readonly string[]).includes(name) || !(share >= 0 && share <= 1)) {
        throw new ChatReidError(
          'OPTION_INVALID',
          `--share ${one} is not TASK=SHARE.`,
          `A share is a number from 0 to 1, and a task one of: ${tasks.join(', ')}.`,
        );
      }
      return [name, share];
    }),
  );
}

function stageNumber(value: string): Stage {
  const stage = Number(value);
  if (stage !== 1 && stage !== 2 && stage !== 3) throw new InvalidArgumentError('It must be 1, 2 or 3.');
  return stage;
}

function sizes(value: string): readonly [number, number] {
  const [, from = '', to = ''] = /^(\d+)-(\d+)$/.exec(value) ?? [];
  const [low, high] = [Number(from), Number(to)];
  if (!(low >= 2 && high >= low && high <= 26)) {
    throw new InvalidArgumentError('It must be two sizes from 2 to 26, such as 2-10.');
  }
  return [low, high];
}
