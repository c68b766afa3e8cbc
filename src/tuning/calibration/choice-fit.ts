/** Weights of filter and language model in a best choice: a conditional logit over the candidates of each shortlist. */
import { solve } from './logistic.ts';

/** One shortlist that was chosen from. */
export interface ChosenFrom {
  readonly person: string;
  readonly candidates: readonly {
    /** Natural-log likelihood ratio of the filter's similarity. */
    readonly ratio: number;
    /** Natural log of the worth in the best choice, 0 for the winner. */
    readonly strength: number;
    readonly right: boolean;
  }[];
}

export interface ChoiceWeights {
  readonly filter: number;
  readonly language: number;
}

/**
 * Each right candidate against the wrong ones of its shortlist (McFadden 1974): what is the same for all candidates falls
 * out, and so does the constant. Shortlists without a right or without a wrong candidate teach nothing and are left out.
 *
 * @returns weights of at least 0: a judge that is worse than chance is not turned round
 */
export function fitChoice(lists: readonly ChosenFrom[], penalty = 1e-3): ChoiceWeights {
  const cases = lists.flatMap(({ candidates }) => {
    const wrong = candidates.filter(({ right }) => !right);
    return wrong.length === 0
      ? []
      : candidates
          .filter(({ right }) => right)
          .map((one) => [one, ...wrong].map((c) => [c.ratio, c.strength]));
  });
  if (cases.length === 0) return { filter: 1, language: 0 };
  const both = newton(cases, [0, 1], penalty);
  if (both[0]! >= 0 && both[1]! >= 0) return { filter: both[0]!, language: both[1]! };
  const alone = both[0]! < 0 ? 1 : 0;
  const weight = Math.max(0, newton(cases, [alone], penalty)[alone]!);
  return alone === 0 ? { filter: weight, language: 0 } : { filter: 0, language: weight };
}

function newton(cases: readonly number[][][], used: readonly number[], penalty: number): number[] {
  const b = [0, 0];
  for (let round = 0; round < 60; round++) {
    const gradient = used.map((i) => penalty * b[i]!);
    const hessian = used.map((_, i) => used.map((__, j) => (i === j ? penalty : 0)));
    for (const options of cases) {
      const odds = options.map((x) => b[0]! * x[0]! + b[1]! * x[1]!);
      const top = Math.max(...odds);
      const weights = odds.map((value) => Math.exp(value - top));
      const total = weights.reduce((sum, value) => sum + value, 0);
      const mean = used.map((i) => options.reduce((sum, x, at) => sum + weights[at]! * x[i]!, 0) / total);
      for (const [row, i] of used.entries()) {
        gradient[row]! += (mean[row]! - options[0]![i]!) / cases.length;
        for (const [column, j] of used.entries()) {
          const product = options.reduce((sum, x, at) => sum + weights[at]! * x[i]! * x[j]!, 0) / total;
          hessian[row]![column]! += (product - mean[row]! * mean[column]!) / cases.length;
        }
      }
    }
    const step = solve(hessian, gradient);
    const largest = Math.max(...step.map(Math.abs));
    for (const [row, i] of used.entries()) b[i]! -= step[row]! * Math.min(1, 2 / Math.max(largest, 1e-12));
    if (largest < 1e-9) break;
  }
  return b;
}

/** Share of shortlists with a right and a wrong candidate whose best is right. */
export function choiceAccuracy(lists: readonly ChosenFrom[], { filter, language }: ChoiceWeights): number {
  const mixed = lists.filter(({ candidates }) => new Set(candidates.map(({ right }) => right)).size === 2);
  const hits = mixed.filter(({ candidates }) => {
    const worth = candidates.map(({ ratio, strength }) => filter * ratio + language * strength);
    return candidates[worth.indexOf(Math.max(...worth))]!.right;
  });
  return hits.length / mixed.length;
}
