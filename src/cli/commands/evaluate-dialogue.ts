/** `chatreid evaluate dialogue`: talks with a simulated witness, by the questions that the bot asks, by random ones and by none. */
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import type { DialogueData } from '../../evaluation/dialogue/dialogue-data.ts';
import type { DialogueReport, StartKind } from '../../evaluation/dialogue/dialogue-evaluation.ts';
import type { MeanDifference } from '../../evaluation/dialogue/mean-difference.ts';
import { ChatReidError } from '../../foundation/error.ts';
import { packageRoot } from '../../foundation/package-root.ts';
import { progressNouns } from '../evaluation/progress-nouns.ts';
import { percent } from '../evaluation/report-text.ts';
import { jsonOption } from '../gallery-option.ts';
import { grouped, type Output, printable } from '../output.ts';
import { PhasedProgress } from '../progress.ts';
import { numberBetween, type Shell, type Work, wholeNumber } from '../shell.ts';

interface DialogueOptions {
  readonly data: string;
  readonly attributes?: string;
  readonly model?: string;
  readonly start: 'both' | StartKind;
  readonly rounds: number;
  readonly error: number;
  readonly unknown: number;
  readonly repeats: number;
  readonly first?: number;
  readonly seed: number;
  readonly json?: boolean;
}

export function evaluateDialogueCommand(shell: Shell): Command {
  return shell
    .command(
      'dialogue',
      'Talk with a simulated witness: do the questions of the bot find the person sooner?',
      [
        'chatreid evaluate dialogue --data demo',
        'chatreid evaluate dialogue --data market1501=./Market-1501-v15.09.15 --attributes market-test.json',
      ],
    )
    .requiredOption(
      '--data <what>',
      'demo, manifest=FILE.csv (with a column tags, as the demo gallery has it) or market1501=FOLDER',
    )
    .option('--attributes <file>', 'market1501: JSON of attributes by test person')
    .option('--model <folder>', 'model folder (default: CHATREID_MODEL, or the model that is shipped)')
    .addOption(
      new Option('--start <what>', 'what the witness begins with')
        .choices(['both', 'clue', 'photo'])
        .default('both'),
    )
    .option('--rounds <number>', 'questions of a talk, at most', wholeNumber(1, 20), 5)
    .option('--error <share>', 'answers that are wrong', numberBetween(0, 0.5), 0.1)
    .option('--unknown <share>', 'questions that the witness does not know', numberBetween(0, 1), 0.1)
    .option('--repeats <number>', 'random talks with each witness', wholeNumber(1, 100), 5)
    .option(
      '--first <number>',
      'only so many people, the first of the data set, and a gallery of their pictures alone',
      wholeNumber(2, 1_000_000),
    )
    .option('--seed <number>', 'the same seed gives the same talks', wholeNumber(0, 2 ** 32 - 1), 0)
    .addOption(jsonOption())
    .action((options: DialogueOptions) => shell.run(options, (work) => dialogue(work, options)));
}

async function dialogue(
  { shell, out, settings, parts, signal }: Work,
  options: DialogueOptions,
): Promise<void> {
  const data = await dataOf(options);
  const [{ evaluateDialogue, startKinds }, { Calibration }] = await Promise.all([
    import('../../evaluation/dialogue/dialogue-evaluation.ts'),
    import('../../retrieval/calibration.ts'),
  ]);
  const filter = await parts.filterFolder();
  const probes = await parts.probes();
  if (probes === undefined) {
    throw new ChatReidError(
      'ENGINE_CANNOT',
      `The filter in ${filter} knows no attributes: there is nothing to ask.`,
      'Use the shipped model folder, or make attributes.json with model/hpt/filter/probes.py.',
    );
  }
  const progress = new PhasedProgress(shell.stderr);
  try {
    const report = await evaluateDialogue(data, {
      encoder: await parts.localModel(filter),
      calibration: await Calibration.read(filter),
      probes,
      cacheFolder: join(settings.home.cache, 'evaluation'),
      starts: startKinds.filter((kind) => options.start === 'both' || options.start === kind),
      rounds: options.rounds,
      witness: { errorRate: options.error, unknownRate: options.unknown },
      repeats: options.repeats,
      seed: options.seed,
      signal,
      onProgress: ({ phase, done, total }) => progress.update(progressNouns[phase], done, total),
    });
    progress.stop();
    print(report, out);
    out.document(report);
  } finally {
    progress.stop();
  }
}

