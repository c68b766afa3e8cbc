/** Fixtures of the reference implementations, and our numbers for their cases. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { queryScorer } from '../../../src/evaluation/metrics/query-scorer.ts';
import { type RetrievalSummary, summarise } from '../../../src/evaluation/metrics/retrieval-metrics.ts';
import type { Labelled, Protocol } from '../../../src/evaluation/protocol.ts';

/** What the reference says: a curve may be shorter than asked for where it is flat from there on. */
export interface Answer {
  readonly cmc: number[];
  readonly mAP: number;
  readonly mINP?: number;
}

export function readFixture<Content>(name: string): Content {
  const file = new URL(`../../fixtures/evaluation/${name}.json.gz`, import.meta.url);
  return JSON.parse(gunzipSync(readFileSync(file)).toString()) as Content;
}

/** One number a row; without cameras or clothes the rows have none. */
export function labelled(
  persons: readonly number[],
  cameras?: readonly (number | string)[],
  clothes?: readonly number[],
): Labelled[] {
  return persons.map((person, row) => ({
    personId: String(person),
    ...(cameras ? { cameraId: String(cameras[row]) } : {}),
    ...(clothes ? { clothesId: String(clothes[row]) } : {}),
  }));
}

/** The labels of a case, a list a column, as the fixtures hold them. */
export interface Labels {
  readonly queryPersons: readonly number[];
  readonly queryCameras: readonly number[];
  readonly queryClothes?: readonly number[];
  readonly galleryPersons: readonly number[];
  readonly galleryCameras: readonly number[];
  readonly galleryClothes?: readonly number[];
}

/** The case with its labels as rows. */
export function withRows<Case extends Labels>(
  one: Case,
): Case & { readonly queries: Labelled[]; readonly gallery: Labelled[] } {
  return {
    ...one,
    queries: labelled(one.queryPersons, one.queryCameras, one.queryClothes),
    gallery: labelled(one.galleryPersons, one.galleryCameras, one.galleryClothes),
  };
}

/** Cases in which some query has no right answer, and those in which some query ignores rows. */
export function oddCases<Case extends { readonly queries: Labelled[]; readonly gallery: Labelled[] }>(
  protocol: Protocol,
  cases: readonly Case[],
): { readonly unanswered: Case[]; readonly ignoring: Case[] } {
  const some = (what: 'positives' | 'ignored', is: (count: number) => boolean): Case[] =>
    cases.filter(({ queries, gallery }) => {
      const relevanceOf = protocol.prepare(gallery);
      return queries.some((query) => is(relevanceOf(query)[what].length));
    });
  return { unanswered: some('positives', (n) => n === 0), ignoring: some('ignored', (n) => n > 0) };
}

/** @param distances whole numbers under 2^24, so that they are scores in either precision: rows take turns */
export function measure(
  protocol: Protocol,
  queries: readonly Labelled[],
  gallery: readonly Labelled[],
  distances: readonly number[][],
  options: { readonly maxRank?: number; readonly seed?: number; readonly corrected?: boolean } = {},
): RetrievalSummary {
  const { maxRank = gallery.length, seed = 0, corrected = false } = options;
  const score = queryScorer(protocol, gallery, { tau: 0, seed, corrected });
  const outcomes = queries
    .map((query, row) => {
      const scores = distances[row]!.map((distance) => -distance);
      return score(query, row, row % 2 ? Float32Array.from(scores) : Float64Array.from(scores));
    })
    .filter((outcome) => outcome !== undefined);
  return summarise(outcomes, Math.min(maxRank, gallery.length));
}

/** The largest of any metric that the reference has. */
export function difference(ours: RetrievalSummary, { cmc, mAP, mINP }: Answer): number {
  if (cmc.length > ours.cmc.length) return Number.POSITIVE_INFINITY;
  return Math.max(
    Math.abs(ours.mAP - mAP),
    mINP === undefined ? 0 : Math.abs(ours.mINP - mINP),
    ...ours.cmc.map((share, k) => Math.abs(share - cmc[Math.min(k, cmc.length - 1)]!)),
  );
}

export const tolerance = 1e-12;

/** Whether two gallery rows are equally far from some query. */
export function hasTies({ distances }: { readonly distances: readonly number[][] }): boolean {
  return distances.some((row) => new Set(row).size < row.length);
}
