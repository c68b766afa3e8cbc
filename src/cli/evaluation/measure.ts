/** One measurement from the command line: options to parts, a benchmark to a report, and the page that is asked for. */
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { Benchmark } from '../../evaluation/benchmark.ts';
import type { EvaluationProgress } from '../../evaluation/benchmark-embedding.ts';
import type { Evaluation } from '../../evaluation/evaluation.ts';
import type { PeerReport } from '../../evaluation/peers/peer-evaluation.ts';
import { ChatReidError } from '../../foundation/error.ts';
import type { FusionMode } from '../../retrieval/fusion.ts';
import type { SearchMode } from '../../retrieval/search-result.ts';
import { deviceNote } from '../device-note.ts';
import { jsonOption } from '../gallery-option.ts';
import { PhasedProgress } from '../progress.ts';
import { numberBetween, type Work, wholeNumber } from '../shell.ts';
import { writeWhole } from '../write-file.ts';
import { progressNouns } from './progress-nouns.ts';

export const modes: readonly SearchMode[] = ['filter', 'pairwise', 'best-choice', 'full'];

const fusionModes: readonly FusionMode[] = ['calibrated', 'none'];

/** What every measurement can be told, of one data set or of all. */
export interface MeasureOptions {
  readonly model?: string;
  readonly mode: SearchMode;
  readonly fusion: FusionMode;
  readonly tau?: number;
  readonly shortlist?: number;
  readonly limit?: number;
  readonly corrected?: boolean;
  readonly allowPartial?: boolean;
  /** `NAME=FILE.onnx` each. */
  readonly peer?: readonly string[];
  readonly json?: boolean;
}

export function withMeasureOptions(command: Command): Command {
  return command
    .option('--model <folder>', 'model folder (default: CHATREID_MODEL, or the model that is shipped)')
    .addOption(
      new Option(
        '--mode <mode>',
        'filter: by the base filter alone; the others let the language model judge what it keeps',
      )
        .choices(modes)
        .default('filter'),
    )
    .addOption(
      new Option(
        '--fusion <how>',
        "calibrated: weigh the language model's answers and the filter as measured; none: its answers alone",
      )
        .choices(fusionModes)
        .default('calibrated'),
    )
    .option('--tau <similarity>', "threshold of the filter (default: the model's own)", numberBetween(-1, 1))
    .option(
      '--shortlist <number>',
      'most candidates a query that the language model judges (default: 100)',
      wholeNumber(1, 100_000),
    )
    .option('--limit <number>', 'ask only so many queries, evenly spread', wholeNumber(1, 10_000_000))
    .addOption(
      new Option(
        '--strict-reference',
        'agree with the reference code, quirks included (the default)',
      ).conflicts('corrected'),
    )
    .option('--corrected', "mend the reference code's quirks")
    .option(
      '--allow-partial',
      'measure what is there: other counts than the published ones, rows without their picture; and say so',
    )
    .addOption(jsonOption());
}

/** @throws ChatReidError as `evaluateBenchmark` */
export async function measure(
  { shell, out, settings, parts, signal }: Work,
  benchmark: Benchmark,
  folder: string,
  options: MeasureOptions & { readonly setting?: string },
): Promise<Evaluation> {
  const [{ evaluateBenchmark }, { Calibration }] = await Promise.all([
    import('../../evaluation/evaluation.ts'),
    import('../../retrieval/calibration.ts'),
  ]);
  await checkData(folder, benchmark);
  const filter = await parts.filterFolder();
  const calibration = await Calibration.read(filter);
  const encoder = await parts.localModel(filter);
  const note = await deviceNote(settings, encoder);
  if (note) out.note(note);
  const engine = options.mode === 'filter' ? undefined : await parts.engine();
  const fusion = engine && options.fusion === 'calibrated' ? await parts.fusion() : undefined;
  const progress = new PhasedProgress(shell.stderr);
  try {
    return await evaluateBenchmark(benchmark, {
      folder,
      encoder,
      calibration,
      cacheFolder: join(settings.home.cache, 'evaluation'),
      runsFolder: runsFolder(settings.home),
      setting: options.setting,
      corrected: options.corrected ?? false,
      mode: options.mode,
      engine,
      shortlist: options.shortlist,
      fusion,
      tau: options.tau,
      limit: options.limit,
      allowPartial: options.allowPartial ?? false,
      signal,
      onProgress: (told) => progress.update(nounOf(told), told.done, told.total),
    });
  } finally {
    progress.stop();
  }
}

