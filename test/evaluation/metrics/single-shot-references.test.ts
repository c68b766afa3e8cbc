/** CUHK03 classic: drawn galleries agree with torchreid's own answers, and expected ones with drawing very often. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cuhk03Classic } from '../../../src/evaluation/protocols/cuhk03-classic.ts';
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

const { cuhk03 } = readFixture<{
  readonly cuhk03: readonly (Answer & {
    readonly queryPersons: number[];
    readonly queryCameras: number[];
    readonly galleryPersons: number[];
    readonly galleryCameras: number[];
    readonly distances: number[][];
    readonly maxRank: number;
    readonly seed: number;
  })[];
}>('single-shot-references');

const cases = cuhk03.map(withRows);

describe('CUHK03 classic protocol, as the reference draws', () => {
  it('has ties, junk and queries without an answer', () => {
    expect(cases).toHaveLength(100);
    const { unanswered, ignoring } = oddCases(cuhk03Classic, cases);
    for (const some of [cases.filter(hasTies), unanswered, ignoring]) expect(some.length).toBeGreaterThan(30);
  });

  it.each(cases.map((one, index) => [index, one] as const))('case %i is as torchreid has it', (_, one) => {
    const ours = measure(cuhk03Classic, one.queries, one.gallery, one.distances, one);
    expect(difference(ours, one)).toBeLessThanOrEqual(tolerance);
  });
});

describe('CUHK03 classic protocol, corrected', () => {
  const corrected = true;

  /** Every gallery of one picture a person, one after the other. */
  function galleries(persons: readonly number[]): number[][] {
    let all: number[][] = [[]];
    for (const person of new Set(persons)) {
      const rows = persons.flatMap((one, row) => (one === person ? [row] : []));
      all = all.flatMap((some) => rows.map((row) => [...some, row]));
    }
    return all;
  }

  it('is the mean over every gallery that can be drawn', () => {
    const persons = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(
        persons,
        fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 8, maxLength: 8 }),
        (galleryPersons, all) => {
          const distances = all.slice(0, galleryPersons.length);
          const right = galleryPersons[0]!;
          const drawn = galleries(galleryPersons);
          const count = new Set(galleryPersons).size;
          const hits = new Array<number>(count).fill(0);
          for (const gallery of drawn) {
            const order = gallery.toSorted((a, b) => distances[a]! - distances[b]! || a - b);
            const place = order.findIndex((row) => galleryPersons[row] === right);
            for (let k = place; k < count; k++) hits[k]!++;
          }
          const queries = labelled([right]);
          const ours = measure(cuhk03Classic, queries, labelled(galleryPersons), [distances], {
            corrected,
            maxRank: count,
          });
          for (const [k, share] of ours.cmc.entries()) {
            expect(share).toBeCloseTo(hits[k]! / drawn.length, 12);
          }
        },
      ),
    );
  });

  it('does not depend on the seed or on the order of the queries, and mAP stays', () => {
    const one = cases.find(({ queries }) => queries.length > 5)!;
    const measured = measure(cuhk03Classic, one.queries, one.gallery, one.distances, { corrected });
    const turned = measure(cuhk03Classic, one.queries.toReversed(), one.gallery, one.distances.toReversed(), {
      corrected,
      seed: 5,
    });
    expect(turned.mAP).toBeCloseTo(one.mAP, 12);
    for (const [k, share] of measured.cmc.entries()) expect(turned.cmc[k]).toBeCloseTo(share, 12);
  });
});
