/** The most that anything can reach after the filter: what an oracle scores on the pictures that τ leaves. */
import type { PositiveRanks } from './positive-ranks.ts';

/**
 * The oracle puts every right answer that the filter kept first. What the filter dropped keeps the filter's order behind
 * the rest, as in a real search, so the dropped right answers stay where they were: no ranking of the kept pictures
 * scores more, and the ceiling is never under the filter's own result.
 *
 * @param found of a query with at least one right answer
 * @returns fractions, 0 to 1
 */
export function filterCeiling({ ranks, keptPositives }: PositiveRanks): {
  averagePrecision: number;
  rank1: number;
} {
  let precisions = keptPositives;
  for (let i = keptPositives; i < ranks.length; i++) precisions += (i + 1) / ranks[i]!;
  return {
    averagePrecision: precisions / ranks.length,
    rank1: keptPositives > 0 || ranks[0] === 1 ? 1 : 0,
  };
}
