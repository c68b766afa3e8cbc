/** A whole evaluation over a drawn data set: the numbers, the cache, the kill in the middle, and what is refused. */
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Encoder } from '../../src/engine/encoder.ts';
import type { EvaluationProgress } from '../../src/evaluation/benchmark-embedding.ts';
import { market1501 } from '../../src/evaluation/datasets/market1501.ts';
import { type EvaluationOptions, evaluateBenchmark } from '../../src/evaluation/evaluation.ts';
import { acrossCameras, anyCamera } from '../../src/evaluation/protocol.ts';
import { ChatReidError } from '../../src/foundation/error.ts';
import type { Picture } from '../../src/foundation/picture.ts';
import { pictureFromFile } from '../../src/foundation/picture.ts';
import { Calibration } from '../../src/retrieval/calibration.ts';
import { calibrationNumbers } from '../support/calibration-numbers.ts';
import { ColourEncoder, drawDistractors, drawMarket } from './datasets/drawn-market.ts';

let root: string;
let whole: string;
let folder: string;
let home: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'chatreid-evaluation-'));
  whole = join(root, 'whole');
  await drawMarket(whole);
});
afterAll(() => rm(root, { recursive: true, force: true }));
beforeEach(async () => {
  folder = await mkdtemp(join(root, 'data-'));
  home = await mkdtemp(join(root, 'home-'));
  await cp(whole, folder, { recursive: true });
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
  await rm(home, { recursive: true, force: true });
});

function evaluate(
  encoder: Encoder,
  more: Partial<EvaluationOptions> = {},
  benchmark = market1501,
): ReturnType<typeof evaluateBenchmark> {
  return evaluateBenchmark(benchmark, {
    folder,
    encoder,
    calibration: new Calibration(calibrationNumbers),
    cacheFolder: join(home, 'cache'),
    runsFolder: join(home, 'evaluations'),
    tau: 0.9,
    allowPartial: true,
    ...more,
  });
}

