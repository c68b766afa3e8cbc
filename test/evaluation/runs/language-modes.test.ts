/** The modes with the language model: the ranking written out naively, what is judged, and what is said of it. */
import { describe, expect, it } from 'vitest';
import type { RunOptions } from '../../../src/engine/engine.ts';
import type { Prompt } from '../../../src/engine/prompt.ts';
import type { Benchmark, BenchmarkRow, QueryRow } from '../../../src/evaluation/benchmark.ts';
import { reliability } from '../../../src/evaluation/metrics/reliability.ts';
import type { QueryResult } from '../../../src/evaluation/runs/query-result.ts';
import { loadRun } from '../../../src/evaluation/runs/stored-runs.ts';
import { ChatReidError } from '../../../src/foundation/error.ts';
import { pictureFromFile } from '../../../src/foundation/picture.ts';
import { Comparison } from '../../../src/retrieval/comparison.ts';
import { rankByLanguage } from '../../../src/retrieval/language-ranking.ts';
import { queryKind } from '../../../src/retrieval/query.ts';
import { dot, encodeQuery } from '../../../src/retrieval/query-vector.ts';
import type { SearchMode } from '../../../src/retrieval/search-result.ts';
import { FakeEncoder, FakeEngine } from '../../support/fake-engine.ts';
import { drawnBenchmark, evaluationOptions, SlowEngine } from './drawn-benchmark.ts';
import { DrawnWorkplace } from './drawn-workplace.ts';

const workplace = new DrawnWorkplace();
const { evaluate } = workplace;

const { calibration } = evaluationOptions('', '');
const taus = { image: 0, text: -0.1, mixed: 0.1 };

/** Of one query: gallery rows, best first, those of its person and camera left out; and how many of them τ keeps. */
async function naiveRanking(
  row: QueryRow,
  gallery: readonly BenchmarkRow[],
  mode: SearchMode,
  shortlist: number,
): Promise<{ order: BenchmarkRow[]; filter: BenchmarkRow[]; above: number; said: number[] }> {
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
  const kind = queryKind(query)!;
  const above = candidates.filter(({ score }) => score >= taus[kind]).length;
  const said = calibration.confidences(kind, candidates, candidates.length);
  if (mode === 'filter') return { order: filter, filter, above, said };
  const kept = candidates.filter(({ score }) => score >= taus[kind]).slice(0, shortlist);
  const judged = await rankByLanguage(new FakeEngine(), await Comparison.of(kind, query), kept, mode);
  const order = [...judged.map(({ candidate }) => candidate.one), ...filter.slice(kept.length)];
  return { order, filter, above, said };
}

async function firstOf(benchmark: Benchmark): Promise<[QueryRow, readonly BenchmarkRow[]]> {
  const { queries, gallery } = await benchmark.read(workplace.data, { allowPartial: false });
  return [queries[0]!, gallery];
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
      const { queries, gallery } = await drawnBenchmark().read(workplace.data, { allowPartial: false });
      expect(results.map(({ source }) => source)).toEqual(queries.map(({ source }) => source));
      for (const [at, row] of queries.entries()) {
        const { order, filter, above, said } = await naiveRanking(row, gallery, mode, shortlist);
        const expected = naiveScore(order, row);
        const impostor = order.findIndex((one) => one.personId !== row.personId);
        expect(results[at]).toMatchObject({
          firstRank: expected.firstRank,
          correct: order[0]!.personId === row.personId,
          bestImpostor: { source: order[impostor]!.source, rank: impostor + 1 },
          kept: above,
        });
        expect(results[at]!.averagePrecision).toBeCloseTo(expected.averagePrecision, 12);
        expect(results[at]!.inversePenalty).toBeCloseTo(expected.inversePenalty, 12);
        expect(results[at]!.top.map(({ source }) => source)).toEqual(
          order.slice(0, 10).map(({ source }) => source),
        );
        if (mode === 'filter' || mode === 'best-choice') {
          expect(results[at]!.firstConfidence).toBeCloseTo(said[filter.indexOf(order[0]!)]!, 5);
        }
        if (mode !== 'filter') {
          expect(results[at]!.filter!.averagePrecision).toBeCloseTo(
            naiveScore(filter, row).averagePrecision,
            12,
          );
        }
      }
      expect(report.mAP).toBeCloseTo(mean(results.map((one) => one.averagePrecision)), 12);
      expect(report.rank1).toBeCloseTo(mean(results.map((one) => Number(one.correct))), 12);
      const [said, correct] = [results.map((one) => one.firstConfidence), results.map((one) => one.correct)];
      expect(report.reliability).toEqual(reliability(said, correct));
      if (mode !== 'filter') {
        const judged = results.map(({ kept }) => Math.min(kept, shortlist));
        expect(report.language!.candidates).toBeCloseTo(mean(judged), 12);
      }
      expect(report).toMatchObject({ mode, queries: 18, gallery: 18, trials: 1, skipped: 0, taus });
      expect(report.queryKinds).toEqual({ image: 6, text: 6, mixed: 6 });
    },
  );

  it('hands on what is worth knowing of the data, which makes nothing partial', async () => {
    const whole = drawnBenchmark();
    const remarks = ['Two cameras look at one place.'];
    const { report } = await evaluate(
      {},
      { ...whole, read: async (...args) => ({ ...(await whole.read(...args)), remarks }) },
    );
    expect(report).toMatchObject({ notes: remarks, partial: false });
  });

  it('finds the first wrong answer behind more right ones than were looked at', async () => {
    const whole = drawnBenchmark();
    const many: Benchmark = {
      ...whole,
      async read(folder, options) {
        const { queries, gallery } = await whole.read(folder, options);
        const [query] = queries;
        const copies = Array.from({ length: 130 }, (_, at) => ({
          source: `copy-${at}`,
          path: query!.path!,
          personId: query!.personId,
        }));
        const others = gallery.filter(({ personId }) => personId !== query!.personId);
        return { queries: [query!], gallery: [...others, ...copies], differences: [] };
      },
    };
    const { report } = await evaluate({}, many);
    const { queries } = await loadRun(report.run);
    const { order } = await naiveRanking(...(await firstOf(many)), 'filter', 0);
    const impostor = order.findIndex(({ source }) => !source.startsWith('copy'));
    expect(impostor).toBe(130);
    expect(queries[0]!.bestImpostor).toEqual({ source: order[impostor]!.source, rank: 131 });
    const long = await evaluate({ mode: 'pairwise', engine: new FakeEngine(), shortlist: 120 }, many);
    expect(long.report.language).toMatchObject({ candidates: 120, enginePrompts: 120 });
  });

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
    const home = workplace.at('failing');
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
  ] as const)('in mode %s with %d for an answer is refused', async (mode, value) => {
    const engine = new Failing(5, (row) => row.map(() => value));
    await expect(evaluate({ mode, engine })).rejects.toMatchObject({
      code: 'MODEL_DAMAGED',
      message: expect.stringMatching(/query-\d-\d.*not a number/),
    });
  });

  it('with one answer that is infinitely likely is refused', async () => {
    const engine = new Failing(5, ([_, ...others]) => [Number.POSITIVE_INFINITY, ...others]);
    await expect(evaluate({ mode: 'best-choice', engine })).rejects.toMatchObject({ code: 'MODEL_DAMAGED' });
  });

  it('stops when it is told to, with what was judged kept', async () => {
    const home = workplace.at('stopped');
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
