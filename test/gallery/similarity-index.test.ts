/** Exact search in memory against plain arithmetic: random, tied, scoped, grown and shrunk. */
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { RowScorer } from '../../src/gallery/row-scorer.ts';
import { SimilarityIndex } from '../../src/gallery/similarity-index.ts';
import { random, unitVector } from './test-pictures.ts';

const scorer = new RowScorer();
afterAll(() => scorer.close());

interface Row {
  readonly seq: number;
  readonly id: string;
  readonly camera: string;
  readonly vector: Float32Array;
}

const idOf = (seq: number) => seq.toString(16).padStart(8, '0').repeat(8);

function put(index: SimilarityIndex, row: Row): void {
  index.put({ seq: row.seq, hash: Buffer.from(row.id, 'hex'), camera: row.camera }, row.vector);
}

function dot(a: Float32Array, b: Float32Array): number {
  const product = a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
  return Math.min(1, Math.max(-1, product));
}

function bruteForce(
  rows: readonly Row[],
  query: Float32Array,
  tau: number,
  limit: number,
  cameras: string[],
) {
  const scored = rows
    .filter((row) => cameras.length === 0 || cameras.includes(row.camera))
    .map((row) => ({ pictureId: row.id, seq: row.seq, score: dot(row.vector, query) }));
  const hits = scored.toSorted((a, b) => b.score - a.score || a.seq - b.seq).slice(0, limit);
  return {
    hits: hits.map(({ pictureId, score }) => ({ pictureId, score })),
    of: scored.length,
    kept: scored.filter(({ score }) => score >= tau).length,
  };
}

/** Rows in a shuffled order of arrival; every few share one of a handful of vectors, so that ties are common. */
function manyRows(seed: number, count: number, dimension: number): Row[] {
  const next = random(seed);
  return Array.from({ length: count }, (_, seq) => ({
    seq: seq + 1,
    id: idOf(seq + 1),
    camera: `${Math.floor(next() * 4)}`,
    vector: unitVector(Math.floor(next() * count * 0.7), dimension),
  }))
    .map((row) => ({ row, key: next() }))
    .sort((a, b) => a.key - b.key)
    .map(({ row }) => row);
}

describe('SimilarityIndex', () => {
  it('agrees with brute force, ties included, for any size of segment, scope, tau and limit', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          seed: fc.nat(1e6),
          count: fc.integer({ min: 1, max: 200 }),
          dimension: fc.integer({ min: 1, max: 40 }),
          segmentRows: fc.integer({ min: 1, max: 64 }),
          limit: fc.integer({ min: 0, max: 250 }),
          cameras: fc.subarray(['0', '1', '2', '3', 'none']),
          removed: fc.integer({ min: 0, max: 5 }),
        }),
        async ({ seed, count, dimension, segmentRows, limit, cameras, removed }) => {
          const index = new SimilarityIndex(dimension, scorer, { segmentRows });
          const rows = manyRows(seed, count, dimension);
          for (const row of rows) put(index, row);
          for (const row of rows.slice(0, removed)) index.forget(row.seq);
          const left = rows.slice(removed);
          const query = unitVector(seed, dimension);
          // A tau that some row meets exactly.
          const tau = dot(left[0]?.vector ?? query, query);
          const outcome = await index.search({ vector: query, tau, limit, scope: { cameras } });
          expect(outcome).toEqual(bruteForce(left, query, tau, limit, cameras));
        },
      ),
      { numRuns: 150 },
    );
  });

  it('gives equal vectors equal scores in a whole segment, a part of one, and alone', async () => {
    const index = new SimilarityIndex(48, scorer, { segmentRows: 32 });
    const vector = unitVector(1, 48);
    for (let seq = 1; seq <= 97; seq++) {
      put(index, { seq, id: idOf(seq), camera: seq % 40 === 1 ? 'rare' : 'common', vector });
    }
    const query = unitVector(2, 48);
    const all = await index.search({ vector: query, tau: 0, limit: 97 });
    const rare = await index.search({ vector: query, tau: 0, limit: 97, scope: { cameras: ['rare'] } });
    expect(all.hits.map((hit) => hit.pictureId)).toEqual(Array.from({ length: 97 }, (_, n) => idOf(n + 1)));
    expect(new Set([...all.hits, ...rare.hits].map((hit) => hit.score)).size).toBe(1);
    expect(rare.of).toBe(3);
  });

  it('takes new vectors and facts of a row in place', async () => {
    const index = new SimilarityIndex(8, scorer);
    const row = { seq: 4, id: idOf(4), camera: 'a', vector: unitVector(1, 8) };
    put(index, row);
    put(index, { ...row, camera: 'b', vector: unitVector(2, 8) });
    const outcome = await index.search({
      vector: unitVector(2, 8),
      tau: 0.999,
      limit: 9,
      scope: { cameras: ['b'] },
    });
    expect(outcome).toMatchObject({ of: 1, kept: 1, hits: [{ pictureId: idOf(4) }] });
    expect(index.size).toBe(1);
  });

  it('scores a block of queries against all rows in the order of registration', async () => {
    const rows = manyRows(9, 150, 24);
    const index = new SimilarityIndex(24, scorer, { segmentRows: 32 });
    for (const row of rows) put(index, row);
    for (const row of rows.slice(0, 7)) index.forget(row.seq);
    const queries = Array.from({ length: 5 }, (_, seed) => unitVector(seed + 500, 24));
    const table = await index.scores(queries);
    const ordered = rows.slice(7).sort((a, b) => a.seq - b.seq);
    expect(table.pictureIds).toEqual(ordered.map((row) => row.id));
    queries.forEach((query, number) => {
      const scores = [...(table.scores[number] ?? [])];
      expect(scores.length).toBe(ordered.length);
      scores.forEach((score, at) => {
        expect(score).toBeCloseTo(dot(ordered[at]?.vector ?? query, query), 5);
      });
    });
  });

  it('finds nothing of a forgotten row, not even its bytes', async () => {
    const index = new SimilarityIndex(8, scorer);
    const vector = unitVector(1, 8);
    put(index, { seq: 1, id: idOf(1), camera: 'a', vector });
    index.forget(1);
    expect(await index.search({ vector, tau: -1, limit: 5 })).toEqual({ hits: [], of: 0, kept: 0 });
    expect(index).toMatchObject({ size: 0, buried: 1 });
  });

  it('refuses a query that is not of this space', async () => {
    const index = new SimilarityIndex(8, scorer);
    for (const vector of [unitVector(1, 7), new Float32Array(8).fill(Number.NaN)]) {
      await expect(index.search({ vector, tau: 0, limit: 1 })).rejects.toMatchObject({
        code: 'OPTION_INVALID',
      });
    }
  });
});