/** The protocol written out naively: sort every row, remove, count. */
async function expected(tau: number): Promise<{ mAP: number; rank1: number; keptShare: number }> {
  const { queries, gallery } = await market1501.read(folder, { allowPartial: true });
  const encoder = new ColourEncoder();
  const vectors = async (rows: readonly { path?: string }[]): Promise<Float32Array[]> =>
    (await encoder.encodePictures(
      await Promise.all(rows.map(({ path }) => pictureFromFile(path!))),
    )) as Float32Array[];
  const [q, g] = [await vectors(queries), await vectors(gallery)];
  const scores: { ap: number; first: boolean; kept: number }[] = [];
  for (const [i, query] of queries.entries()) {
    const row = gallery
      .map((one, j) => ({ one, score: g[j]!.reduce((sum, x, d) => sum + x * q[i]![d]!, 0) }))
      .filter(({ one }) => !(one.personId === query.personId && one.cameraId === query.cameraId))
      .sort((a, b) => b.score - a.score);
    const hits = row.map(({ one }) => one.personId === query.personId);
    const right = hits.filter(Boolean).length;
    if (right === 0) continue;
    const precisions = hits.map((hit, at) =>
      hit ? hits.slice(0, at + 1).filter(Boolean).length / (at + 1) : 0,
    );
    scores.push({
      ap: precisions.reduce((sum, p) => sum + p, 0) / right,
      first: hits[0] === true,
      kept: row.filter(({ score }) => score >= tau).length / row.length,
    });
  }
  const mean = (values: number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;
  return {
    mAP: mean(scores.map((one) => one.ap)),
    rank1: mean(scores.map((one) => Number(one.first))),
    keptShare: mean(scores.map((one) => one.kept)),
  };
}

describe('evaluateBenchmark', () => {
  it('gives the numbers of the protocol, and says that a part is a part', async () => {
    const { report, outcomes } = await evaluate(new ColourEncoder());
    const naive = await expected(0.9);
    expect(report).toMatchObject({
      benchmark: 'market1501',
      mode: 'filter',
      queries: 25,
      gallery: 27,
      skipped: 1,
    });
    expect(report.partial).toBe(true);
    expect(report.notes).toContainEqual(expect.stringContaining('25 pictures in query instead of 3368'));
    expect(report.mAP).toBeCloseTo(naive.mAP, 6);
    expect(report.rank1).toBeCloseTo(naive.rank1, 12);
    expect(report.keptShare).toBeCloseTo(naive.keptShare, 12);
    expect(report.mAP).toBeGreaterThan(0.2);
    expect(report.mAP).toBeLessThan(1);
    expect(report.cmc).toHaveLength(27);
    expect([report.cmc[0], report.cmc[4], report.cmc[9]]).toEqual([
      report.rank1,
      report.rank5,
      report.rank10,
    ]);
    expect(report.filterCeiling).toBeGreaterThanOrEqual(report.mAP);
    expect(report.reliability.bins.reduce((sum, bin) => sum + bin.count, 0)).toBe(24);
    expect(outcomes).toHaveLength(24);
  });

  it('encodes nothing the second time and gives the same numbers', async () => {
    const first = await evaluate(new ColourEncoder());
    const again = new ColourEncoder();
    const second = await evaluate(again);
    expect(first.report.encoded).toBeGreaterThan(40);
    expect([again.encoded, second.report.encoded]).toEqual([0, 0]);
    expect(second.outcomes).toEqual(first.outcomes);
  });

  it('goes on where it was stopped', async () => {
    class Dying extends ColourEncoder {
      override async encodePictures(pictures: readonly Picture[]): Promise<(Float32Array | Error)[]> {
        if (this.encoded > 0) throw new ChatReidError('ENGINE_CRASHED', 'The engine died.', 'Start again.');
        return super.encodePictures(pictures);
      }
    }
    await drawDistractors(folder, 60);
    const dying = new Dying();
    await expect(evaluate(dying)).rejects.toMatchObject({ code: 'ENGINE_CRASHED' });
    const next = new ColourEncoder();
    const { report } = await evaluate(next);
    expect(dying.encoded).toBe(64);
    expect(next.encoded).toBeGreaterThan(0);
    const straight = await evaluate(new ColourEncoder(), { cacheFolder: join(home, 'fresh') });
    expect(dying.encoded + next.encoded).toBe(straight.report.encoded);
    expect(report.mAP).toBe(straight.report.mAP);
  });

  it('reports progress through its phases to the end', async () => {
    const seen: EvaluationProgress[] = [];
    await evaluate(new ColourEncoder(), { onProgress: (progress) => seen.push(progress) });
    expect([...new Set(seen.map((one) => one.phase))]).toEqual(['reading', 'encoding', 'scoring']);
    for (const phase of ['reading', 'encoding', 'scoring']) {
      const steps = seen.filter((one) => one.phase === phase);
      expect(steps[0]?.done).toBe(0);
      expect(steps.at(-1)?.done).toBe(steps.at(-1)?.total);
    }
  });

  it('stops when it is told to', async () => {
    const controller = new AbortController();
    const run = evaluate(new ColourEncoder(), {
      signal: controller.signal,
      onProgress: ({ phase }) => {
        if (phase === 'reading') controller.abort();
      },
    });
    await expect(run).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('scores by the mended protocol where it is asked to, and where there is one', async () => {
    const [setting] = market1501.settings;
    const mended: typeof market1501 = { ...market1501, settings: [{ ...setting, corrected: anyCamera }] };
    const rule = async (corrected: boolean, benchmark = mended) =>
      (await evaluate(new ColourEncoder(), { corrected }, benchmark)).report.protocol;
    expect([await rule(true), await rule(false), await rule(true, market1501)]).toEqual([
      anyCamera.rule,
      acrossCameras.rule,
      acrossCameras.rule,
    ]);
  });

  it('refuses a part that was not allowed', async () => {
    await expect(evaluate(new ColourEncoder(), { allowPartial: false })).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: expect.stringContaining('instead of 3368'),
    });
  });

  it('names a picture that cannot be opened, or leaves it out and says so', async () => {
    await writeFile(join(folder, 'bounding_box_test', '0003_c2s1_000001_01.jpg'), 'no picture');
    const pretended = { ...market1501, read: () => market1501.read(folder, { allowPartial: true }) };
    await expect(evaluate(new ColourEncoder(), { allowPartial: false }, pretended)).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: expect.stringContaining('bounding_box_test/0003_c2s1_000001_01.jpg'),
    });
    const { report } = await evaluate(new ColourEncoder());
    expect(report.gallery).toBe(26);
    expect(report.notes).toContainEqual(expect.stringContaining('0003_c2s1_000001_01.jpg was left out'));
  });

  it('does not bury its report under rows that were left out', async () => {
    const pretended: typeof market1501 = {
      ...market1501,
      async read(...args) {
        const rows = await market1501.read(...args);
        const gone = Array.from({ length: 50 }, (_, at) => ({
          source: `gone-${at}`,
          path: join(folder, `gone-${at}.jpg`),
          personId: '1',
        }));
        return { ...rows, gallery: [...rows.gallery, ...gone] };
      },
    };
    const { report } = await evaluate(new ColourEncoder(), {}, pretended);
    const told = report.notes.filter((note) => note.includes('left out'));
    expect(told).toHaveLength(21);
    expect(told.at(-1)).toMatch(/^3[01] more pictures or queries were left out\.$/);
  });

  it('refuses an embedding that is not a number and names its picture', async () => {
    class Broken extends ColourEncoder {
      protected override async encode(picture: Picture): Promise<Float32Array> {
        const vector = await super.encode(picture);
        return this.encoded === 10 ? vector.fill(Number.NaN) : vector;
      }
    }
    await expect(evaluate(new Broken())).rejects.toMatchObject({
      code: 'MODEL_DAMAGED',
      message: expect.stringMatching(/(query|bounding_box_test)\/.*\.jpg by colour .*NaN/),
    });
  });
});
