/** The charts of a report, each with a caption and with its numbers as a table. */
import type { EvaluationReport } from '../evaluation-report.ts';
import type { Roc } from '../metrics/roc.ts';
import type { ScoreBin } from '../metrics/score-histogram.ts';
import { cmcChart } from './charts/cmc-chart.ts';
import { histogramChart } from './charts/histogram-chart.ts';
import { reliabilityChart } from './charts/reliability-chart.ts';
import { rateText, rocChart } from './charts/roc-chart.ts';
import { grouped, percent } from './figures.ts';
import { type Html, html } from './html.ts';
import type { PaperResult } from './paper/paper-row.ts';

/** Scores of two kinds of query are not on one scale, so the charts of scores are of one kind. */
function ofKind({ queryKinds }: EvaluationReport): string {
  const { image, text, mixed } = queryKinds;
  const kinds = [
    { count: image, words: ' by picture' },
    { count: text, words: ' by words' },
    { count: mixed, words: ' by picture and words' },
  ].filter(({ count }) => count > 0);
  if (kinds.length <= 1) return '';
  return kinds.reduce((most, kind) => (kind.count > most.count ? kind : most)).words;
}

export function figuresSection(report: EvaluationReport, paper: PaperResult | undefined): Html {
  const { histogram, roc } = report;
  return html`<section aria-labelledby="charts">
<h2 id="charts">Charts</h2>
<div class="figures">
${cmcFigure(report, paper)}
${reliabilityFigure(report)}
${histogram && histogram.length > 0 && histogramFigure(histogram, report)}
${roc && rocFigure(roc, report)}
</div></section>`;
}

function cmcFigure(report: EvaluationReport, paper: PaperResult | undefined): Html {
  const { cmc, filter, mode } = report;
  const rank1 = paper?.rank1 ?? null;
  const others = filter ? [{ label: 'filter alone', cmc: filter.cmc }] : [];
  const ranks = [1, 2, 3, 5, 10, 15, 20, 30, 40, 50].filter((rank) => rank <= cmc.length);
  return html`<figure>
<h3>Cumulative match characteristic</h3>
${cmcChart({ label: mode === 'filter' ? 'this run' : mode, cmc }, others, rank1 === null ? undefined : rank1 / 100)}
<figcaption>Share of the queries with a right answer among the first k candidates.${rank1 !== null && " The diamond is the paper's Rank-1."}</figcaption>
<details><summary>Numbers</summary><table>
<thead><tr><th class="n">k</th><th class="n">This run, %</th>${filter && html`<th class="n">Filter alone, %</th>`}</tr></thead>
<tbody>${ranks.map(
    (rank) =>
      html`<tr><td class="n">${rank}</td><td class="n">${percent(cmc[rank - 1] ?? 0, 2)}</td>${filter && html`<td class="n">${percent(filter.cmc[rank - 1] ?? 0, 2)}</td>`}</tr>\n`,
  )}</tbody></table></details>
</figure>`;
}

function reliabilityFigure({ reliability, filter, mode }: EvaluationReport): Html {
  const { bins, ece, brier } = reliability;
  return html`<figure>
<h3>Reliability of the confidence</h3>
${reliabilityChart(reliability)}
<figcaption>How often the first candidate is right, by the confidence that was said of it. The dashed line is a confidence that means what it says, vertical strokes are the gap to it: the expected calibration error is ${percent(ece)}\u00a0%, the Brier score ${brier.toFixed(3)}.${
    filter &&
    ` The filter alone: ${percent(filter.reliability.ece)}\u00a0%, ${filter.reliability.brier.toFixed(3)}.`
  }${mode === 'best-choice' && ' Best choice gives an order and no probability: the confidence is the filter’s, of the candidate that was chosen.'}</figcaption>
<details><summary>Numbers</summary><table>
<thead><tr><th class="n">Confidence, %</th><th class="n">Mean said, %</th><th class="n">Right, %</th><th class="n">Answers</th></tr></thead>
<tbody>${bins.map(
    ({ from, to, confidence, accuracy, count }) =>
      html`<tr><td class="n">${percent(from)}–${percent(to)}</td><td class="n">${count === 0 ? '–' : percent(confidence)}</td><td class="n">${count === 0 ? '–' : percent(accuracy)}</td><td class="n">${grouped(count)}</td></tr>\n`,
  )}</tbody></table></details>
</figure>`;
}

function histogramFigure(bins: readonly ScoreBin[], report: EvaluationReport): Html {
  const filled = bins.filter(({ genuine, impostors }) => genuine + impostors > 0);
  return html`<figure>
<h3>Similarities of right and wrong pairs</h3>
${histogramChart(bins, report.tau)}
<figcaption>The filter's similarity of every query${ofKind(report)} with every gallery picture that counts for it. From τ on a picture is kept.</figcaption>
<details><summary>Numbers</summary><table>
<thead><tr><th class="n">Similarity</th><th class="n">One person</th><th class="n">Two persons</th></tr></thead>
<tbody>${filled.map(
    ({ from, to, genuine, impostors }) =>
      html`<tr><td class="n">${from.toFixed(2)} to ${to.toFixed(2)}</td><td class="n">${grouped(genuine)}</td><td class="n">${grouped(impostors)}</td></tr>\n`,
  )}</tbody></table></details>
</figure>`;
}

function rocFigure(roc: Roc, report: EvaluationReport): Html {
  const { genuine, impostors, operatingPoints, equalErrorRate, areaUnderCurve } = roc;
  return html`<figure>
<h3>Verification: missed against mistaken</h3>
${rocChart(roc)}
<figcaption>What a threshold on the filter's similarity costs, over the queries${ofKind(report)}: ${grouped(genuine)} pairs of one person and ${grouped(impostors)} of two. Equal error rate ${percent(equalErrorRate.value)}\u00a0%, area under the curve ${areaUnderCurve.value.toFixed(4)}.</figcaption>
<details><summary>Numbers</summary><table>
<thead><tr><th class="n">FMR allowed, %</th><th class="n">FMR, %</th><th class="n">FNMR, %</th><th class="n">Similarity over</th></tr></thead>
<tbody>${operatingPoints.map(
    ({ rate, falseMatchRate, falseNonMatchRate, threshold }) =>
      html`<tr><td class="n">${rateText(rate)}</td><td class="n">${rateText(falseMatchRate)}</td><td class="n">${percent(falseNonMatchRate, 2)}</td><td class="n">${threshold.toFixed(4)}</td></tr>\n`,
  )}</tbody></table></details>
</figure>`;
}
