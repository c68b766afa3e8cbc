/** LTCC and PRCC: the metrics agree with Simple-CCReID's own answers. */
import { describe, expect, it } from 'vitest';
import { acrossCameras } from '../../../src/evaluation/protocol.ts';
import { clothChanging, sameClothes } from '../../../src/evaluation/protocols/clothes.ts';
import {
  type Answer,
  difference,
  hasTies,
  labelled,
  measure,
  oddCases,
  readFixture,
  tolerance,
  withRows,
} from './reference-cases.ts';

interface Prcc extends Answer {
  readonly queryPersons: number[];
  readonly distances: number[][];
}

const references = readFixture<{
  readonly ltcc: readonly {
    readonly queryPersons: number[];
    readonly queryCameras: number[];
    readonly queryClothes: number[];
    readonly galleryPersons: number[];
    readonly galleryCameras: number[];
    readonly galleryClothes: number[];
    readonly distances: number[][];
    readonly answers: { readonly general: Answer; readonly SC: Answer; readonly CC: Answer };
  }[];
  readonly prcc: readonly {
    readonly galleryPersons: number[];
    readonly same: Prcc;
    readonly changed: Prcc;
  }[];
}>('clothes-references');

describe('LTCC protocols', () => {
  const cases = references.ltcc.map(withRows);
  const settings = [
    ['general', acrossCameras],
    ['SC', sameClothes],
    ['CC', clothChanging],
  ] as const;

  it.each(settings)('%s has ties, junk and queries without an answer', (_, protocol) => {
    expect(cases).toHaveLength(100);
    const { unanswered, ignoring } = oddCases(protocol, cases);
    for (const some of [cases.filter(hasTies), unanswered, ignoring]) expect(some.length).toBeGreaterThan(30);
  });

  it.each(settings.flatMap(([name, protocol]) => cases.map((one, at) => [name, at, protocol, one] as const)))(
    '%s, case %i is as Simple-CCReID has it',
    (name, _, protocol, one) => {
      const ours = measure(protocol, one.queries, one.gallery, one.distances);
      expect(difference(ours, one.answers[name])).toBeLessThanOrEqual(tolerance);
    },
  );

  it('ignore what does not say what it wears', () => {
    const gallery = [{ personId: 'a', cameraId: '2' }];
    for (const protocol of [sameClothes, clothChanging]) {
      const relevance = protocol.prepare(gallery)({ personId: 'a', cameraId: '1', clothesId: '1' });
      expect(relevance).toEqual({ positives: [], ignored: [0] });
    }
  });
});

describe('PRCC protocols', () => {
  it.each([
    ['same', 'B'],
    ['changed', 'C'],
  ] as const)('%s clothes: all 100 cases are as Simple-CCReID has them', (name, camera) => {
    const cases = references.prcc;
    expect(cases).toHaveLength(100);
    expect(cases.filter((one) => hasTies(one[name])).length).toBeGreaterThan(30);
    for (const one of cases) {
      const { queryPersons, distances } = one[name];
      const queries = labelled(queryPersons, new Array(queryPersons.length).fill(camera));
      const gallery = labelled(one.galleryPersons, new Array(one.galleryPersons.length).fill('A'));
      const ours = measure(acrossCameras, queries, gallery, distances);
      expect(difference(ours, one[name])).toBeLessThanOrEqual(tolerance);
    }
  });
});
