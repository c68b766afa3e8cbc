/** Two runs over the same queries: the resampled difference is the one that theory gives. */
import { describe, expect, it } from 'vitest';
import { type ComparedQuery, pairedBootstrap } from '../../../src/evaluation/metrics/paired-bootstrap.ts';

function query(source: string, averagePrecision: number, more: Partial<ComparedQuery> = {}): ComparedQuery {
  return { source, personId: source, averagePrecision, firstRank: 1, inversePenalty: 0.5, ...more };
}

/** Runs of `count` queries, `perPerson` of a person, that differ by `shift` and by noise of the person. */
function runs(count: number, perPerson: number, shift: number): [ComparedQuery[], ComparedQuery[]] {
  const noise = (at: number): number => Math.sin(at * 12.9898 + 1) * 0.1;
  const run = (change: (person: number) => number): ComparedQuery[] =>
    Array.from({ length: count }, (_, at) => {
      const person = Math.floor(at / perPerson);
      return query(`q${at}`, 0.5 + change(person), { personId: `p${person}` });
    });
  return [run(() => 0), run((person) => shift + noise(person))];
}

describe('pairedBootstrap', () => {
  it('gives means, differences and shares of the queries', () => {
    const first = [query('a', 0.5), query('b', 0.25, { firstRank: 3 }), query('c', 1), query('d', 0.5)];
    const second = [query('d', 0.5), query('c', 0.75), query('b', 1), query('a', 0.75)];
    const found = pairedBootstrap(first, second, { resamples: 500 });
    expect(found).toMatchObject({ queries: 4, clusters: 4, onlyInFirst: 0, onlyInSecond: 0 });
    expect(found.mAP).toMatchObject({ first: 0.5625, second: 0.75, difference: 0.1875 });
    expect(found.mAP).toMatchObject({ better: 0.5, worse: 0.25, equal: 0.25 });
    expect(found.rank1).toMatchObject({
      first: 0.75,
      second: 1,
      difference: 0.25,
      better: 0.25,
      equal: 0.75,
    });
    expect(found.mINP).toMatchObject({ difference: 0, interval: [0, 0], pValue: 1, equal: 1 });
  });

  it('has the interval of theory where queries are drawn one by one', () => {
    const [first, second] = runs(900, 1, 0.004);
    const { mAP } = pairedBootstrap(first, second, { cluster: 'query' });
    const changes = first.map((one, at) => second[at]!.averagePrecision - one.averagePrecision);
    const mean = changes.reduce((sum, x) => sum + x, 0) / 900;
    const error = Math.sqrt(changes.reduce((sum, x) => sum + (x - mean) ** 2, 0)) / 900;
    expect(mAP.difference).toBeCloseTo(mean, 15);
    expect(Math.abs(mAP.interval[0] - (mean - 1.96 * error))).toBeLessThan(0.1 * error);
    expect(Math.abs(mAP.interval[1] - (mean + 1.96 * error))).toBeLessThan(0.1 * error);
  });

  it('is wider where the queries of one person go together', () => {
    const [first, second] = runs(900, 9, 0.01);
    const width = (cluster: 'person' | 'query'): number => {
      const { interval } = pairedBootstrap(first, second, { cluster, resamples: 4000 }).mAP;
      return interval[1] - interval[0];
    };
    // Nine equal queries are worth one: the error is three times as large.
    expect(width('person') / width('query')).toBeGreaterThan(2.7);
    expect(width('person') / width('query')).toBeLessThan(3.3);
  });

  it('weighs persons by their queries', () => {
    const first = ['a', 'b', 'c', 'd'].map((source) => query(source, 0));
    const second = [1, 1, 1, 0].map((ap, at) =>
      query(first[at]!.source, ap, { personId: at < 3 ? 'many' : 'one' }),
    );
    const owners = first.map((one, at) => ({ ...one, personId: at < 3 ? 'many' : 'one' }));
    const { mAP, clusters } = pairedBootstrap(owners, second, { resamples: 4000, level: 0.4 });
    expect(clusters).toBe(2);
    expect(mAP.difference).toBe(0.75);
    // Draws: both the one person (0), one of each (3/4), both the other (1), a quarter, a half and a quarter of the time.
    expect(mAP.interval).toEqual([0.75, 0.75]);
    expect(mAP.pValue).toBeGreaterThan(0.45);
    expect(mAP.pValue).toBeLessThan(0.55);
  });

  it('has small p-values for what is no chance and large ones for what is', () => {
    const clear = pairedBootstrap(...runs(400, 2, 0.1)).mAP;
    expect(clear.pValue).toBeCloseTo(2 / 10_001, 15);
    expect(clear.interval[0]).toBeGreaterThan(0);
    const [first, second] = runs(400, 2, 0);
    const { pValue, interval } = pairedBootstrap(first, second).mAP;
    expect(pValue).toBeGreaterThan(0.05);
    expect(interval[0] < 0 && interval[1] > 0).toBe(true);
  });

  it('repeats itself by the seed', () => {
    const [first, second] = runs(200, 2, 0.01);
    const once = pairedBootstrap(first, second, { resamples: 300, seed: 5 });
    expect(pairedBootstrap(first, second, { resamples: 300, seed: 5 })).toEqual(once);
    expect(pairedBootstrap(first, second, { resamples: 300, seed: 6 }).mAP.interval).not.toEqual(
      once.mAP.interval,
    );
  });

  it('says how the queries of two runs differ, and compares the common ones on demand', () => {
    const first = ['a', 'b', 'c', 'd'].map((source) => query(source, 0.5));
    const second = ['b', 'c', 'x'].map((source) => query(source, 0.75));
    expect(() => pairedBootstrap(first, second)).toThrow(
      expect.objectContaining({
        code: 'DATASET_INVALID',
        message: expect.stringMatching(
          /2 queries in common, 2 are in the first only and 1 in the second only \(such as a\)/,
        ),
      }),
    );
    const common = pairedBootstrap(first, second, { commonOnly: true, resamples: 100 });
    expect(common).toMatchObject({ queries: 2, onlyInFirst: 2, onlyInSecond: 1 });
    expect(common.mAP.difference).toBe(0.25);
  });

  it('keeps the trials of a query apart, and draws them together', () => {
    const trials = (ap: number): ComparedQuery[] =>
      ['a', 'b'].flatMap((source) => [0, 1, 2].map((trial) => query(source, ap + trial / 10, { trial })));
    const found = pairedBootstrap(trials(0.1).reverse(), trials(0.2), { cluster: 'query', resamples: 100 });
    expect(found).toMatchObject({ queries: 6, clusters: 2, mAP: { better: 1 } });
    expect(found.mAP.difference).toBeCloseTo(0.1, 15);
    expect(() => pairedBootstrap(trials(0.1), [...trials(0.2), query('b', 1, { trial: 2 })])).toThrow(
      /b is twice/,
    );
  });

  const some = [query('a', 0.5), query('b', 0.5)];
  it.each([
    [
      some,
      [query('x', 0.5)],
      {},
      'DATASET_INVALID',
      /no query in common: 2 are in the first, 1 in the second/,
    ],
    [[], [], {}, 'DATASET_INVALID', /no query in common/],
    [some, [...some, query('a', 1)], {}, 'DATASET_INVALID', /a is twice in the second run/],
    [
      some,
      [some[0]!, query('b', 1, { personId: 'z' })],
      {},
      'DATASET_INVALID',
      /b is of person b .* person z/,
    ],
    [[some[0]!, query('b', Number.NaN)], some, {}, 'DATASET_INVALID', /score of query b in the first run/],
    [[some[0]!], [some[0]!], {}, 'DATASET_INVALID', /one person only/],
    [some, some, { resamples: 99 }, 'OPTION_INVALID', /99 resamples/],
    [some, some, { seed: 0.5 }, 'OPTION_INVALID', /seed of 0\.5/],
    [some, some, { level: 1 }, 'OPTION_INVALID', /interval of 1/],
  ])('refuses case %#', (first, second, options, code, message) => {
    expect(() => pairedBootstrap(first, second, options)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });
});
