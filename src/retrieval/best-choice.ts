/** Multi-turn best choice over non-overlapping groups (paper section 3.3.1), merged into one order. */

/** One turn: asks about every group; a row holds the probabilities of that group's candidates, summing to 1. */
export type ChooseTurn<T> = (groups: readonly (readonly T[])[]) => Promise<readonly (readonly number[])[]>;

export interface Strength<T> {
  readonly candidate: T;
  /** Natural log of the candidate's worth relative to the overall winner: 0 for the winner, below 0 for the others. */
  readonly strength: number;
}

/**
 * Every turn asks for the best of each group; the winners meet in the next turn, until one group is left. The paper does
 * not say how its turns are merged. Here the probabilities are read by Luce's choice axiom: the ratio of two candidates'
 * probabilities does not depend on who else was asked about. So a candidate's worth is its ratio to the winner of its
 * group, times the winner's worth in the turn above, and groups of different quality come out on one scale.
 *
 * @param groupSize at least 2
 * @returns best first; candidates of equal strength keep their order
 */
export async function multiTurnBestChoice<T>(
  candidates: readonly T[],
  groupSize: number,
  choose: ChooseTurn<T>,
): Promise<Strength<T>[]> {
  if (candidates.length === 0) return [];
  if (candidates.length === 1) return [{ candidate: candidates[0]!, strength: 0 }];
  const groups = deal(candidates, groupSize);
  const answers = await choose(groups);
  const ranked = groups.map((group, g) => {
    const logs = (answers[g] ?? []).map((p) => Math.log(Math.max(p, Number.MIN_VALUE)));
    const best = Math.max(...logs);
    return {
      head: group[logs.indexOf(best)]!,
      members: group.map((candidate, i) => ({ candidate, log: logs[i]! - best })),
    };
  });
  const heads = await multiTurnBestChoice(
    ranked.map((group) => group.head),
    groupSize,
    choose,
  );
  const worth = new Map(heads.map(({ candidate, strength }) => [candidate, strength]));
  const place = new Map(candidates.map((candidate, index) => [candidate, index]));
  return ranked
    .flatMap(({ head, members }) =>
      members.map(({ candidate, log }) => ({ candidate, strength: log + worth.get(head)! })),
    )
    .sort((a, b) => b.strength - a.strength || place.get(a.candidate)! - place.get(b.candidate)!);
}

/**
 * Non-overlapping groups of nearly equal size, dealt like cards: the strongest candidates of the filter are spread over
 * all groups, so that no group is without one. (40 in groups of at most 16 are 14 + 13 + 13, not 16 + 16 + 8.)
 */
function deal<T>(candidates: readonly T[], groupSize: number): T[][] {
  const groups = Array.from({ length: Math.ceil(candidates.length / groupSize) }, (): T[] => []);
  for (const [index, candidate] of candidates.entries()) groups[index % groups.length]!.push(candidate);
  return groups;
}