/**
 * The networks of --peer on the rows that our own report is about, each by its pictures alone.
 *
 * @returns none, and a note, where the queries are not all pictures
 * @throws ChatReidError OPTION_INVALID, and as `evaluatePeer`
 */
export async function measurePeers(
  { shell, out, settings, signal }: Work,
  benchmark: Benchmark,
  folder: string,
  options: MeasureOptions & { readonly setting?: string },
  words: number,
): Promise<PeerReport[]> {
  const peers = peersNamed(options.peer ?? []);
  if (peers.length === 0) return [];
  if (words > 0) {
    out.note(`--peer: ${peers.map(({ name }) => name).join(', ')} read no words, and are left out.`);
    return [];
  }
  const { evaluatePeer } = await import('../../evaluation/peers/peer-evaluation.ts');
  const progress = new PhasedProgress(shell.stderr);
  const reports: PeerReport[] = [];
  try {
    for (const peer of peers) {
      const report = await evaluatePeer(
        benchmark,
        { ...peer, device: settings.device },
        {
          folder,
          cacheFolder: join(settings.home.cache, 'evaluation'),
          runsFolder: runsFolder(settings.home),
          setting: options.setting,
          corrected: options.corrected ?? false,
          limit: options.limit,
          allowPartial: options.allowPartial ?? false,
          signal,
          onProgress: (told) => progress.update(`${peer.name}: ${nounOf(told)}`, told.done, told.total),
        },
      );
      reports.push(report);
    }
  } finally {
    progress.stop();
  }
  return reports;
}

/** @throws ChatReidError OPTION_INVALID before anything is measured */
export function peersNamed(given: readonly string[]): { name: string; file: string }[] {
  const refuse = (message: string): ChatReidError =>
    new ChatReidError('OPTION_INVALID', message, 'Write --peer NAME=FILE.onnx, each with a name of its own.');
  const names = new Set<string>();
  return given.map((text) => {
    const [, name, file] = /^([\w][\w. -]{0,60})=(.+)$/.exec(text) ?? [];
    if (name === undefined || file === undefined) throw refuse(`--peer ${text} names no network.`);
    if (names.has(name)) throw refuse(`Two peers are called ${name}.`);
    names.add(name);
    return { name, file };
  });
}

/** A slip in a path is the commonest mistake, and is called by its name. @throws ChatReidError DATASET_INVALID */
async function checkData(given: string, { title, name }: Benchmark): Promise<void> {
  const path = resolve(given);
  const wanted = name === 'manifest' ? 'file' : 'folder';
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => error);
  const refuse = (message: string, next: string, cause?: unknown): ChatReidError =>
    new ChatReidError('DATASET_INVALID', message, next, cause);
  if (found instanceof Error) {
    const absent = found.code === 'ENOENT' || found.code === 'ENOTDIR';
    throw refuse(
      absent ? `There is no ${wanted} ${path}.` : `${path} cannot be looked at.`,
      absent ? `Check the path behind --data: ${title} is read from a ${wanted}.` : 'Check its permissions.',
      found,
    );
  }
  if (wanted === 'folder' && !found.isDirectory()) {
    throw refuse(`${path} is no folder.`, `Give the folder that ${title} was unpacked to.`);
  }
}

function nounOf({ phase, of = 'pictures' }: EvaluationProgress): string {
  return phase === 'encoding' ? `${of} encoded` : progressNouns[phase];
}

/** Where every evaluation has a folder of its own. */
export function runsFolder(home: { readonly root: string }): string {
  return join(home.root, 'evaluations');
}

/** @returns absolute path of the page. @throws ChatReidError STORAGE_* */
export async function writeReport(
  { shell }: Work,
  benchmark: Benchmark,
  { report, queries, gallery }: Evaluation,
  options: { readonly html: string; readonly command: string },
): Promise<string> {
  const [{ htmlReport }, { loadRun }] = await Promise.all([
    import('../../evaluation/report/html-report.ts'),
    import('../../evaluation/runs/stored-runs.ts'),
  ]);
  const { queries: results } = await loadRun(report.run);
  const page = await htmlReport({
    benchmark,
    report,
    results,
    queries,
    gallery,
    date: shell.now().toISOString(),
    command: options.command,
  });
  return writeWhole(resolve(options.html), Buffer.from(page), 0o666 & ~shell.umask);
}
