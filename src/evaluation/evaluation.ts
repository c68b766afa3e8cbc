/** One evaluation from a folder to its numbers: read, embed, let the language model judge where it is asked, sum up, keep. */
import { resolve } from 'node:path';
import type { Encoder } from '../engine/encoder.ts';
import type { Engine } from '../engine/engine.ts';
import { asChatReidError, ChatReidError } from '../foundation/error.ts';
import type { Calibration } from '../retrieval/calibration.ts';
import type { FusionNumbers } from '../retrieval/fusion.ts';
import { defaultShortlist, type SearchMode } from '../retrieval/search-result.ts';
import type { Benchmark, BenchmarkRow, BenchmarkRows, QueryRow, Setting, Trial } from './benchmark.ts';
import { type EmbeddedBenchmark, type EvaluationProgress, embedBenchmark } from './benchmark-embedding.ts';
import type { EvaluationReport } from './evaluation-report.ts';
import type { QueryOutcome } from './metrics/retrieval-metrics.ts';
import { commonestKind, type FinishedPass, reportOf } from './report-of.ts';
import { Draw, type Taus } from './runs/draw.ts';
import { FilterMeasures } from './runs/filter-measures.ts';
import { languageJudge } from './runs/language-judge.ts';
import { evenlySpread } from './runs/query-slice.ts';
import { RunFolder } from './runs/run-folder.ts';
import { dataFingerprint, languageIdentity, type RunIdentity } from './runs/run-identity.ts';
import { scoringPass } from './runs/scoring-pass.ts';

export type { EvaluationReport } from './evaluation-report.ts';

export interface EvaluationOptions {
  /** Of the data set. */
  readonly folder: string;
  readonly encoder: Encoder;
  /** The filter's: τ and confidences by kind of query, and the weight of words beside a picture. */
  readonly calibration: Calibration;
  /** Embeddings are kept under it, in one folder an embedding space. */
  readonly cacheFolder: string;
  /** Each evaluation has a folder of its own under it, by which it goes on and is compared. */
  readonly runsFolder: string;
  /** Name of one of the benchmark's settings; its first where absent. */
  readonly setting?: string | undefined;
  /** True mends the reference code's quirks. Default false: agree with it number for number. */
  readonly corrected?: boolean;
  /** Default `filter`. The others need {@link engine}. */
  readonly mode?: SearchMode;
  readonly engine?: Engine | undefined;
  /** Most candidates that the language model judges a query, of those above τ. Default 100. */
  readonly shortlist?: number | undefined;
  /** Weights by which the language model's answers are fused with the filter; absent leaves them as they are. */
  readonly fusion?: FusionNumbers | undefined;
  /** Similarity from which the filter keeps a picture, for every kind of query. Default: the calibrated ones. */
  readonly tau?: number | undefined;
  /** Ask only so many queries, evenly spread. Default: all. */
  readonly limit?: number | undefined;
  /** Of what a protocol draws while it scores (`single-shot`). Default 0. */
  readonly seed?: number | undefined;
  /** False leaves `roc`, `openSet` and `histogram` out of the report, and takes half the time over the metrics. Default true. */
  readonly measures?: boolean | undefined;
  readonly allowPartial?: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: EvaluationProgress) => void) | undefined;
}

export interface Evaluation {
  readonly report: EvaluationReport;
  /** Of the final ranking, draw by draw; queries without a right answer are not in it. */
  readonly outcomes: readonly QueryOutcome[];
  /** What was asked and searched, as the benchmark names it: what a report shows pictures and words of. */
  readonly queries: readonly QueryRow[];
  readonly gallery: readonly BenchmarkRow[];
}

/**
 * Every mode ranks as the paper's evaluation does (section 4.1): the filter keeps what is above τ; of that the language
 * model judges the shortlist, from which a query's ignored rows were taken out first, for they are not in its gallery.
 * The final ranking is the shortlist in the order of the judgement, then the rest in the filter's.
 *
 * What was judged is kept one by one: after a kill or an error the same call goes on, and ends with the same result.
 *
 * @throws ChatReidError DATASET_INVALID (layout, counts, a picture that cannot be opened, nothing to measure),
 *   OPTION_INVALID, ENGINE_CANNOT (a mode that needs a language model), EVALUATION_BUSY (another process is at it),
 *   MODEL_DAMAGED (NaN), QUERY_WORDS_UNSUPPORTED, CANCELLED, ENGINE_*, REMOTE_*, PROMPT_TOO_LONG, STORAGE_*
 */
export async function evaluateBenchmark(
  benchmark: Benchmark,
  options: EvaluationOptions,
): Promise<Evaluation> {
  try {
    return await evaluate(benchmark, options);
  } catch (error) {
    if (options.signal?.aborted) {
      throw new ChatReidError(
        'CANCELLED',
        `The evaluation of ${benchmark.title} was stopped.`,
        'Run the same command again: it goes on where it stopped.',
        error,
      );
    }
    throw asChatReidError(error, `evaluating ${benchmark.title}`);
  }
}

