/** The modes with the language model: the ranking written out naively, what is judged, and what is said of it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunOptions } from '../../../src/engine/engine.ts';
import type { Prompt } from '../../../src/engine/prompt.ts';
import type { Benchmark, BenchmarkRow, QueryRow } from '../../../src/evaluation/benchmark.ts';
import { type EvaluationOptions, evaluateBenchmark } from '../../../src/evaluation/evaluation.ts';
import type { QueryResult } from '../../../src/evaluation/runs/query-result.ts';
import { loadRun } from '../../../src/evaluation/runs/stored-runs.ts';
import { ChatReidError } from '../../../src/foundation/error.ts';
import { pictureFromFile } from '../../../src/foundation/picture.ts';
import { Comparison } from '../../../src/retrieval/comparison.ts';
import { rankByLanguage } from '../../../src/retrieval/language-ranking.ts';
import { dot, encodeQuery } from '../../../src/retrieval/query-vector.ts';
import { queryKind } from '../../../src/retrieval/query.ts';
import type { SearchMode } from '../../../src/retrieval/search-result.ts';
import { FakeEncoder, FakeEngine } from '../../support/fake-engine.ts';
import {
  type DrawnOptions,
  drawBenchmark,
  drawnBenchmark,
  evaluationOptions,
  SlowEngine,
} from './drawn-benchmark.ts';

let root: string;
let data: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'chatreid-modes-'));
  data = join(root, 'data');
  await drawBenchmark(data);
});
afterAll(() => rm(root, { recursive: true, force: true }));

let homes = 0;
function evaluate(
  more: Partial<EvaluationOptions>,
  drawn: DrawnOptions | Benchmark = {},
  home = join(root, `home-${homes++}`),
): ReturnType<typeof evaluateBenchmark> {
  const benchmark = 'read' in drawn ? drawn : drawnBenchmark(drawn);
  return evaluateBenchmark(benchmark, evaluationOptions(data, home, more));
}

const taus = { image: 0, text: -0.1, mixed: 0.1 };

/** Of one query: gallery rows, best first, those of its person and camera left out; and how many of them τ keeps. */
async function naiveRanking(
  row: QueryRow,
  gallery: readonly BenchmarkRow[],
  mode: SearchMode,
  shortlist: number,
): Promise<{ order: BenchmarkRow[]; filter: BenchmarkRow[] }> {
  const encoder = new FakeEncoder();
  const pictures = row.path === undefined ? [] : [await pictureFromFile(row.path)];
  const query = { pictures, words: row.caption ?? '', negatives: [] };
  const { query: vector } = await encodeQuery(encoder, query, 0.5);
  const candidates = await Promise.all(
    gallery
      .filter((one) => one.personId !== row.personId || one.cameraId !== row.cameraId)
      .map(async (one) => {
        const picture = await pictureFromFile(one.path);
        const [embedding] = await encoder.encodePictures([picture]);
        return { one, picture, score: dot(vector, embedding as Float32Array) };
      }),
  );
  candidates.sort((a, b) => b.score - a.score);
  const filter = candidates.map(({ one }) => one);
  if (mode === 'filter') return { order: filter, filter };
  const kind = queryKind(query)!;
  const kept = candidates.filter(({ score }) => score >= taus[kind]).slice(0, shortlist);
  const judged = await rankByLanguage(new FakeEngine(), await Comparison.of(kind, query), kept, mode);
  const order = [...judged.map(({ candidate }) => candidate.one), ...filter.slice(kept.length)];
  return { order, filter };
}

