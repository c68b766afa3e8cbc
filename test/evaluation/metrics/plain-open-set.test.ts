/** The plain open-set searches are as they are described, and the code that runs agrees with them on any gallery. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OpenSet, type OpenSetSearch } from '../../../src/evaluation/metrics/open-set.ts';
import { FilterMeasures } from '../../../src/evaluation/runs/filter-measures.ts';
import { bestRows } from '../../../src/evaluation/similarity.ts';
import { Calibration } from '../../../src/retrieval/calibration.ts';
import { defaultShortlist } from '../../../src/retrieval/search-result.ts';
import { calibrationNumbers } from '../../support/calibration-numbers.ts';
import { openSetQuery } from './plain-open-set.ts';

const calibration = new Calibration(calibrationNumbers);

describe('openSetQuery', () => {
  const scores = Float32Array.from([0.9, 0.7, 0.6, 0.8, -0.2]);

  it('asks once with the person and once without, and never shows what the protocol ignores', () => {
    const { present, absent } = openSetQuery(
      calibration,
      'image',
      scores,
      { positives: [3, 4], ignored: [0] },
      0,
    );
    const listed = ({ ranking }: OpenSetSearch): number[] => ranking.map(({ filterScore }) => filterScore);
    expect(listed(present!)).toEqual([scores[3], scores[1], scores[2], scores[4]]);
    expect(listed(absent)).toEqual([scores[1], scores[2]]);
    expect([present!.of, absent.of, present!.firstRight]).toEqual([4, 2, true]);
    // The confidences are those of each list by itself: without the person, the prior is another.
    expect(absent.ranking.map(({ confidence }) => confidence)).toEqual(
      calibration.confidences('image', [{ score: scores[1]! }, { score: scores[2]! }], 2),
    );
  });

  it('is right at first by gallery order where scores tie, and looks no further than a search', () => {
    const tied = Float32Array.from([0.5, 0.5, 0.1]);
    const ask = (positives: number[]) =>
      openSetQuery(calibration, 'text', tied, { positives, ignored: [] }, 0, { shortlist: 1 });
    expect([ask([0]).present!.firstRight, ask([1]).present!.firstRight]).toEqual([true, false]);
    expect(ask([0]).present!.ranking).toHaveLength(1);
    expect(ask([0]).absent.ranking.map(({ filterScore }) => filterScore)).toEqual([0.5]);
    expect(ask([])).not.toHaveProperty('present');
  });

  it('names a score that is no number', () => {
    const broken = Float32Array.from([0.5, Number.NaN]);
    expect(() => openSetQuery(calibration, 'image', broken, { positives: [1], ignored: [] }, 4)).toThrow(
      expect.objectContaining({ code: 'DATASET_INVALID', message: expect.stringMatching(/query row 4/) }),
    );
  });
});

describe('FilterMeasures', () => {
  type Relevance = Parameters<typeof openSetQuery>[3];
  const add = (measures: FilterMeasures, scores: Float32Array, relevance: Relevance, query: number): void => {
    const best = bestRows(scores, relevance.ignored, defaultShortlist + relevance.positives.length);
    const likenesses = best.slice(0, defaultShortlist).map((row) => ({ score: scores[row]! }));
    const said = calibration.confidences('image', likenesses, scores.length - relevance.ignored.length);
    measures.add(scores, relevance, best, said, query);
  };

  it('asks the same two searches, whatever ties, is ignored or lies behind the shortlist', () => {
    // Eleven similarities and three labels: ties, queries without an answer, and answers behind the shortlist.
    const row = fc.tuple(
      fc.integer({ min: -2, max: 8 }),
      fc.constantFrom('other', 'other', 'right', 'ignored'),
    );
    const query = fc.oneof(
      fc.array(row, { minLength: 1, maxLength: 12 }),
      fc.array(row, { minLength: defaultShortlist, maxLength: 2 * defaultShortlist }),
    );
    fc.assert(
      fc.property(fc.array(query, { minLength: 1, maxLength: 6 }), (queries) => {
        const [measures, plain] = [new FilterMeasures('image', calibration), new OpenSet(calibration)];
        let asked = 0;
        for (const [at, rows] of queries.entries()) {
          const scores = Float32Array.from(rows, ([score]) => score / 8);
          const all = (label: string): number[] => [...rows.keys()].filter((one) => rows[one]![1] === label);
          const relevance = { positives: all('right'), ignored: all('ignored') };
          if (relevance.ignored.length === rows.length) continue;
          add(measures, scores, relevance, at);
          plain.add(openSetQuery(calibration, 'image', scores, relevance, at), at);
          asked++;
        }
        expect(measures.report().openSet).toEqual(asked === 0 ? undefined : plain.report());
      }),
      { numRuns: 60 },
    );
  });

  it('names a query with a score that is no number, as the plain ones do', () => {
    const broken = Float32Array.from([0.5, Number.NaN]);
    expect(() =>
      add(new FilterMeasures('image', calibration), broken, { positives: [1], ignored: [] }, 4),
    ).toThrow(
      expect.objectContaining({ code: 'DATASET_INVALID', message: expect.stringMatching(/query row 4/) }),
    );
  });
});
