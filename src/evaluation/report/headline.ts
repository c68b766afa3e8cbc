/** The top of a report: what was measured, how far it can be trusted, and the five numbers. */
import { basename } from 'node:path';
import type { EvaluationReport } from '../evaluation-report.ts';
import { counted, grouped, percent, signed } from './figures.ts';
import { type Html, html, outside } from './html.ts';
import type { PaperResult } from './paper/paper-row.ts';
import type { ReportInput } from './report-input.ts';

export const modeTitles: Readonly<Record<EvaluationReport['mode'], string>> = {
  filter: 'base filter alone',
  pairwise: 'pairs by the language model',
  'best-choice': 'best choice by the language model',
  full: 'best choice, then pairs by the language model',
};

export function settingTitle({ benchmark, report }: ReportInput): string {
  return benchmark.settings.find(({ name }) => name === report.setting)?.title ?? report.setting;
}

export function titleBlock(input: ReportInput): Html {
  const { benchmark, report } = input;
  const { encoder, language } = report;
  return html`<header>
<p class="kicker">ChatReID evaluation</p>
<h1>${outside(benchmark.title)}${benchmark.name === 'manifest' && html`: ${outside(basename(report.data))}`}</h1>
<p class="meta">${settingTitle(input)} · mode ${report.mode} (${modeTitles[report.mode]}) · ${report.corrected ? 'corrected protocol' : 'protocol of the reference code'}</p>
<p class="meta">filter ${outside(encoder.name)} <code title="${encoder.space}">${shortSum(encoder.space)}</code> on ${encoder.device}${
    language &&
    html` · language model ${outside(language.engine.name)} <code title="${language.engine.checksum}">${shortSum(language.engine.checksum)}</code> (${language.engine.dtype}) on ${language.engine.device}`
  }</p>
<p class="meta">${counted(report.queries, 'query', 'queries')}${kinds(report)} · ${counted(report.gallery, 'gallery picture')}${report.trials > 1 && ` · mean of ${report.trials} draws`} · <time datetime="${input.date}">${dateText(input.date)}</time></p>
</header>`;
}

export function warningBlock({ report }: ReportInput): Html | undefined {
  const { partial, slice, notes } = report;
  if (!partial && notes.length === 0) return undefined;
  return html`<div class="warning" role="note">
<p><b>${
    partial
      ? slice
        ? `${grouped(slice.asked)} of ${grouped(slice.of)} queries were asked: not comparable with numbers over all of them.`
        : 'This is not the whole data set: not comparable with numbers that are over the whole.'
      : 'To be noted'
  }</b></p>
${notes.length > 0 && html`<ul>${notes.map((note) => html`<li>${outside(note)}</li>\n`)}</ul>`}</div>`;
}

/** A difference from the paper is given only where the two numbers are of the same queries. */
export function headlineBlock(report: EvaluationReport, paper: PaperResult | undefined): Html {
  const numbers = [
    { name: 'mAP', value: report.mAP, paper: paper?.mAP },
    { name: 'Rank-1', value: report.rank1, paper: paper?.rank1 },
    { name: 'Rank-5', value: report.rank5 },
    { name: 'Rank-10', value: report.rank10 },
    { name: 'mINP', value: report.mINP },
  ];
  return html`<dl class="headline">
${numbers.map(
  ({ name, value, paper: theirs }) =>
    html`<div><dt>${name}</dt><dd class="value">${percent(value)}<small> %</small></dd>${
      typeof theirs === 'number' &&
      html`<dd class="versus">paper ${theirs.toFixed(1)}${!report.partial && ` (${signed(100 * value - theirs)})`}</dd>`
    }</div>\n`,
)}</dl>`;
}

/** As much of a checksum as people compare. */
function shortSum(sum: string): string {
  return sum.slice(0, 12);
}

function kinds({ queryKinds }: EvaluationReport): string {
  const { image, text, mixed } = queryKinds;
  const parts = [
    { count: image, words: 'by picture' },
    { count: text, words: 'by words' },
    { count: mixed, words: 'by picture and words' },
  ].filter(({ count }) => count > 0);
  if (parts.length === 1) return ` ${parts[0]?.words}`;
  return ` (${parts.map(({ count, words }) => `${grouped(count)} ${words}`).join(', ')})`;
}

/** A time that cannot be read is shown as it is. */
function dateText(date: string): string {
  const time = Date.parse(date);
  if (Number.isNaN(time)) return date;
  return `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