/** @throws ChatReidError OPTION_INVALID, DATASET_INVALID */
async function dataOf({ first, ...options }: DialogueOptions): Promise<DialogueData> {
  const { firstPeople } = await import('../../evaluation/dialogue/dialogue-data.ts');
  const data = await wholeData(options);
  return first === undefined ? data : firstPeople(data, first);
}

async function wholeData({
  data,
  attributes,
}: Pick<DialogueOptions, 'data' | 'attributes'>): Promise<DialogueData> {
  const { manifestPeople, marketPeople } = await import('../../evaluation/dialogue/dialogue-data.ts');
  if (data === 'demo') {
    return manifestPeople(join(packageRoot(), 'model', 'demo', 'manifest.csv'), 'demo gallery');
  }
  const [, kind, path] = /^(manifest|market1501)=(.+)$/.exec(data) ?? [];
  if (kind === undefined || path === undefined) {
    throw new ChatReidError(
      'OPTION_INVALID',
      `There are no witnesses for "${data}".`,
      'Give --data demo, --data manifest=FILE.csv or --data market1501=FOLDER.',
    );
  }
  if (kind === 'manifest') return manifestPeople(path, path);
  if (attributes === undefined) {
    throw new ChatReidError(
      'OPTION_INVALID',
      'What do the test persons of Market-1501 look like?',
      'Add --attributes FILE.json; model/hpt/market_attributes.py --part test makes it.',
    );
  }
  return marketPeople(path, attributes);
}

function print(report: DialogueReport, out: Output): void {
  const { witness, rounds } = report;
  out.print(
    `${printable(report.data)}: ${grouped(report.people)} people, ${grouped(report.gallery)} pictures. Of the answers ${percent(witness.errorRate)} % are wrong, ${percent(witness.unknownRate)} % are "don't know".`,
  );
  const right = (title: string) => ({ title, align: 'right' as const });
  const columns = (first: string, from: number) => [
    { title: first },
    { title: '' },
    ...Array.from({ length: rounds + 1 - from }, (_, round) => right(`${round + from}`)),
  ];
  for (const { start, people, policies, differences } of report.starts) {
    out.print(
      `Beginning with ${start === 'clue' ? 'one or two attributes in words' : 'a photo'}: ${grouped(people)} people. By round:`,
    );
    out.table(columns('questions', 0), [
      ...policies.map(({ policy, rank1 }) => ['Rank-1', policy, ...rank1.map(percent)]),
      ...policies.map(({ policy, hits10 }) => ['hits@10', policy, ...hits10.map(percent)]),
      ...policies.map(({ policy, bri }) => ['BRI', policy, '', ...bri.map((value) => value.toFixed(3))]),
    ]);
    const asked = policies.map(({ policy, questions }) => `${policy} ${questions.toFixed(1)}`);
    out.print(`Questions asked in a talk: ${asked.join(', ')}.`);
    out.table(
      columns('information less', 1),
      differences.flatMap(({ than, rank1, hits10, bri }) => [
        ['Rank-1', than, ...rank1.map((one) => interval(one, 100, 1))],
        ['hits@10', than, ...hits10.map((one) => interval(one, 100, 1))],
        ['BRI', than, ...bri.map((one) => interval(one, 1, 3))],
      ]),
    );
  }
}

/** `+3.1 (1.2 to 5.0)`: the mean and its 95 % interval. */
function interval({ mean, interval: [low, high] }: MeanDifference, scale: number, digits: number): string {
  const text = (value: number): string => (scale * value).toFixed(digits);
  return `${mean > 0 ? '+' : ''}${text(mean)} (${text(low)} to ${text(high)})`;
}
