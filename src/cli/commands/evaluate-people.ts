/** `chatreid evaluate people`: the people detector on labelled frames, and on crops that it must leave alone. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { ChatReidError } from '../../foundation/error.ts';
import type { Detector } from '../../gallery/people/detector.ts';
import { jsonOption } from '../gallery-option.ts';
import { counted, grouped, type Output } from '../output.ts';
import { PhasedProgress } from '../progress.ts';
import { collect, type Shell, type Work, wholeNumber } from '../shell.ts';

interface PeopleOptions {
  readonly frames?: readonly string[];
  readonly crops?: readonly string[];
  readonly first: number;
  readonly json?: boolean;
}

interface FramesReport {
  readonly folder: string;
  readonly frames: number;
  readonly people: number;
  readonly recall: number;
  readonly precision: number;
  /** Milliseconds a frame from the file's bytes to the boxes, the first frame left out: median and the slowest of twenty. */
  readonly median: number;
  readonly p95: number;
}

interface CropsReport {
  readonly folder: string;
  readonly crops: number;
  /** Share that is taken as one person, 0 to 1. */
  readonly untouched: number;
}

export function evaluatePeopleCommand(shell: Shell): Command {
  return shell
    .command('people', 'Find people in frames whose people are known, and leave crops of one person alone.', [
      'chatreid evaluate people --frames ./frames --crops model/demo/pictures',
    ])
    .option('--frames <folder>', 'scenes.jsonl and its pictures (repeatable)', collect)
    .option('--crops <folder>', 'pictures of one person each (repeatable)', collect)
    .option(
      '--first <number>',
      'only so many pictures of each folder, spread over it',
      wholeNumber(1, 1e9),
      1e9,
    )
    .addOption(jsonOption())
    .action((options: PeopleOptions) => shell.run(options, (work) => people(work, options)));
}

async function people({ shell, out, parts, signal }: Work, options: PeopleOptions): Promise<void> {
  const { frames = [], crops = [], first } = options;
  if (frames.length + crops.length === 0) {
    throw new ChatReidError('OPTION_INVALID', 'There is nothing to measure on.', 'Give --frames or --crops.');
  }
  const detector = await parts.detector();
  if (!detector) {
    throw new ChatReidError(
      'MODEL_MISSING',
      'There is no people detector in the model folder (no "people" in chatreid.json).',
      'Use the model that comes with the program.',
    );
  }
  const progress = new PhasedProgress(shell.stderr);
  const advance = (done: number, total: number) => {
    signal.throwIfAborted();
    progress.update('pictures', done, total);
  };
  try {
    const measuredFrames: FramesReport[] = [];
    for (const folder of frames) measuredFrames.push(await measureFrames(detector, folder, first, advance));
    const measuredCrops: CropsReport[] = [];
    for (const folder of crops) measuredCrops.push(await measureCrops(detector, folder, first, advance));
    progress.stop();
    print(measuredFrames, measuredCrops, out);
    out.document({ frames: measuredFrames, crops: measuredCrops });
  } finally {
    progress.stop();
  }
}

async function measureFrames(
  detector: Detector,
  folder: string,
  first: number,
  advance: (done: number, total: number) => void,
): Promise<FramesReport> {
  const [{ labelledFrames }, { detectionScore }] = await Promise.all([
    import('../../evaluation/people/labelled-frames.ts'),
    import('../../evaluation/people/detection-score.ts'),
  ]);
  const frames = spread(await labelledFrames(folder), first);
  const times: number[] = [];
  const scored = [];
  for (const [at, { path, people: labelled }] of frames.entries()) {
    const bytes = await readFile(path);
    const start = performance.now();
    const { people: found } = await detector.detect(bytes);
    times.push(performance.now() - start);
    scored.push({ people: labelled, found });
    advance(at + 1, frames.length);
  }
  const { recall, precision, people: wanted } = detectionScore(scored);
  const sorted = times.slice(1).sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? times[0] ?? 0;
  return {
    folder,
    frames: frames.length,
    people: wanted,
    recall,
    precision,
    median: at(0.5),
    p95: at(0.95),
  };
}

async function measureCrops(
  detector: Detector,
  folder: string,
  first: number,
  advance: (done: number, total: number) => void,
): Promise<CropsReport> {
  const { isOnePerson } = await import('../../gallery/people/one-person.ts');
  const names = (await readdir(folder)).filter((name) => /\.(jpe?g|png)$/i.test(name)).sort();
  const chosen = spread(names, first);
  let untouched = 0;
  for (const [at, name] of chosen.entries()) {
    if (isOnePerson(await detector.detect(await readFile(join(folder, name))))) untouched++;
    advance(at + 1, chosen.length);
  }
  return { folder, crops: chosen.length, untouched: chosen.length === 0 ? 0 : untouched / chosen.length };
}

/** So many of them, evenly. */
function spread<T>(all: readonly T[], most: number): T[] {
  const count = Math.min(all.length, most);
  return Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)] as T);
}

function print(frames: readonly FramesReport[], crops: readonly CropsReport[], out: Output): void {
  const share = (value: number) => `${(100 * value).toFixed(1)} %`;
  if (frames.length > 0) {
    out.table(
      [
        { title: 'frames of' },
        ...['frames', 'people', 'recall', 'precision', 'median ms', 'p95 ms'].map((title) => ({
          title,
          align: 'right' as const,
        })),
      ],
      frames.map((each) => [
        each.folder,
        grouped(each.frames),
        grouped(each.people),
        share(each.recall),
        share(each.precision),
        each.median.toFixed(1),
        each.p95.toFixed(1),
      ]),
    );
    out.print(
      'A box is right from an intersection over union of 0.5 on. People count of whom at least half shows,',
    );
    out.print('40 pixels or more high; a box on anybody else is neither right nor wrong.');
  }
  for (const { folder, crops: count, untouched } of crops) {
    out.print(`${folder}: ${share(untouched)} of ${counted(count, 'crop')} pass as one person, untouched.`);
  }
}
