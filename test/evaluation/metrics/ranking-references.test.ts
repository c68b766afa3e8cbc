/** Market-1501 and text: the metrics agree with torchreid's, fast-reid's and IRRA's own answers. */
import { describe, expect, it } from 'vitest';
import { acrossCameras, anyCamera } from '../../../src/evaluation/protocol.ts';
import {
  type Answer,
  difference,
  hasTies,
  labelled,
  measure,
  readFixture,
  tolerance,
} from './reference-cases.ts';

interface Case {
  readonly queryPersons: number[];
  readonly galleryPersons: number[];
  readonly maxRank: number;
}

const references = readFixture<{
  readonly market1501: readonly (Case & {
    readonly queryCameras: number[];
    readonly galleryCameras: number[];
    readonly distances: number[][];
    readonly torchreid: Answer;
    readonly fastreid: Answer;
  })[];
  readonly text: readonly (Case & { readonly similarities: number[][]; readonly irra: Answer })[];
}>('ranking-references');
const { text } = readFixture<{
  readonly text: readonly (Case & Answer & { readonly distances: number[][]; readonly stops: boolean })[];
}>('text-references');

describe('Market-1501 protocol', () => {
  const cases = references.market1501;

  it('has the cases that go wrong: ties, queries without an answer, same-camera junk, short galleries', () => {
    expect(cases).toHaveLength(100);
    const unanswered = cases.filter((one) => one.queryPersons.some((id) => !one.galleryPersons.includes(id)));
    const sameCamera = cases.filter((one) =>
      one.queryPersons.some((id, q) =>
        one.galleryPersons.some((other, g) => other === id && one.galleryCameras[g] === one.queryCameras[q]),
      ),
    );
    const short = cases.filter((one) => one.galleryPersons.length < 50);
    for (const some of [cases.filter(hasTies), unanswered, sameCamera, short]) {
      expect(some.length).toBeGreaterThan(30);
    }
  });

  it.each(cases.map((one, index) => [index, one] as const))(
    'case %i is as torchreid and fast-reid have it',
    (_, one) => {
      const { maxRank, distances } = one;
      const queries = labelled(one.queryPersons, one.queryCameras);
      const gallery = labelled(one.galleryPersons, one.galleryCameras);
      const ours = measure(acrossCameras, queries, gallery, distances, { maxRank });
      expect(one.fastreid.mINP).toBeDefined();
      expect(difference(ours, one.torchreid)).toBeLessThanOrEqual(tolerance);
      expect(difference(ours, one.fastreid)).toBeLessThanOrEqual(tolerance);
    },
  );
});

describe('text protocol', () => {
  it.each(references.text.map((one, index) => [index, one] as const))(
    'case %i is as IRRA has it',
    (_, one) => {
      const queries = labelled(one.queryPersons);
      const gallery = labelled(one.galleryPersons);
      const distances = one.similarities.map((row) => row.map((similarity) => -similarity));
      const ours = measure(anyCamera, queries, gallery, distances, one);
      expect(difference(ours, one.irra)).toBeLessThanOrEqual(tolerance);
    },
  );

  it('has queries that IRRA stops at', () => {
    expect(text).toHaveLength(100);
    expect(text.filter(({ stops }) => stops).length).toBeGreaterThan(30);
    expect(text.filter(hasTies).length).toBeGreaterThan(30);
  });

  it.each(text.map((one, index) => [index, one] as const))(
    'case %i, with what IRRA stops at skipped, is as IRRA has the rest',
    (_, one) => {
      const ours = measure(
        anyCamera,
        labelled(one.queryPersons),
        labelled(one.galleryPersons),
        one.distances,
        one,
      );
      expect(one.stops).toBe(ours.evaluated < one.queryPersons.length);
      expect(difference(ours, one)).toBeLessThanOrEqual(tolerance);
    },
  );
});
