/** The measured numbers in the paper's table: our rows above, the paper's and its peers' below, slips marked. */
import type { EvaluationReport } from '../evaluation-report.ts';
import { percent } from './figures.ts';
import { type Html, html } from './html.ts';
import { type PaperResult, slipsAbout } from './paper/paper-row.ts';

/** @returns undefined where there is nothing to stand beside: pictures that the paper never saw, ranked by the filter alone */
export function comparisonTable(report: EvaluationReport, results: readonly PaperResult[]): Html | undefined {
  const { filter, mode, pure } = report;
  const own = report.benchmark === 'manifest';
  if (own && filter === undefined) return undefined;
  const reasons = [...new Set(results.flatMap(({ slips }) => slips.map(({ reason }) => reason)))];
  const table = results[0]?.table;
  const ranked = [...results].sort((a, b) => Number(b.own) - Number(a.own));
  return html`<section aria-labelledby="comparison">
<h2 id="comparison">Beside ${own ? 'its filter' : 'the paper'}</h2>
<div class="beside">
<div class="wide"><table>
<thead><tr><th>Method</th><th class="n">mAP, %</th><th class="n">Rank-1, %</th></tr></thead>
<tbody>
${row('own', `This run, mode ${mode}${pure ? ', fused with the filter' : ''}`, report)}${
  pure && row('pure', "The language model's own answers, not fused", pure)
}${filter && row('filter', 'Its filter alone, same queries', filter)}${
  table !== undefined &&
  html`<tr class="section"><td colspan="3">As printed in table ${table} of the ChatReID paper</td></tr>\n`
}${ranked.map(
  (result) =>
    html`<tr class="${result.own ? 'paper' : 'peer'}"><th scope="row">${result.method}${result.citation !== undefined && ` [${result.citation}]`}${mark(result, 'source', reasons)}</th>${cell(result, 'mAP', reasons)}${cell(result, 'rank1', reasons)}</tr>\n`,
)}</tbody></table></div>
<div class="notes">
${reasons.length > 0 && html`<ol class="slips" type="a">${reasons.map((reason) => html`<li>${reason}</li>\n`)}</ol>`}${
  own
    ? undefined
    : results.length === 0
      ? html`<p class="notes">The paper has no number for this benchmark in this setting.</p>`
      : report.partial &&
        html`<p class="notes">The paper's numbers are over the whole data set; this run is not.</p>`
}</div>
</div>
</section>`;
}

/** A row of ours. */
function row(kind: string, name: string, { mAP, rank1 }: { mAP: number; rank1: number }): Html {
  return html`<tr class="${kind}"><th scope="row">${name}</th><td class="n">${percent(mAP)}</td><td class="n">${percent(rank1)}</td></tr>\n`;
}

function cell(result: PaperResult, measure: 'mAP' | 'rank1', reasons: readonly string[]): Html {
  const value = result[measure];
  const number = value === null ? '–' : value.toFixed(1);
  const marked = mark(result, measure, reasons);
  return marked === undefined
    ? html`<td class="n">${number}</td>`
    : html`<td class="n"><span class="doubt">${number}</span>${marked}</td>`;
}

/** The letters of the notes about a part of a row. */
function mark(
  result: PaperResult,
  part: 'mAP' | 'rank1' | 'source',
  reasons: readonly string[],
): Html | undefined {
  const letters = slipsAbout(result, part).map(({ reason }) =>
    String.fromCharCode(97 + reasons.indexOf(reason)),
  );
  if (letters.length === 0) return undefined;
  const said = letters.join(' ');
  return html`<sup title="See note ${said} beside the table">${said}</sup>`;
}