function naiveScore(order: readonly BenchmarkRow[], { personId }: QueryRow) {
  const hits = order.flatMap((one, at) => (one.personId === personId ? [at + 1] : []));
  const averagePrecision = hits.reduce((sum, rank, at) => sum + (at + 1) / rank, 0) / hits.length;
  return { firstRank: hits[0], averagePrecision, inversePenalty: hits.length / hits.at(-1)! };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

describe('a mode with the language model', () => {
  it.each(['filter', 'pairwise', 'best-choice', 'full'] as const)(
    'ranks as a search does: %s',
    async (mode) => {
      const shortlist = 7;
      const { report } = await evaluate({ mode, shortlist, engine: new FakeEngine() });
      const { queries: results } = await loadRun(report.run);
      const { queries, gallery } = await drawnBenchmark().read(data, { allowPartial: false });
      expect(results.map(({ source }) => source)).toEqual(queries.map(({ source }) => source));
      for (const [at, row] of queries.entries()) {
        const { order, filter } = await naiveRanking(row, gallery, mode, shortlist);
        const expected = naiveScore(order, row);
        expect(results[at]).toMatchObject({
          firstRank: expected.firstRank,
          correct: order[0]!.personId === row.personId,
          bestImpostor: { source: order.find((one) => one.personId !== row.personId)!.source },
        });
        expect(results[at]!.averagePrecision).toBeCloseTo(expected.averagePrecision, 12);
        expect(results[at]!.inversePenalty).toBeCloseTo(expected.inversePenalty, 12);
        expect(results[at]!.top.map(({ source }) => source)).toEqual(
          order.slice(0, 10).map(({ source }) => source),
        );
        if (mode !== 'filter') {
          expect(results[at]!.filter!.averagePrecision).toBeCloseTo(
            naiveScore(filter, row).averagePrecision,
            12,
          );
        }
      }
      expect(report.mAP).toBeCloseTo(mean(results.map((one) => one.averagePrecision)), 12);
      expect(report.rank1).toBeCloseTo(mean(results.map((one) => Number(one.correct))), 12);
      expect(report).toMatchObject({ mode, queries: 18, gallery: 18, trials: 1, skipped: 0, taus });
      expect(report.queryKinds).toEqual({ image: 6, text: 6, mixed: 6 });
    },
  );

  it('says what the filter alone reaches, and what the best judge could', async () => {
    const filter = (await evaluate({})).report;
    const { report } = await evaluate({ mode: 'full', shortlist: 5, engine: new FakeEngine() });
    for (const name of ['mAP', 'mINP', 'cmc', 'rank1', 'rank5', 'rank10', 'reliability'] as const) {
      expect(report.filter![name], name).toEqual(filter[name]);
    }
    for (const name of ['filterCeiling', 'filterCeilingRank1', 'filterRecall', 'keptShare'] as const) {
      expect(report[name], name).toEqual(filter[name]);
    }
    const { shortlistCeiling } = report.language!;
    expect(shortlistCeiling.mAP).toBeGreaterThan(report.mAP);
    expect(shortlistCeiling.mAP).toBeLessThan(report.filterCeiling);
    expect(report.language).toMatchObject({
      engine: { name: 'fake', checksum: 'f4ce', kind: 'onnx' },
      prompts: expect.arrayContaining(['choose-image@1', 'verify-mixed@1']),
      shortlist: 5,
      judged: 18,
      judgedNow: 18,
    });
  });

  it('means p(yes) by its confidence where there is one, and the filter’s where there is only an order', async () => {
    const results = async (mode: SearchMode): Promise<readonly QueryResult[]> =>
      (await loadRun((await evaluate({ mode, engine: new FakeEngine() })).report.run)).queries;
    const [filter, pairwise, best] = [
      await results('filter'),
      await results('pairwise'),
      await results('best-choice'),
    ];
    for (const { firstConfidence, top } of pairwise) expect(firstConfidence).toBe(top[0]!.confidence);
    const same = best.filter((one, at) => one.top[0]!.source === filter[at]!.top[0]!.source);
    expect(same.length).toBeGreaterThan(0);
    for (const [at, one] of best.entries()) {
      expect(one.top[0]!.confidence).toBeUndefined();
      if (same.includes(one)) expect(one.firstConfidence).toBe(filter[at]!.firstConfidence);
      else expect(one.firstConfidence).toBeLessThanOrEqual(filter[at]!.firstConfidence);
    }
  });

  it('leaves the filter’s ranking where τ leaves nobody to judge', async () => {
    const filter = (await evaluate({ tau: 0.999 })).report;
    const engine = new SlowEngine();
    const { report } = await evaluate({ mode: 'full', tau: 0.999, engine });
    expect(engine.asked).toBe(0);
    expect(report.language).toMatchObject({ judged: 0, emptyShortlists: 18, candidates: 0 });
    expect(report.mAP).toBe(filter.mAP);
    expect(report.reliability).toEqual(filter.reliability);
    expect(report.language!.shortlistCeiling.mAP).toBe(filter.mAP);
  });
});

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

describe('an engine that fails', () => {
  class Failing extends SlowEngine {
    constructor(
      private readonly answersLeft: number,
      private readonly fail: (row: number[]) => number[],
    ) {
      super();
    }
    override async score(prompts: readonly Prompt[], answers: readonly string[], options?: RunOptions) {
      const rows = await super.score(prompts, answers, options);
      return this.asked > this.answersLeft ? rows.map(this.fail) : rows;
    }
  }

  it('keeps what was judged, names the query, and goes on from there', async () => {
    const home = join(root, 'failing');
    const crash = new Failing(40, () => {
      throw new ChatReidError('ENGINE_CRASHED', 'The engine died.', 'Start again.');
    });
    await expect(evaluate({ mode: 'pairwise', engine: crash }, {}, home)).rejects.toMatchObject({
      code: 'ENGINE_CRASHED',
      message: expect.stringMatching(/query-\d-\d.*The engine died/),
      next: expect.stringContaining('kept'),
    });
    const { report } = await evaluate({ mode: 'pairwise', engine: new FakeEngine() }, {}, home);
    expect(report.language!.judgedNow).toBeGreaterThan(0);
    expect(report.language!.judgedNow).toBeLessThan(18);
    const straight = await evaluate({ mode: 'pairwise', engine: new FakeEngine() });
    expect([report.mAP, report.reliability]).toEqual([straight.report.mAP, straight.report.reliability]);
  });

  it.each([
    ['pairwise', Number.NaN],
    ['best-choice', Number.NaN],
    ['full', Number.NEGATIVE_INFINITY],
    ['best-choice', Number.POSITIVE_INFINITY],
  ] as const)('in mode %s with %d for an answer is refused', async (mode, value) => {
    const engine = new Failing(5, (row) => row.map(() => value));
    await expect(evaluate({ mode, engine })).rejects.toMatchObject({
      code: 'MODEL_DAMAGED',
      message: expect.stringMatching(/query-\d-\d.*not a number/),
    });
  });

  it('stops when it is told to, with what was judged kept', async () => {
    const home = join(root, 'stopped');
    const controller = new AbortController();
    const stopped = evaluate(
      {
        mode: 'pairwise',
        engine: new FakeEngine(),
        signal: controller.signal,
        onProgress: ({ phase, done }) => {
          if (phase === 'judging' && done === 3) controller.abort();
        },
      },
      {},
      home,
    );
    await expect(stopped).rejects.toMatchObject({ code: 'CANCELLED' });
    const seen: number[] = [];
    const { report } = await evaluate(
      {
        mode: 'pairwise',
        engine: new FakeEngine(),
        onProgress: ({ phase, done, total }) => {
          if (phase === 'judging') seen.push(done);
          expect(done).toBeLessThanOrEqual(total);
        },
      },
      {},
      home,
    );
    expect(report.language!.judgedNow).toBe(15);
    expect(seen).toEqual(Array.from({ length: 16 }, (_, at) => at + 3));
  });
});
