/** SYSU-MM01 and RegDB: the metrics agree with Cross-Modal-Re-ID-baseline's own answers. */
import { describe, expect, it } from 'vitest';
import { anyCamera } from '../../../src/evaluation/protocol.ts';
import { sysuMm01 } from '../../../src/evaluation/protocols/sysu-mm01.ts';
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

interface Sysu extends Answer {
  readonly queryPersons: number[];
  readonly queryCameras: number[];
  readonly galleryPersons: number[];
  readonly galleryCameras: number[];
  readonly distances: number[][];
  readonly maxRank: number;
}

const { sysu, regdb } = readFixture<{
  readonly sysu: { readonly all: readonly Sysu[]; readonly indoor: readonly Sysu[] };
  readonly regdb: readonly {
    readonly visiblePersons: number[];
    readonly thermalPersons: number[];
    readonly distances: number[][];
    readonly visibleToThermal: Answer;
    readonly thermalToVisible: Answer;
  }[];
}>('cross-modal-references');

describe.each(['all', 'indoor'] as const)('SYSU-MM01 protocol, %s search', (search) => {
  const cases = sysu[search].map(withRows);

  it('has ties, queries without an answer and what camera 3 ignores', () => {
    expect(cases).toHaveLength(100);
    const { unanswered, ignoring } = oddCases(sysuMm01, cases);
    for (const some of [cases.filter(hasTies), unanswered, ignoring]) expect(some.length).toBeGreaterThan(30);
  });

  it.each(cases.map((one, index) => [index, one] as const))('case %i is as the baseline has it', (_, one) => {
    const ours = measure(sysuMm01, one.queries, one.gallery, one.distances, one);
    expect(one.mINP).toBeDefined();
    expect(difference(ours, one)).toBeLessThanOrEqual(tolerance);
  });

  it('knows cameras by the names of their folders too', () => {
    const one = cases.find(({ queryCameras }) => queryCameras.includes(3))!;
    const folders = (cameras: number[]): string[] => cameras.map((camera) => `cam${camera}`);
    const queries = labelled(one.queryPersons, folders(one.queryCameras));
    const gallery = labelled(one.galleryPersons, folders(one.galleryCameras));
    expect(measure(sysuMm01, queries, gallery, one.distances, one)).toEqual(
      measure(sysuMm01, one.queries, one.gallery, one.distances, one),
    );
  });
});

describe('RegDB protocol', () => {
  const maxRank = 20;

  it('has ties and queries without an answer in both directions', () => {
    expect(regdb).toHaveLength(100);
    const missing = (from: number[], to: number[]): boolean => from.some((person) => !to.includes(person));
    for (const some of [
      regdb.filter(hasTies),
      regdb.filter((one) => missing(one.visiblePersons, one.thermalPersons)),
      regdb.filter((one) => missing(one.thermalPersons, one.visiblePersons)),
    ]) {
      expect(some.length).toBeGreaterThan(30);
    }
  });

  it('visible to thermal: all 100 cases are as the baseline has them', () => {
    for (const one of regdb) {
      const [queries, gallery] = [labelled(one.visiblePersons), labelled(one.thermalPersons)];
      const ours = measure(anyCamera, queries, gallery, one.distances, { maxRank });
      expect(difference(ours, one.visibleToThermal)).toBeLessThanOrEqual(tolerance);
    }
  });

  it('thermal to visible: all 100 cases are as the baseline has them', () => {
    for (const one of regdb) {
      const [queries, gallery] = [labelled(one.thermalPersons), labelled(one.visiblePersons)];
      const turned = one.thermalPersons.map((_, row) => one.distances.map((distances) => distances[row]!));
      const ours = measure(anyCamera, queries, gallery, turned, { maxRank });
      expect(difference(ours, one.thermalToVisible)).toBeLessThanOrEqual(tolerance);
    }
  });
});