async function evaluate(benchmark: Benchmark, options: EvaluationOptions): Promise<Evaluation> {
  const { encoder, calibration, signal, onProgress, corrected = false, allowPartial = false } = options;
  const { mode = 'filter', shortlist = defaultShortlist, seed = 0 } = options;
  const start = performance.now();
  const setting = settingOf(benchmark, options.setting);
  checkOptions(options);
  const engine = mode === 'filter' ? undefined : options.engine;
  const { fusion } = options;

  const read = await benchmark.read(options.folder, { allowPartial, setting, corrected });
  refuseRepeated(read);
  const asked = options.limit === undefined ? read.queries : evenlySpread(read.queries, options.limit);
  const slice =
    asked.length < read.queries.length ? { asked: asked.length, of: read.queries.length } : undefined;
  const description = await encoder.describeEncoder();
  const engineDescription = await engine?.describe();
  const embedded = await embedBenchmark(
    { queries: asked, gallery: read.gallery },
    {
      encoder,
      description,
      cacheFolder: options.cacheFolder,
      textWeight: calibration.textWeight,
      allowPartial,
      signal,
      onProgress,
    },
  );
  const { queries, gallery } = embedded;
  const kinds = [...new Set(queries.map(({ kind }) => kind))].sort();
  const taus: Taus = Object.fromEntries(kinds.map((kind) => [kind, options.tau ?? calibration.tau(kind)]));
  const trials = remaining(read, embedded);
  const identity: RunIdentity = {
    version: 1,
    benchmark: benchmark.name,
    setting: setting.name,
    corrected,
    mode,
    data: dataFingerprint(queries, gallery, trials),
    ...(slice ? { slice } : {}),
    seed,
    filter: { space: description.space, calibration: calibration.checksum, taus },
    ...(engineDescription && mode !== 'filter'
      ? { language: await languageIdentity(engineDescription, mode, kinds, shortlist, fusion) }
      : {}),
  };
  const embeddedAt = performance.now();

  const protocol = corrected ? (setting.corrected ?? setting.protocol) : setting.protocol;
  const draws = trials.map(
    (trial, number) => new Draw(number, trial, gallery, { protocol, corrected, seed }),
  );
  const run = await RunFolder.open(options.runsFolder, identity);
  try {
    const log = engine && (await run.judgements(gallery.map(({ row }) => row.source)));
    const measures =
      options.measures === false ? undefined : new FilterMeasures(commonestKind(queries), calibration);
    const scored = await scoringPass(embedded, draws, {
      calibration,
      taus,
      measures,
      ...(engine && log && mode !== 'filter'
        ? {
            language: {
              shortlist,
              log,
              judge: languageJudge(engine, mode, gallery, signal, fusion && { calibration, numbers: fusion }),
              fusion,
            },
          }
        : {}),
      keep: (results) => run.addResults(results),
      signal,
      onProgress,
    });
    const pass: FinishedPass = {
      identity,
      benchmark,
      protocol,
      description,
      engine: engineDescription,
      embedded,
      draws,
      scored,
      measures,
      differences: read.differences,
      remarks: read.remarks ?? [],
      data: resolve(options.folder),
      run: run.path,
      start,
      embeddedAt,
    };
    const report = reportOf(pass);
    await run.finish(report);
    const outcomes = draws.flatMap((draw) => draw.outcomes);
    return { report, outcomes, queries: asked, gallery: read.gallery };
  } finally {
    await run.close();
  }
}

function settingOf({ title, settings }: Benchmark, name: string | undefined): Setting {
  const setting = name === undefined ? settings[0] : settings.find((one) => one.name === name);
  if (setting) return setting;
  throw new ChatReidError(
    'OPTION_INVALID',
    `${title} has no setting "${name}".`,
    `Give one of: ${settings.map((one) => one.name).join(', ')}.`,
  );
}

function checkOptions({
  mode = 'filter',
  engine,
  shortlist = defaultShortlist,
  tau,
}: EvaluationOptions): void {
  if (mode !== 'filter' && engine === undefined) {
    throw new ChatReidError(
      'ENGINE_CANNOT',
      `Mode "${mode}" needs a language model, and there is none.`,
      'Evaluate with --mode filter, or give Qwen2-VL weights with --model, or a server by CHATREID_ENGINE_URL.',
    );
  }
  if (!Number.isInteger(shortlist) || shortlist < 1) {
    throw new ChatReidError(
      'OPTION_INVALID',
      `A shortlist of ${shortlist} candidates cannot be judged.`,
      'Give a whole number of at least 1.',
    );
  }
  if (tau !== undefined && !(tau >= -1 && tau <= 1)) {
    throw new ChatReidError('OPTION_INVALID', `τ cannot be ${tau}.`, 'Give a similarity from -1 to 1.');
  }
}

/** A source names its row in everything that is kept, so it must name one. */
function refuseRepeated({ queries, gallery }: BenchmarkRows): void {
  for (const rows of [queries, gallery]) {
    const seen = new Set<string>();
    for (const { source } of rows) {
      if (!seen.has(source)) {
        seen.add(source);
        continue;
      }
      throw new ChatReidError(
        'DATASET_INVALID',
        `The row ${source} is there twice in the ${rows === gallery ? 'gallery' : 'queries'}.`,
        'Take the second one out.',
      );
    }
  }
}

/**
 * The draws in the rows that are left, after a slice and after what could not be opened. One that nothing is left of keeps
 * its place, so that a draw has one number in the slice and in the whole.
 */
function remaining({ queries, gallery, trials }: BenchmarkRows, embedded: EmbeddedBenchmark): Trial[] {
  if (trials === undefined) return [{}];
  const numbers = (
    all: readonly QueryRow[],
    left: readonly { readonly row: QueryRow }[],
  ): ((rows: readonly number[]) => number[]) => {
    const place = new Map(left.map(({ row }, at) => [row, at]));
    return (rows) => rows.map((row) => place.get(all[row]!)).filter((at) => at !== undefined);
  };
  const queriesLeft = numbers(queries, embedded.queries);
  const galleryLeft = numbers(gallery, embedded.gallery);
  return trials.map((trial) => ({
    ...(trial.queries ? { queries: queriesLeft(trial.queries) } : {}),
    ...(trial.gallery ? { gallery: galleryLeft(trial.gallery) } : {}),
  }));
}
