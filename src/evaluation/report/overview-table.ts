/** All benchmarks in one table: what was measured, the paper's numbers beside it, and what is not there. */
import type { EvaluationReport } from '../evaluation-report.ts';
import { grouped, percent } from './figures.ts';
import { type Html, html, outside } from './html.ts';
import { type PaperResult, paperRow, slipsAbout } from './paper/paper-row.ts';

/** One benchmark of `evaluate all`. */
export interface OverviewEntry {
  readonly benchmark: { readonly name: string; readonly title: string };
  /** The setting that was or would be measured. */
  readonly setting: { readonly name: string; readonly title: string };
  readonly outcome:
    | {
        readonly kind: 'measured';
        readonly report: Pick<EvaluationReport, 'mAP' | 'rank1' | 'partial' | 'slice' | 'mode'>;
      }
    /** No folder of the data set was found. */
    | { readonly kind: 'absent' }
    /** There is a folder, and it could not be measured; why, in a sentence. */
    | { readonly kind: 'failed'; readonly reason: string };
}

/** Text for a terminal: `columns` and `rows` are as `Output.table` takes them. */
export interface Overview {
  readonly columns: readonly { readonly title: string; readonly align?: 'right' }[];
  readonly rows: readonly (readonly string[])[];
  /** What the marks mean, what is absent, what failed. */
  readonly notes: readonly string[];
}

const partialMark = '*';
const slipMark = '†';

export function overview(entries: readonly OverviewEntry[]): Overview {
  return {
    columns: [
      { title: 'Data set' },
      { title: 'Setting' },
      { title: 'mAP', align: 'right' },
      { title: 'Rank-1', align: 'right' },
      { title: 'paper mAP', align: 'right' },
      { title: 'paper Rank-1', align: 'right' },
    ],
    rows: entries.map(({ benchmark, setting, outcome }) => {
      const paper = paperRow(benchmark.name, setting.name);
      const ours = outcome.kind === 'measured' ? outcome.report : undefined;
      const mark = ours?.partial ? partialMark : '';
      return [
        benchmark.title,
        setting.title,
        ours ? `${percent(ours.mAP)}${mark}` : outcome.kind,
        ours ? `${percent(ours.rank1)}${mark}` : '',
        paperCell(paper, 'mAP'),
        paperCell(paper, 'rank1'),
      ];
    }),
    notes: notesOf(entries),
  };
}

export function overviewMarkdown(entries: readonly OverviewEntry[]): string {
  const { columns, rows, notes } = overview(entries);
  const line = (cells: readonly string[]): string => `| ${cells.map(markdownCell).join(' | ')} |`;
  return `${[
    line(columns.map(({ title }) => title)),
    `|${columns.map(({ align }) => (align === 'right' ? '---:' : '---')).join('|')}|`,
    ...rows.map(line),
    ...notes.flatMap((note) => ['', markdownCell(note)]),
  ].join('\n')}\n`;
}

export function overviewHtml(entries: readonly OverviewEntry[]): Html {
  const { columns, rows, notes } = overview(entries);
  return html`<div class="wide"><table>
<thead><tr>${columns.map(({ title, align }) => html`<th${align === 'right' && html` class="n"`}>${title}</th>`)}</tr></thead>
<tbody>
${rows.map(
  ([name, ...cells]) =>
    html`<tr><th scope="row">${outside(name ?? '')}</th>${cells.map((cell, i) => html`<td${columns[i + 1]?.align === 'right' && html` class="n"`}>${cell}</td>`)}</tr>\n`,
)}</tbody></table></div>
${notes.map((note) => html`<p class="notes">${outside(note)}</p>\n`)}`;
}

function paperCell(paper: PaperResult | undefined, measure: 'mAP' | 'rank1'): string {
  const value = paper?.[measure] ?? null;
  if (paper === undefined || value === null) return '–';
  return `${value.toFixed(1)}${slipsAbout(paper, measure).length > 0 ? slipMark : ''}`;
}

function notesOf(entries: readonly OverviewEntry[]): string[] {
  const notes: string[] = [];
  const measured = entries.filter(({ outcome }) => outcome.kind === 'measured');
  notes.push(`${measured.length} of ${entries.length} measured. All numbers in percent.`);
  const absent = entries.filter(({ outcome }) => outcome.kind === 'absent');
  if (absent.length > 0) notes.push(`Absent: ${absent.map(({ benchmark }) => benchmark.title).join(', ')}.`);
  for (const { benchmark, outcome } of entries) {
    if (outcome.kind === 'failed') notes.push(`${benchmark.title} failed: ${outcome.reason}`);
    if (outcome.kind !== 'measured' || !outcome.report.partial) continue;
    const { slice } = outcome.report;
    notes.push(
      `${partialMark} ${benchmark.title}: ${
        slice ? `${grouped(slice.asked)} of ${grouped(slice.of)} queries` : 'not the whole data set'
      }, not comparable with published numbers.`,
    );
  }
  const slips = new Map<string, string[]>();
  for (const { benchmark, setting } of entries) {
    for (const { reason } of paperRow(benchmark.name, setting.name)?.slips ?? []) {
      slips.set(reason, [...(slips.get(reason) ?? []), benchmark.title]);
    }
  }
  for (const [reason, titles] of slips) notes.push(`${slipMark} ${titles.join(', ')}: ${reason}`);
  return notes;
}

/** A title or a reason is data: it must not end a cell, begin a tag or a link. */
function markdownCell(text: string): string {
  return text.replace(/[\\|<>[\]`*_]/g, '\\$&').replace(/\s+/g, ' ');
}
