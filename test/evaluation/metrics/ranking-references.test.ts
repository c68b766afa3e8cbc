/** The metrics agree with the reference implementations' own answers on 200 seeded random cases. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { rankPositives } from '../../../src/evaluation/metrics/positive-ranks.ts';
import { acrossCameras, anyCamera, type Labelled, type Protocol } from '../../../src/evaluation/protocol.ts';
import {
  type RetrievalSummary,
  scoreQuery,
  summarise,
} from '../../../src/evaluation/metrics/retrieval-metrics.ts';

interface Answer {
  readonly cmc: number[];
  readonly mAP: number;
}

interface Case {
  readonly queryPersons: number[];
  readonly queryCameras?: number[];
  readonly galleryPersons: number[];
  readonly galleryCameras?: number[];
  readonly maxRank: number;
}

interface References {
  readonly market1501: (Case & {
    readonly distances: number[][];
    readonly torchreid: Answer;
    readonly fastreid: Answer & { readonly mINP: number };
  })[];
  readonly text: (Case & {
    readonly similarities: number[][];
    readonly irra: Answer & { readonly mINP: number };
  })[];
}

const file = new URL('../../fixtures/evaluation/ranking-references.json.gz', import.meta.url);
const references = JSON.parse(gunzipSync(readFileSync(file)).toString()) as References;

function labelled(persons: number[], cameras: number[] | undefined): Labelled[] {
  return persons.map((person, row) => ({
    personId: String(person),
    ...(cameras ? { cameraId: String(cameras[row]) } : {}),
  }));
}

function measure(protocol: Protocol, given: Case, scores: number[][]): RetrievalSummary {
  const gallery = labelled(given.galleryPersons, given.galleryCameras);
  const relevanceOf = protocol.prepare(gallery);
  const outcomes = labelled(given.queryPersons, given.queryCameras)
    .map((query, row) =>
      scoreQuery(row, rankPositives(Float64Array.from(scores[row]!), relevanceOf(query), 0, row)),
    )
    .filter((outcome) => outcome !== undefined);
  return summarise(outcomes, Math.min(given.maxRank, gallery.length));
}

function difference(ours: RetrievalSummary, reference: Answer & { mINP?: number }): number {
  expect(ours.cmc).toHaveLength(reference.cmc.length);
  return Math.max(
    Math.abs(ours.mAP - reference.mAP),
    reference.mINP === undefined ? 0 : Math.abs(ours.mINP - reference.mINP),
    ...ours.cmc.map((share, k) => Math.abs(share - reference.cmc[k]!)),
  );
}

describe('Market-1501 protocol', () => {
  it('has the cases that go wrong: ties, queries without an answer, same-camera junk, short galleries', () => {
    const cases = references.market1501;
    expect(cases).toHaveLength(100);
    const tied = cases.filter(({ distances }) => distances.some((row) => new Set(row).size < row.length));
    const unanswered = cases.filter((one) => one.queryPersons.some((id) => !one.galleryPersons.includes(id)));
    const sameCamera = cases.filter((one) =>
      one.queryPersons.some((id, q) =>
        one.galleryPersons.some(
          (other, g) => other === id && one.galleryCameras![g] === one.queryCameras![q],
        ),
      ),
    );
    const short = cases.filter((one) => one.galleryPersons.length < 50);
    for (const some of [tied, unanswered, sameCamera, short]) expect(some.length).toBeGreaterThan(30);
  });

  it.each(references.market1501.map((one, index) => [index, one] as const))(
    'case %i is as torchreid and fast-reid have it',
    (_, one) => {
      const ours = measure(
        acrossCameras,
        one,
        one.distances.map((row) => row.map((distance) => -distance)),
      );
      expect(difference(ours, one.torchreid)).toBeLessThanOrEqual(1e-12);
      expect(difference(ours, one.fastreid)).toBeLessThanOrEqual(1e-12);
    },
  );
});

describe('text protocol', () => {
  it.each(references.text.map((one, index) => [index, one] as const))(
    'case %i is as IRRA has it',
    (_, one) => {
      expect(difference(measure(anyCamera, one, one.similarities), one.irra)).toBeLessThanOrEqual(1e-12);
    },
  );
});
