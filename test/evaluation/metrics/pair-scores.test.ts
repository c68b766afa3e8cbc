/** Streamed pairs: what is held is exact, and what is binned is as if it had been rounded. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  PairScores,
  type PairScoresOptions,
  type ScoreCells,
} from '../../../src/evaluation/metrics/pair-scores.ts';

type Role = 'genuine' | 'impostor' | 'ignored';
interface Pair {
  readonly score: number;
  readonly role: Role;
}

function streamed(rows: readonly (readonly Pair[])[], options?: PairScoresOptions): PairScores {
  const pairs = new PairScores(options);
  const withRole = (row: readonly Pair[], role: Role): number[] =>
    row.flatMap((pair, at) => (pair.role === role ? [at] : []));
  for (const [query, row] of rows.entries()) {
    const relevance = { positives: withRole(row, 'genuine'), ignored: withRole(row, 'ignored') };
    pairs.add(
      Float64Array.from(row, ({ score }) => score),
      relevance,
      query,
    );
  }
  return pairs;
}

/** [score, genuine, impostors] of all different scores, falling. */
function counted(rows: readonly (readonly Pair[])[]): [number, number, number][] {
  const cells = new Map<number, [number, number]>();
  for (const { score, role } of rows.flat()) {
    if (role === 'ignored') continue;
    const cell = cells.get(score) ?? [0, 0];
    cells.set(score, cell);
    cell[role === 'genuine' ? 0 : 1]++;
  }
  return [...cells]
    .map(([score, [g, i]]): [number, number, number] => [score, g, i])
    .sort((a, b) => b[0] - a[0]);
}

const listed = ({ count, scores, genuine, impostors }: ScoreCells): [number, number, number][] =>
  Array.from({ length: count }, (_, at) => [scores[at]!, genuine[at]!, impostors[at]!]);

const role = fc.constantFrom<Role>('genuine', 'impostor', 'impostor', 'impostor', 'ignored');
const rowsOf = (score: fc.Arbitrary<number>): fc.Arbitrary<Pair[][]> =>
  fc.array(fc.array(fc.record({ score, role }), { maxLength: 30 }), { maxLength: 8 });

describe('PairScores', () => {
  it('tells all scores apart while it holds every impostor', () => {
    const score = fc.oneof(
      fc.integer({ min: -5, max: 5 }).map((n) => n / 5),
      fc.double({ min: -1.5, max: 1.5, noNaN: true }).map((x) => x + 0),
      fc.constantFrom(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1, -1, 1.0000001),
    );
    fc.assert(
      fc.property(rowsOf(score), (rows) => {
        const pairs = streamed(rows);
        const cells = pairs.cells();
        expect(listed(cells)).toEqual(counted(rows));
        expect(cells.exactFrom).toBe(Number.NEGATIVE_INFINITY);
        expect(cells.spread.every((spread) => spread === 0)).toBe(true);
        expect(pairs.genuine).toBe(rows.flat().filter((pair) => pair.role === 'genuine').length);
        expect(pairs.impostors).toBe(rows.flat().filter((pair) => pair.role === 'impostor').length);
      }),
      { numRuns: 40 },
    );
  });

  it('counts by bins what it cannot hold, and the highest exactly', () => {
    // 2^20 bins from 0 to 2^19: two bins a unit, so that a score of quarters shares its bin with one other.
    const score = fc.integer({ min: 0, max: 60 }).map((n) => n / 4);
    fc.assert(
      fc.property(rowsOf(score), fc.integer({ min: 0, max: 30 }), (rows, held) => {
        const cells = streamed(rows, { range: [0, 2 ** 19], held }).cells();
        const { exactFrom } = cells;
        const rounded = rows.map((row) =>
          row.map((pair) =>
            pair.score >= exactFrom ? pair : { ...pair, score: Math.floor(2 * pair.score) / 2 },
          ),
        );
        const expected = counted(rounded);
        expect(listed(cells).map(([, g, i]) => [g, i])).toEqual(expected.map(([, g, i]) => [g, i]));
        for (const [at, [score]] of listed(cells).entries()) {
          const [exact, genuine, impostors] = expected[at]!;
          if (exact >= exactFrom) expect(score).toBe(exact);
          else expect(score > exact + 0.25 && score < exact + 0.5).toBe(true);
          expect(cells.spread[at]).toBe(exact < exactFrom && genuine > 0 && impostors > 0 ? 1 : 0);
        }
        // The impostors that were promised are in the exact part, short of those that share the bin at its border.
        const impostors = rounded.flat().filter((pair) => pair.role === 'impostor');
        const exact = impostors.filter((pair) => pair.score >= exactFrom).length;
        const border = impostors.filter((pair) => pair.score === exactFrom - 0.5).length;
        if (exactFrom > Number.NEGATIVE_INFINITY) expect(exact + border).toBeGreaterThan(held);
      }),
      { numRuns: 40 },
    );
  });

  it('gives the same for single and double precision', () => {
    const scores = [0.5, 0.25, -0.75, 1, 0.25];
    const relevance = { positives: [1], ignored: [3] };
    const [single, double] = [Float32Array, Float64Array].map((Kind) => {
      const pairs = new PairScores();
      pairs.add(Kind.from(scores), relevance, 0);
      return listed(pairs.cells());
    });
    expect(single).toEqual(double);
    expect(single).toEqual([
      [0.5, 0, 1],
      [0.25, 1, 1],
      [-0.75, 0, 1],
    ]);
  });

  it.each([
    [[0.5, Number.NaN, 0.1], { positives: [0], ignored: [] }],
    [[0.5, Number.NaN, 0.1], { positives: [1], ignored: [] }],
  ])('names the query and the row of a score that is no number', (scores, relevance) => {
    expect(() => new PairScores().add(Float32Array.from(scores), relevance, 7)).toThrow(
      expect.objectContaining({
        code: 'DATASET_INVALID',
        message: expect.stringMatching(/query row 7 against gallery row 1 /),
      }),
    );
  });

  it.each([
    [{ range: [1, 1] as const }],
    [{ range: [0, Number.NaN] as const }],
    [{ held: -1 }],
    [{ held: 1.5 }],
  ])('refuses %j', (options) => {
    expect(() => new PairScores(options)).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
  });
});
