/** An evaluation in a terminal: the numbers that are asked for first, and what they mean. */
import type { Benchmark } from '../../evaluation/benchmark.ts';
import type { EvaluationReport } from '../../evaluation/evaluation-report.ts';
import type { PeerReport } from '../../evaluation/peers/peer-evaluation.ts';
import { counted, grouped, type Output, printable } from '../output.ts';

export function printReport(report: EvaluationReport, benchmark: Benchmark, out: Output): void {
  const setting = benchmark.settings.find(({ name }) => name === report.setting);
  const draws = report.trials === 1 ? '' : `, mean of ${report.trials} draws`;
  const rules = report.corrected ? ', corrected' : '';
  out.print(
    `${benchmark.title}, ${setting?.title ?? report.setting}${rules}: ${queries(report)}, ${counted(report.gallery, 'gallery picture')}${draws}, ${how(report)}`,
  );
  tellNotes(report, out);
  out.table(
    [
      ...(report.filter ? [{ title: 'ranked by' }] : []),
      { title: 'mAP', align: 'right' },
      ...[1, 5, 10].map((k) => ({ title: `Rank-${k}`, align: 'right' as const })),
      { title: 'mINP', align: 'right' },
    ],
    report.filter
      ? [
          ['filter', ...numbers(report.filter)],
          ...(report.pure ? [[`${report.mode}, its own answers`, ...numbers(report.pure)]] : []),
          [report.pure ? `${report.mode}, fused` : report.mode, ...numbers(report)],
        ]
      : [numbers(report)],
  );
  if (report.skipped > 0) {
    const have = report.skipped === 1 ? 'has' : 'have';
    out.print(
      `${counted(report.skipped, 'query', 'queries')} ${have} no right answer in the gallery, and no part in these numbers.`,
    );
  }
  if (report.language) {
    const { candidates, judged, emptyShortlists, enginePrompts, engineSeconds, engine } = report.language;
    out.print(
      `${printable(engine.name)} judged ${counted(judged, 'query', 'queries')}, ${candidates.toFixed(1)} candidates each: ${counted(enginePrompts, 'question')} in ${engineSeconds.toFixed(1)} s.`,
    );
    if (emptyShortlists > 0) {
      out.print(`  τ left nobody to judge for ${counted(emptyShortlists, 'query', 'queries')}.`);
    }
  }
  out.print(
    `Filter at τ ${taus(report)}: keeps ${percent(report.keptShare)} % of the gallery and ${percent(report.filterRecall)} % of the right pictures;`,
  );
  out.print(
    `  what ranks after it can reach mAP ${percent(report.filterCeiling)}, Rank-1 ${percent(report.filterCeilingRank1)} at most.`,
  );
  out.print(
    `Confidence of the first picture: expected calibration error ${percent(report.reliability.ece)} %.`,
  );
  out.print(
    `${report.seconds.toFixed(1)} s, of which ${report.timings.metrics.toFixed(2)} s for the metrics. Kept in ${report.run}`,
  );
}

/** Ours and the peers in one table: the same rows, ranked by each. */
export function printPeers(report: EvaluationReport, peers: readonly PeerReport[], out: Output): void {
  if (peers.length === 0) return;
  const ours = `${report.mode} (${report.encoder.name})`;
  out.table(
    [
      { title: 'beside it' },
      ...['mAP', 'Rank-1', 'Rank-5', 'Rank-10', 'mINP'].map((title) => ({ title, align: 'right' as const })),
    ],
    [[ours, ...numbers(report)], ...peers.map((peer) => [peer.name, ...numbers(peer)])],
  );
}

function tellNotes({ partial, notes }: EvaluationReport, out: Output): void {
  if (partial) {
    out.note('This is not the whole data set: not comparable with numbers that are over the whole.');
  }
  for (const note of notes) out.note(`${partial ? '  ' : 'To be noted: '}${printable(note)}`);
}

/** `3 queries (1 by picture, 2 by words)`: kinds only where they are not all by picture. */
function queries({ queries, queryKinds: { image, text, mixed } }: EvaluationReport): string {
  const all = counted(queries, 'query', 'queries');
  if (text + mixed === 0) return all;
  const kinds = [
    [image, 'by picture'],
    [text, 'by words'],
    [mixed, 'by both'],
  ] as const;
  const said = kinds.flatMap(([count, kind]) => (count === 0 ? [] : [`${grouped(count)} ${kind}`]));
  return `${all} (${said.join(', ')})`;
}

/** Each kind of query has its own. */
function taus({ tau, taus: { image, text, mixed } }: EvaluationReport): string {
  const kinds = [
    [image, 'by picture'],
    [text, 'by words'],
    [mixed, 'by both'],
  ] as const;
  const said = kinds.flatMap(([value, kind]) =>
    value === undefined ? [] : [`${value.toFixed(3)} (${kind})`],
  );
  return said.length > 1 ? said.join(', ') : tau.toFixed(3);
}

function how({ mode, encoder, language }: EvaluationReport): string {
  return mode === 'filter' || language === undefined
    ? `by the base filter of ${printable(encoder.name)}`
    : `mode ${mode} with ${printable(language.engine.name)} behind the base filter of ${printable(encoder.name)}`;
}

function numbers(scores: Pick<EvaluationReport, 'mAP' | 'rank1' | 'rank5' | 'rank10' | 'mINP'>): string[] {
  return [scores.mAP, scores.rank1, scores.rank5, scores.rank10, scores.mINP].map(percent);
}

/** 0.1234 -> 12.3 */
export function percent(fraction: number): string {
  return (100 * fraction).toFixed(1);
}
