/** `chatreid evaluate compare`: two runs query by query, and whether the difference is more than chance. */
import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { EvaluationReport } from '../../evaluation/evaluation-report.ts';
import type {
  ComparedQuery,
  PairedComparison,
  PairedDifference,
} from '../../evaluation/metrics/paired-bootstrap.ts';
import type { StoredRun } from '../../evaluation/runs/stored-runs.ts';
import { ChatReidError } from '../../foundation/error.ts';
import { runsFolder } from '../evaluation/measure.ts';
import { percent } from '../evaluation/report-text.ts';
import { jsonOption } from '../gallery-option.ts';
import { counted, grouped, type Output, printable } from '../output.ts';
import { type Shell, type Work, wholeNumber } from '../shell.ts';

interface CompareOptions {
  readonly cluster: 'person' | 'query';
  readonly resamples: number;
  readonly seed: number;
  readonly common?: boolean;
  readonly json?: boolean;
}

/** What is compared, with a name for people. */
interface Side {
  readonly name: string;
  readonly run: string;
  readonly benchmark: string;
  readonly setting: string;
  readonly queries: readonly ComparedQuery[];
}

export function evaluateCompareCommand(shell: Shell): Command {
  return shell
    .command('compare', 'Compare two runs query by query, with an interval for the difference.', [
      'chatreid evaluate compare market1501-across-cameras-filter-1f2e3d market1501-across-cameras-full-4c5b6a',
      'chatreid evaluate compare market1501-across-cameras-full-4c5b6a',
    ])
    .argument('<first>', 'a run: its folder, its name (see: evaluate runs), or what --json printed')
    .argument('[second]', "another one; without it, the first run's own filter is compared with it")
    .addOption(
      new Option('--cluster <what>', 'what is drawn: the queries of one person are won and lost together')
        .choices(['person', 'query'])
        .default('person'),
    )
    .option('--resamples <number>', 'draws of the bootstrap', wholeNumber(100, 10_000_000), 10_000)
    .option('--seed <number>', 'the same seed gives the same interval', wholeNumber(0, 2 ** 32 - 1), 0)
    .option('--common', 'compare the queries that both have, where they differ')
    .addOption(jsonOption())
    .action((first: string, second: string | undefined, options: CompareOptions) =>
      shell.run(options, (work) => compare(work, first, second, options)),
    );
}

async function compare(
  { out, settings }: Work,
  first: string,
  second: string | undefined,
  options: CompareOptions,
): Promise<void> {
  const [{ pairedBootstrap }, { loadRun }] = await Promise.all([
    import('../../evaluation/metrics/paired-bootstrap.ts'),
    import('../../evaluation/runs/stored-runs.ts'),
  ]);
  const runs = runsFolder(settings.home);
  const one = await loadRun(await runPath(first, runs));
  const other = second === undefined ? undefined : await loadRun(await runPath(second, runs));
  const [a, b] = other ? [sideOf(one), sideOf(other)] : [filterOf(one), sideOf(one)];
  const warnings = differencesOf(one.report, (other ?? one).report);
  // Before the comparison, which may refuse: they say why.
  for (const warning of warnings) out.note(warning);
  const comparison = pairedBootstrap(a.queries, b.queries, {
    cluster: options.cluster,
    resamples: options.resamples,
    seed: options.seed,
    commonOnly: options.common ?? false,
  });
  if (comparison.clusters < fewClusters) {
    const few = `Only ${counted(comparison.clusters, options.cluster, options.cluster === 'query' ? 'queries' : 'persons')}: too few for an interval or a p-value to mean much.`;
    warnings.push(few);
    out.note(few);
  }
  const told = ({ name, run, benchmark, setting }: Side) => ({ name, run, benchmark, setting });
  out.document({ first: told(a), second: told(b), warnings, ...comparison });
  print(a, b, comparison, options, out);
}

