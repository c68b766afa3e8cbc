/** What a search says when the person is there and when not: the table of the open-set rates. */
import type { OpenSetAtRate, OpenSetReport } from '../metrics/open-set.ts';
import { rateText } from './charts/roc-chart.ts';
import { grouped, percent } from './figures.ts';
import { type Html, html } from './html.ts';

export function openSetSection(openSet: OpenSetReport): Html {
  const { present, absent, atRates, bestAtRates } = openSet;
  const best = new Map(bestAtRates.map((point) => [point.rate, point.detectionRate]));
  return html`<section aria-labelledby="open-set">
<h2 id="open-set">When the person is not there</h2>
<p class="lead">Every query asked with its person in the gallery (${grouped(present)}) and without (${grouped(absent)}): what the search says, in percent of the searches. At best: thresholds set on these very searches.</p>
<div class="wide"><table>
<thead>
<tr><th></th><th colspan="3" class="group first">Person absent</th><th colspan="5" class="group first">Person present</th></tr>
<tr><th class="n">False matches allowed, %</th><th class="n first">found (false)</th><th class="n">unsure</th><th class="n">not here</th><th class="n first">found</th><th class="n">found another</th><th class="n">unsure</th><th class="n">not here (false)</th><th class="n">found, at best</th></tr>
</thead>
<tbody>
${atRates.map((row) => rateRow(row, best.get(row.rate)))}</tbody></table></div>
</section>`;
}

function rateRow({ rate, absent, present }: OpenSetAtRate, best: number | undefined): Html {
  const cell = (share: number | undefined, column: number): Html =>
    html`<td class="${column === 0 || column === 3 ? 'n first' : 'n'}">${share === undefined ? '–' : percent(share)}</td>`;
  return html`<tr><td class="n">${rateText(rate)}</td>${[
    absent.found,
    absent.unsure,
    absent.notInGallery,
    present?.found,
    present?.misidentified,
    present?.unsure,
    present?.notInGallery,
    best,
  ].map(cell)}</tr>
`;
}
