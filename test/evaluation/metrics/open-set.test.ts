/** What is measured is what the product says, with the person there and without. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OpenSet, type OpenSetQuery, type OpenSetSearch } from '../../../src/evaluation/metrics/open-set.ts';
import { Calibration } from '../../../src/retrieval/calibration.ts';
import { decide } from '../../../src/retrieval/decision.ts';
import { calibrationNumbers } from '../../support/calibration-numbers.ts';

const calibration = new Calibration(calibrationNumbers);

const search = (filterScore: number, confidence: number, of = 50): OpenSetSearch => ({
  ranking: [{ filterScore, confidence }],
  of,
});
const asked = (absent: OpenSetSearch, present?: OpenSetSearch & { firstRight: boolean }): OpenSetQuery => ({
  kind: 'image',
  absent,
  ...(present ? { present } : {}),
});

describe('OpenSet', () => {
  it('counts each answer of the product', () => {
    const { foundFrom, absentBelow } = decide(calibration, 'image', [], 50, 0.01).decisionDetail;
    const strong = search(foundFrom, 0.9);
    const doubtful = search(foundFrom, 0.4);
    const weak = search(absentBelow - 0.01, 0.1);
    const open = new OpenSet(calibration, [0.01]);
    open.add(asked(strong, { ...strong, firstRight: true }), 0);
    open.add(asked(doubtful, { ...strong, firstRight: false }), 1);
    open.add(asked(weak, { ...doubtful, firstRight: true }), 2);
    open.add(asked(weak, { ...weak, firstRight: true }), 3);
    open.add(asked(weak), 4);
    const { present, absent, atRates } = open.report();
    expect([present, absent]).toEqual([4, 5]);
    expect(atRates).toEqual([
      {
        rate: 0.01,
        absent: { found: 0.2, unsure: 0.2, notInGallery: 0.6 },
        present: { found: 0.25, misidentified: 0.25, unsure: 0.25, notInGallery: 0.25 },
      },
    ]);
  });

  it('takes nobody for somebody else where it does not say that it found the person', () => {
    const open = new OpenSet(calibration, [0.01]);
    const { foundFrom } = decide(calibration, 'image', [], 50, 0.01).decisionDetail;
    open.add(asked(search(-1, 0), { ...search(foundFrom, 0.4), firstRight: false }), 0);
    expect(open.report().atRates[0]!.present).toEqual({
      found: 0,
      misidentified: 0,
      unsure: 1,
      notInGallery: 0,
    });
  });

  it('finds no fewer at a looser rate, and its shares add up', () => {
    const score = fc.double({ min: -1, max: 1, noNaN: true });
    const confidence = fc.double({ min: 0, max: 1, noNaN: true });
    const one = fc.record({ a: score, b: score, c: confidence, d: confidence, firstRight: fc.boolean() });
    fc.assert(
      fc.property(fc.array(one, { minLength: 1, maxLength: 20 }), (queries) => {
        const open = new OpenSet(calibration, [0.001, 0.01, 0.3]);
        for (const [row, { a, b, c, d, firstRight }] of queries.entries()) {
          open.add(asked(search(a, c), { ...search(b, d), firstRight }), row);
        }
        const { atRates } = open.report();
        for (const [at, { absent, present }] of atRates.entries()) {
          for (const shares of [absent, present!]) {
            expect(Object.values(shares).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
          }
          const before = atRates[at - 1];
          if (!before) continue;
          expect(absent.found).toBeGreaterThanOrEqual(before.absent.found);
          expect(present!.found).toBeGreaterThanOrEqual(before.present!.found);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('draws detection against false alarms as their definitions say', () => {
    const score = fc.integer({ min: 0, max: 8 }).map((n) => n / 8);
    const one = fc.record({ a: score, b: score, firstRight: fc.boolean() });
    fc.assert(
      fc.property(fc.array(one, { minLength: 1, maxLength: 12 }), (queries) => {
        const open = new OpenSet(calibration, [0.1, 0.5]);
        for (const [row, { a, b, firstRight }] of queries.entries()) {
          open.add(asked(search(a, 0.5), { ...search(b, 0.5), firstRight }), row);
        }
        const { curve, bestAtRates } = open.report();
        const share = (holds: (query: (typeof queries)[number]) => boolean): number =>
          queries.filter(holds).length / queries.length;
        const far = (t: number): number => share(({ a }) => a > t);
        const dir = (t: number): number => share(({ b, firstRight }) => firstRight && b > t);
        const thresholds = [1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0, -1];
        for (const { falseAlarmRate, detectionRate } of curve) {
          const same = Array.from({ length: 10 }, (_, i) => i / 8 - 0.1).some(
            (t) => far(t) === falseAlarmRate && dir(t) === detectionRate,
          );
          expect(same).toBe(true);
        }
        expect(curve[0]).toEqual({ falseAlarmRate: 0, detectionRate: 0 });
        expect(curve.at(-1)).toEqual({
          falseAlarmRate: 1,
          detectionRate: share((query) => query.firstRight),
        });
        for (const { rate, falseAlarmRate, detectionRate, threshold } of bestAtRates) {
          expect([far(threshold), dir(threshold)]).toEqual([falseAlarmRate, detectionRate]);
          const reachable = thresholds.filter((t) => far(t) <= rate).map(dir);
          expect(detectionRate).toBe(Math.max(...reachable));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('measures the absent alone where nobody is there', () => {
    const open = new OpenSet(calibration, [0.01]);
    open.add(asked(search(-0.5, 0)), 0);
    open.add(asked({ ranking: [], of: 0 }), 1);
    expect(open.report()).toEqual({
      present: 0,
      absent: 2,
      atRates: [{ rate: 0.01, absent: { found: 0, unsure: 0, notInGallery: 1 } }],
      bestAtRates: [],
      curve: [],
    });
  });

  it('refuses impossible rates, nothing at all, and what is no number', () => {
    expect(() => new OpenSet(calibration, [0])).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
    expect(() => new OpenSet(calibration).report()).toThrow(
      expect.objectContaining({ code: 'DATASET_INVALID', message: expect.stringMatching(/no query/) }),
    );
    for (const wrong of [search(Number.NaN, 0.5), search(0.5, Number.NaN)]) {
      expect(() => new OpenSet(calibration).add(asked(wrong), 9)).toThrow(
        expect.objectContaining({ message: expect.stringMatching(/Candidate 1 of query row 9/) }),
      );
    }
  });
});
