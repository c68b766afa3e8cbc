/** The strongest wrong answer of a query: what a report shows beside its right ones. */
import type { ScoredQuery } from '../metrics/query-scorer.ts';

/** @returns its row and rank (1 is the best); undefined where every picture is right or ignored */
export function bestImpostor(
  {
    order,
    scores,
    outcome,
  }: {
    readonly order: readonly number[];
    readonly scores: Float32Array;
    readonly outcome: Pick<ScoredQuery, 'ignored'>;
  },
  positives: ReadonlySet<number>,
): { row: number; rank: number } | undefined {
  const at = order.findIndex((candidate) => !positives.has(candidate));
  if (at !== -1) return { row: order[at]!, rank: at + 1 };
  // Everything that was looked at is right: rare, so the whole row may be searched.
  const ignored = new Set(outcome.ignored);
  let row = -1;
  for (let candidate = 0; candidate < scores.length; candidate++) {
    if (positives.has(candidate) || ignored.has(candidate)) continue;
    if (row === -1 || scores[candidate]! > scores[row]!) row = candidate;
  }
  if (row === -1) return undefined;
  let rank = 1;
  for (const right of positives) {
    if (scores[right]! > scores[row]! || (scores[right] === scores[row] && right < row)) rank++;
  }
  return { row, rank };
}
