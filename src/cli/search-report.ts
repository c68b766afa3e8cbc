/** A search told to people (sentences and a table) and to programs (the JSON of `ask --json`). */

import { formatTime } from '../foundation/site-time.ts';
import type { Scope } from '../gallery/gallery-store.ts';
import { percentOf } from '../retrieval/confidence-text.ts';
import type { Query } from '../retrieval/query.ts';
import { scopeLine, searchLine } from '../retrieval/search-line.ts';
import type { Decision, RankedCandidate, SearchResult } from '../retrieval/search-result.ts';
import type { Column, Output } from './output.ts';

export interface Search {
  readonly gallery: string;
  readonly query: Query;
  readonly scope: Scope;
  readonly result: SearchResult;
}

const decisionColours: Readonly<Record<Decision, 'green' | 'yellow' | 'cyan'>> = {
  found: 'green',
  unsure: 'yellow',
  'not-in-gallery': 'cyan',
};

export function printSearch(search: Search, out: Output, timeZone: string): void {
  const { query, scope, result } = search;
  // `Found: a likeness …`: the verdict stands before the colon.
  const { sentence } = result.decisionDetail;
  const verdict = sentence.slice(0, sentence.indexOf(':') + 1);
  out.print(`${out.style('bold', 'Looking for')} ${soughtLine(query, scope, timeZone)}`);
  const colour = decisionColours[result.decision];
  out.print(out.style(['bold', colour], verdict) + sentence.slice(verdict.length));
  if (result.ranking.length > 0) {
    out.print();
    printRanking(result.ranking, out, timeZone);
  }
  for (const note of result.notes) out.note(note);
}

/** The search in one line; who was ruled out in words, because a line of text shows no face. */
function soughtLine(query: Query, scope: Scope, timeZone: string): string {
  const ruledOut = query.negatives.length;
  const parts = [
    searchLine({ ...query, negatives: [] }, {}, timeZone),
    ...(ruledOut === 0 ? [] : [`${ruledOut} ruled out`]),
    scopeLine(scope, timeZone),
  ];
  return parts.filter((part) => part !== '').join(' · ');
}

/** Columns that no candidate has anything for are left out. */
export function printRanking(ranking: readonly RankedCandidate[], out: Output, timeZone: string): void {
  const columns: (Column & { readonly cell: (candidate: RankedCandidate) => string })[] = [
    { title: 'rank', align: 'right', cell: ({ rank }) => String(rank) },
    { title: 'confidence', align: 'right', cell: ({ confidence }) => percentOf(confidence) },
    { title: 'person', cell: ({ record }) => record.personId ?? '' },
    { title: 'camera', cell: ({ record }) => record.cameraId ?? '' },
    { title: 'time', cell: ({ record }) => (record.time ? formatTime(record.time, timeZone) : '') },
    { title: 'place', cell: ({ record }) => record.place ?? '' },
    { title: 'picture', cell: ({ record }) => record.pictureId.slice(0, 8) },
    { title: 'source', cell: ({ record }) => record.source },
  ];
  const used = columns.filter(({ cell }) => ranking.some((candidate) => cell(candidate) !== ''));
  out.table(
    used,
    ranking.map((candidate) => used.map(({ cell }) => cell(candidate))),
  );
}

/** What `ask --json` prints. Absent facts are absent keys. */
export function searchDocument({ gallery, query, scope, result }: Search): object {
  const { cameras, places, persons, after, before } = scope;
  return {
    query: {
      gallery,
      kind: result.kind,
      pictures: query.pictures.map(({ id }) => id),
      words: query.words,
      negatives: query.negatives.map(({ id }) => id),
      cameras,
      places,
      persons,
      after: after?.toISOString(),
      before: before?.toISOString(),
    },
    decision: result.decision,
    decisionDetail: result.decisionDetail,
    ranking: result.ranking.map(({ rank, record, path, filterScore, confidence, compared }) => ({
      rank,
      pictureId: record.pictureId,
      path,
      source: record.source,
      personId: record.personId,
      cameraId: record.cameraId,
      time: record.time,
      place: record.place,
      filterScore,
      confidence,
      compared,
    })),
    filter: result.filter,
    mode: result.mode,
    timings: result.timings,
    notes: result.notes,
  };
}
