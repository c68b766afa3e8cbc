/** The queries that went worst, as contact sheets: who was looked for, and who was found instead. */
import { percentOf } from '../../retrieval/confidence-text.ts';
import type { BenchmarkRow, QueryRow } from '../benchmark.ts';
import type { QueryResult, RankedRow } from '../runs/query-result.ts';
import { grouped, percent } from './figures.ts';
import { type Html, html, outside } from './html.ts';
import { type EmbeddedPicture, thumbnails } from './thumbnails.ts';

export const worstCount = 10;
/** Candidates that are shown of each. */
const candidates = 5;
/**
 * By average precision, lowest first; ties by source. A query that was drawn several times is there once, with its worst
 * draw. One whose right answers all came first is no bad query, and is left out.
 */
export function worstQueries(results: readonly QueryResult[], count = worstCount): QueryResult[] {
  const worst = new Map<string, QueryResult>();
  for (const result of results) {
    const known = worst.get(result.source);
    if (
      known === undefined ||
      result.averagePrecision < known.averagePrecision ||
      (result.averagePrecision === known.averagePrecision && result.trial < known.trial)
    ) {
      worst.set(result.source, result);
    }
  }
  return [...worst.values()]
    .filter(({ averagePrecision }) => averagePrecision < 1)
    .sort(
      (a, b) =>
        a.averagePrecision - b.averagePrecision || (a.source < b.source ? -1 : a.source > b.source ? 1 : 0),
    )
    .slice(0, count);
}

export async function worstQueriesSection(
  results: readonly QueryResult[],
  queries: readonly QueryRow[],
  gallery: readonly BenchmarkRow[],
): Promise<Html | undefined> {
  const worst = worstQueries(results);
  if (worst.length === 0) return undefined;
  const queryOf = new Map(queries.map((row) => [row.source, row]));
  const pathOf = new Map(gallery.map((row) => [row.source, row.path]));
  const paths = worst.flatMap((result) => [
    queryOf.get(result.source)?.path,
    ...result.top.slice(0, candidates).map(({ source }) => pathOf.get(source)),
  ]);
  const pictures = await thumbnails(paths.filter((path) => path !== undefined));
  const pictureOf = (path: string | undefined): EmbeddedPicture | undefined =>
    path === undefined ? undefined : pictures.get(path);
  return html`<section aria-labelledby="worst">
<h2 id="worst">The ${worst.length === 1 ? 'worst query' : `${worst.length} worst queries`}</h2>
<p class="lead">By average precision, lowest first. Left the query, then the first ${candidates} of its ranking, with the filter's similarity or, in percent, the language model's confidence.</p>
${worst.map((result, i) => sheet(result, i, queryOf.get(result.source), (source) => pictureOf(pathOf.get(source)), pictureOf))}</section>`;
}

function sheet(
  result: QueryResult,
  index: number,
  query: QueryRow | undefined,
  candidatePicture: (source: string) => EmbeddedPicture | undefined,
  pictureOf: (path: string | undefined) => EmbeddedPicture | undefined,
): Html {
  const shown = result.top.slice(0, candidates);
  const words = query?.caption;
  return html`<figure class="sheet">
<figcaption><b>${index + 1}</b> <span class="name">${outside(result.source)}</span>
<span class="facts">AP ${percent(result.averagePrecision)}\u00a0% · first right answer at rank ${grouped(result.firstRank)} · confidence in the first candidate ${percentOf(result.firstConfidence)}${result.trial > 0 && ` · draw ${result.trial + 1}`}</span>${words !== undefined && html`<span class="caption">${outside(words)}</span>`}</figcaption>
<ol class="strip">
<li class="query">${
    result.kind !== 'text' || words === undefined
      ? pictureBox(pictureOf(query?.path), `Query ${result.source}`)
      : html`<span class="picture missing">in words</span>`
  }<span class="verdict">query</span></li>
${shown.map((candidate, i) => tile(candidate, i + 1, candidatePicture(candidate.source)))}</ol>
<details><summary>Names and scores</summary>
<div class="wide"><table>
<thead><tr><th class="n">Rank</th><th>Picture</th><th>Verdict</th><th class="n">Similarity</th><th class="n">Confidence, %</th></tr></thead>
<tbody>${result.top.map(
    (candidate, i) =>
      html`<tr><td class="n">${i + 1}</td><td class="file">${outside(candidate.source)}</td><td>${verdict(candidate)}</td><td class="n">${candidate.score.toFixed(3)}</td><td class="n">${candidate.confidence === undefined ? '–' : percent(candidate.confidence)}</td></tr>\n`,
  )}</tbody></table></div></details>
</figure>
`;
}

function tile(candidate: RankedRow, rank: number, picture: EmbeddedPicture | undefined): Html {
  const { correct, score, confidence } = candidate;
  return html`<li class="${correct ? 'right' : 'wrong'}">${pictureBox(
    picture,
    `Candidate ${rank}, ${correct ? 'right' : 'wrong'}: ${candidate.source}`,
  )}<span class="verdict">${verdict(candidate)}</span><span class="score">${confidence === undefined ? score.toFixed(3) : percentOf(confidence)}</span></li>
`;
}

function verdict({ correct }: RankedRow): string {
  return correct ? '✓ right' : '✗ wrong';
}

function pictureBox(picture: EmbeddedPicture | undefined, alternative: string): Html {
  return picture === undefined
    ? html`<span class="picture missing" role="img" aria-label="${alternative} (no picture)">no picture</span>`
    : html`<span class="picture"><img src="${picture.address}" width="${picture.width}" height="${picture.height}" alt="${alternative}"></span>`;
}
