/** One evaluation as a page: a single HTML file that needs no network, no script and no other file. */
import { comparisonTable } from './comparison-table.ts';
import { filterSection, languageSection, rulesSection, timeSection } from './facts-section.ts';
import { figuresSection } from './figures-section.ts';
import { headlineBlock, settingTitle, titleBlock, warningBlock } from './headline.ts';
import { Html, html } from './html.ts';
import { openSetSection } from './open-set-section.ts';
import { pageStyle } from './page-style.ts';
import { paperResults } from './paper/paper-row.ts';
import type { ReportInput } from './report-input.ts';
import { worstQueriesSection } from './worst-queries.ts';

/**
 * The same input makes the same bytes. Everything that comes from a data set is shown as text, whatever it says; pictures
 * that cannot be opened get a placeholder. Under 2 MB.
 */
export async function htmlReport(input: ReportInput): Promise<string> {
  const { benchmark, report } = input;
  const results = paperResults(benchmark.name, report.setting);
  const own = results.find((result) => result.own);
  const worst = await worstQueriesSection(input.results, input.queries, input.gallery);
  return page(
    `${benchmark.title}, ${settingTitle(input)}: mode ${report.mode}`,
    html`${titleBlock(input)}
${warningBlock(input)}
${headlineBlock(report, own)}
${comparisonTable(report, results)}
${figuresSection(report, own)}
${filterSection(report)}
${report.openSet && openSetSection(report.openSet)}
${languageSection(report)}
${worst}
${timeSection(report)}
${rulesSection(input)}
<footer>Made by ChatReID. Pictures are from the data set, under its terms: mind them before this page is passed on.</footer>`,
  );
}

/** A whole page around its content. */
export function page(title: string, content: Html): string {
  return `${html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${new Html(pageStyle)}</style>
</head>
<body>
<main>
${content}
</main>
</body>
</html>
`}`;
}