/** The bootstrap sees that queries differ; that they were asked otherwise, it cannot see. */
function differencesOf(a: EvaluationReport, b: EvaluationReport): string[] {
  if (a.benchmark !== b.benchmark || a.setting !== b.setting) {
    return [`Different measurements: ${a.benchmark} (${a.setting}) and ${b.benchmark} (${b.setting}).`];
  }
  const differences: string[] = [];
  if (a.gallery !== b.gallery) {
    differences.push(`Different galleries: ${grouped(a.gallery)} and ${grouped(b.gallery)} pictures.`);
  } else if (a.galleryContent !== b.galleryContent) {
    differences.push(
      'Different galleries: as many pictures, but not the same ones, or not the same persons.',
    );
  }
  if (a.corrected !== b.corrected) {
    const [first, second] = [a, b].map(({ corrected }) => (corrected ? 'corrected' : 'strict'));
    differences.push(`The first is ${first}, the second ${second}.`);
  }
  return differences;
}

/** Resampling three persons says how these three differ, not how others would. */
const fewClusters = 20;

/** @throws ChatReidError OPTION_INVALID */
async function runPath(given: string, runs: string): Promise<string> {
  const path = resolve(given);
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) return path;
  if (found?.isFile()) {
    try {
      const { run } = JSON.parse(await readFile(path, 'utf8')) as { run?: unknown };
      if (typeof run === 'string') return run;
    } catch {
      // Told below, with everything else that is no run.
    }
  } else if (/^[\w-][\w.-]*$/.test(given)) {
    const kept = join(runs, given);
    if (await stat(kept).catch(() => undefined)) return kept;
  }
  throw new ChatReidError(
    'OPTION_INVALID',
    `${given} is no run: neither a run's folder, nor the name of one in ${runs}, nor what --json printed.`,
    'See which there are: chatreid evaluate runs',
  );
}

function sideOf({ report, queries }: StoredRun): Side {
  const { mode, language, encoder, run, benchmark, setting } = report;
  return { name: `${mode} (${language?.engine.name ?? encoder.name})`, run, benchmark, setting, queries };
}

function filterOf({ report, queries }: StoredRun): Side {
  const { run, benchmark, setting } = report;
  if (report.filter === undefined) {
    throw new ChatReidError(
      'OPTION_INVALID',
      'A run of the filter alone has nothing in it to be compared with.',
      'Give a second run.',
    );
  }
  const own = queries.flatMap((query) => (query.filter ? [{ ...query, ...query.filter }] : []));
  return { name: `filter (${report.encoder.name})`, run, benchmark, setting, queries: own };
}

function print(
  a: Side,
  b: Side,
  comparison: PairedComparison,
  { cluster }: CompareOptions,
  out: Output,
): void {
  out.print(`first:  ${printable(`${a.name} ${a.run}`)}`);
  out.print(`second: ${printable(`${b.name} ${b.run}`)}`);
  const { queries, clusters, mAP, rank1, mINP, onlyInFirst, onlyInSecond } = comparison;
  if (onlyInFirst + onlyInSecond > 0) {
    out.note(
      `${grouped(onlyInFirst)} queries are in the first only, ${grouped(onlyInSecond)} in the second only.`,
    );
  }
  const of = cluster === 'person' ? `, of ${grouped(clusters)} persons` : '';
  out.print(`${grouped(queries)} queries${of}. Second less first, with 95 % interval:`);
  out.table(
    [
      { title: '' },
      ...['first', 'second', 'difference', 'from', 'to', 'p', 'better', 'worse', 'equal'].map((title) => ({
        title,
        align: 'right' as const,
      })),
    ],
    [row('mAP', mAP), row('Rank-1', rank1), row('mINP', mINP)],
  );
}

function row(
  name: string,
  { first, second, difference, interval, pValue, ...shares }: PairedDifference,
): string[] {
  const signed = (fraction: number): string => `${fraction > 0 ? '+' : ''}${(100 * fraction).toFixed(2)}`;
  return [
    name,
    percent(first),
    percent(second),
    signed(difference),
    ...interval.map(signed),
    pValue < 0.001 ? '<0.001' : pValue.toFixed(3),
    ...[shares.better, shares.worse, shares.equal].map((share) => `${percent(share)} %`),
  ];
}
