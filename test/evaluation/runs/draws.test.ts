/** Protocols that draw, and parts that are asked: measured apart, averaged, and numbered as in the whole. */
import { describe, expect, it } from 'vitest';
import type { Benchmark } from '../../../src/evaluation/benchmark.ts';
import { loadRun } from '../../../src/evaluation/runs/stored-runs.ts';
import { FakeEngine } from '../../support/fake-engine.ts';
import { drawnBenchmark, SlowEngine } from './drawn-benchmark.ts';
import { DrawnWorkplace } from './drawn-workplace.ts';

const workplace = new DrawnWorkplace();
const { evaluate } = workplace;

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

describe('draws', () => {
  const even = [0, 2, 4, 6, 8, 10, 12, 14, 16];
  const late = [5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17];
  const trials = [{ gallery: even }, { queries: late }, { queries: late, gallery: late }];

  it.each(['filter', 'pairwise'] as const)('are measured apart and averaged: %s', async (mode) => {
    const engine = new FakeEngine();
    const { report } = await evaluate({ mode, engine }, { trials });
    const alone = await Promise.all(
      trials.map(async (trial) => {
        const whole = drawnBenchmark();
        const one: Benchmark = {
          ...whole,
          async read(folder, options) {
            const rows = await whole.read(folder, options);
            const pick = <T>(all: readonly T[], numbers?: readonly number[]): T[] =>
              all.filter((_, at) => numbers?.includes(at) ?? true);
            return {
              queries: pick(rows.queries, trial.queries),
              gallery: pick(rows.gallery, trial.gallery),
              differences: [],
            };
          },
        };
        return (await evaluate({ mode, engine }, one)).report;
      }),
    );
    expect(report.trials).toBe(3);
    for (const name of ['mAP', 'mINP', 'rank1', 'rank5', 'filterCeiling', 'keptShare'] as const) {
      expect(report[name], name).toBeCloseTo(mean(alone.map((one) => one[name])), 12);
    }
    expect(report.evaluated).toBe(alone.reduce((sum, one) => sum + one.evaluated, 0));
    expect(report.skipped).toBe(alone.reduce((sum, one) => sum + one.skipped, 0));
    expect(report.evaluated + report.skipped).toBe(18 + 2 * late.length);
    const { queries } = await loadRun(report.run);
    expect(new Set(queries.map(({ trial, source }) => `${trial} ${source}`)).size).toBe(report.evaluated);
  });

  it('ask once about a shortlist that two of them share', async () => {
    const [once, twice] = [new SlowEngine(), new SlowEngine()];
    const one = await evaluate({ mode: 'pairwise', engine: once });
    const two = await evaluate({ mode: 'pairwise', engine: twice }, { trials: [{}, {}] });
    expect(twice.asked).toBe(once.asked);
    expect(two.report.language).toMatchObject({ judged: 36, enginePrompts: once.asked });
    expect(two.report.mAP).toBe(one.report.mAP);
  });
});

describe('a CMC that does not count pictures', () => {
  it.each(['persons', 'drawn'])('is that of the final ranking, query by query too: %s', async (setting) => {
    const filter = (await evaluate({ setting })).report;
    // Nobody to judge: the final ranking is the filter's, and its draws are the same ones.
    const same = await evaluate({ setting, mode: 'full', tau: 0.999, engine: new FakeEngine() });
    expect(same.report.cmc).toEqual(filter.cmc);
    const { report } = await evaluate({ setting, mode: 'pairwise', engine: new FakeEngine() });
    expect(report.cmc).not.toEqual(filter.cmc);
    expect(report.filter!.cmc).toEqual(filter.cmc);
    const { queries } = await loadRun(report.run);
    expect(report.rank1).toBeCloseTo(mean(queries.map(({ rank1 }) => rank1!)), 12);
  });

  it('is mended, and drawn from the seed, where it is drawn', async () => {
    const [strict, corrected, other] = await Promise.all([
      evaluate({ setting: 'drawn' }),
      evaluate({ setting: 'drawn', corrected: true }),
      evaluate({ setting: 'drawn', seed: 7 }),
    ]);
    expect(corrected.report.cmc).not.toEqual(strict.report.cmc);
    expect(other.report.cmc).not.toEqual(strict.report.cmc);
    expect(other.report.mAP).toBe(strict.report.mAP);
  });
});

describe('a slice', () => {
  it('asks evenly spread queries of the whole gallery, and says that it is one', async () => {
    const { report } = await evaluate({ mode: 'pairwise', engine: new FakeEngine(), limit: 4 });
    expect(report).toMatchObject({ queries: 4, gallery: 18, partial: true, slice: { asked: 4, of: 18 } });
    expect(report.notes).toEqual(['Only 4 of the 18 queries were asked, evenly spread.']);
    const whole = await loadRun((await evaluate({ mode: 'pairwise', engine: new FakeEngine() })).report.run);
    expect((await loadRun(report.run)).queries).toEqual([0, 4, 9, 13].map((at) => whole.queries[at]));
  });

  it('is the whole where it is as large', async () => {
    const { report } = await evaluate({ limit: 500 });
    expect(report).toMatchObject({ queries: 18, partial: false });
    expect(report.slice).toBeUndefined();
  });

  it('passes over a draw of which nothing is asked', async () => {
    const { report } = await evaluate(
      { limit: 2 },
      { trials: [{ queries: [0, 9] }, { queries: [1, 2, 3] }] },
    );
    expect(report).toMatchObject({ trials: 1, evaluated: 2 });
  });

  it('numbers the draws as the whole does, and counts those that it measured', async () => {
    const trials = [{ queries: [1, 2, 3] }, { queries: [0, 9] }, { queries: [9], gallery: [0, 1, 2] }];
    const whole = await loadRun((await evaluate({}, { trials: trials.slice(0, 2) })).report.run);
    const { report } = await evaluate({ limit: 2 }, { trials });
    expect(report).toMatchObject({ trials: 1, evaluated: 2, skipped: 1 });
    const { queries } = await loadRun(report.run);
    expect(queries).toEqual(whole.queries.filter(({ trial }) => trial === 1));
  });
});
