/** What is behind the numbers: the filter's ceiling, the language model's work, the time, the rules, the command. */
import type { EvaluationReport } from '../evaluation-report.ts';
import { duration, grouped, percent } from './figures.ts';
import { type Html, html, outside } from './html.ts';
import type { ReportInput } from './report-input.ts';

type Row = readonly [name: string | Html, value: string | Html];

export function filterSection(report: EvaluationReport): Html {
  const { taus, tau, language } = report;
  const kinds = [
    { words: 'τ for a picture', value: taus.image },
    { words: 'τ for words', value: taus.text },
    { words: 'τ for a picture and words', value: taus.mixed },
  ].flatMap(({ words, value }): Row[] => (value === undefined ? [] : [[words, value.toFixed(4)]]));
  const rows: Row[] = [
    ...(kinds.length > 1 ? kinds : [['τ', tau.toFixed(4)] as const]),
    ['Gallery that it keeps', `${percent(report.keptShare, 2)}\u00a0%`],
    ['Right pictures that it keeps', `${percent(report.filterRecall, 2)}\u00a0%`],
    [
      'Ceiling: mAP, Rank-1',
      `${percent(report.filterCeiling)}\u00a0%, ${percent(report.filterCeilingRank1)}\u00a0%`,
    ],
    ...(language
      ? ([
          [
            `Ceiling of ${grouped(language.shortlist)} judged candidates: mAP, Rank-1`,
            `${percent(language.shortlistCeiling.mAP)}\u00a0%, ${percent(language.shortlistCeiling.rank1)}\u00a0%`,
          ],
        ] as const)
      : []),
  ];
  return section(
    'filter',
    'What the filter leaves',
    'The ceiling is what an oracle reaches that puts every right picture first which the filter kept: nothing that ranks after the filter scores more.',
    rows,
  );
}

export function languageSection(report: EvaluationReport): Html | undefined {
  const { language } = report;
  if (language === undefined) return undefined;
  return section('language', 'What the language model did', undefined, [
    ['Queries judged', grouped(language.judged)],
    ['Candidates judged a query', language.candidates.toFixed(1)],
    ['Queries for which τ left nobody', grouped(language.emptyShortlists)],
    [
      'Questions, time to answer them',
      `${grouped(language.enginePrompts)}, ${duration(language.engineSeconds)}`,
    ],
    ['Prompts', outside(language.prompts.join(', '))],
  ]);
}

export function timeSection(report: EvaluationReport): Html {
  const { timings, seconds, encoded } = report;
  return section('time', 'Time', undefined, [
    [
      'Embedding',
      `${duration(timings.embedding)} (${grouped(encoded)} encoded in this run, the others kept)`,
    ],
    ['Similarities and the best of them', duration(timings.similarity)],
    ...(report.language ? ([['Judging', duration(timings.judging)]] as const) : []),
    ['Metrics', duration(timings.metrics)],
    ...(timings.measures === undefined
      ? []
      : ([['Error rates, and answers for who is not there', duration(timings.measures)]] as const)),
    ['In all', duration(seconds)],
  ]);
}

export function rulesSection({ benchmark, report, command }: ReportInput): Html {
  const quirks = benchmark.settings.find(({ name }) => name === report.setting)?.quirks ?? [];
  return html`<section aria-labelledby="rules">
<h2 id="rules">Rules, and how to run it again</h2>
<p>${sentence(report.protocol)} ${grouped(report.skipped)} of the queries asked${report.trials > 1 && ', those of all draws together,'} had no right answer in the gallery and are in no mean.</p>
${
  quirks.length > 0 &&
  html`<p>${report.corrected ? 'Ways of the reference code, mended here where it is known what was meant:' : 'Kept as the reference code has it:'}</p>
<ul>${quirks.map((quirk) => html`<li>${quirk}</li>\n`)}</ul>`
}<pre><code>${command}</code></pre>
<p class="notes">Results of every query: <span class="file">${outside(report.run)}</span></p>
</section>`;
}

function section(id: string, title: string, lead: string | undefined, rows: readonly Row[]): Html {
  return html`<section aria-labelledby="${id}">
<h2 id="${id}">${title}</h2>
${lead !== undefined && html`<p class="lead">${lead}</p>`}<div class="wide"><table><tbody>
${rows.map(([name, value]) => html`<tr><th scope="row">${name}</th><td class="n">${value}</td></tr>\n`)}</tbody></table></div>
</section>`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}
