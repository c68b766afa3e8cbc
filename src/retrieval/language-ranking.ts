/** The language model's order of a shortlist: by pairs, by best choice, or the finalists of best choice by pairs. */
import type { Engine } from '../engine/engine.ts';
import { choiceLabels, softmax, yesProbability } from '../engine/scorer.ts';
import type { Picture } from '../foundation/picture.ts';
import { multiTurnBestChoice, type Strength } from './best-choice.ts';
import type { Comparison } from './comparison.ts';
import type { SearchMode } from './search-result.ts';

export interface Judged<T> {
  readonly candidate: T;
  /** Probability from the reply, 0 to 1; undefined where only the order is the model's. */
  readonly confidence?: number;
  /** Logit of that probability, where the candidate was compared by itself. */
  readonly logit?: number;
  /** Natural log of its worth in the best choice, 0 for the winner; undefined where none was asked. */
  readonly strength?: number;
}

/** Candidates in one best-choice prompt: few enough for small models to tell apart, many enough to save prompts. */
const groupSize = 10;
/** `full`: as many of the best-choice winners are compared one by one with the query. */
const finalists = 20;

/** How the finalists of `full` are picked, where that was measured. */
export interface Picking<T> {
  /** Of a candidate with a strength in the best choice. */
  readonly worth: (candidate: T, strength: number) => number;
  /** False where the strength changes no worth: then no best choice is asked for, and the filter picks. */
  readonly byChoice: boolean;
}

/**
 * @param picking default: by the strength in the best choice alone
 * @returns the whole shortlist in the model's own order, best first; equal confidences keep the given (filter's) order
 */
export async function rankByLanguage<T extends { readonly picture: Picture }>(
  engine: Engine,
  comparison: Comparison,
  shortlist: readonly T[],
  mode: Exclude<SearchMode, 'filter'>,
  signal?: AbortSignal,
  picking?: Picking<T>,
): Promise<Judged<T>[]> {
  const options = signal ? { signal } : {};

  const byPairs = async (candidates: readonly T[]): Promise<Judged<T>[]> => {
    const prompts = candidates.map(({ picture }) => comparison.pairPrompt(picture));
    const rows = await engine.score(prompts, ['Yes', 'No'], options);
    return candidates
      .map((candidate, i) => {
        const [yes, no] = rows[i]!;
        return { candidate, confidence: yesProbability(rows[i]!), logit: boundedLogit(yes! - no!) };
      })
      .sort((a, b) => b.confidence - a.confidence);
  };

  const byBestChoice = async (): Promise<Strength<T>[]> => {
    const size = Math.min(groupSize, (await engine.describe()).maxChoices);
    return multiTurnBestChoice(shortlist, size, async (groups) => {
      const labels = choiceLabels(Math.max(...groups.map((group) => group.length)));
      const prompts = groups.map((group) =>
        comparison.groupPrompt(
          group.map(({ picture }) => picture),
          labels,
        ),
      );
      const rows = await engine.score(prompts, labels, options);
      return groups.map((group, g) => softmax(rows[g]!.slice(0, group.length)));
    });
  };

  if (shortlist.length === 0) return [];
  if (mode === 'pairwise') return byPairs(shortlist);
  if (mode === 'full' && picking && !picking.byChoice) {
    const compared = await byPairs(shortlist.slice(0, finalists));
    return [...compared, ...shortlist.slice(finalists).map((candidate) => ({ candidate }))];
  }
  const chosen = await byBestChoice();
  if (mode === 'best-choice') return chosen;
  const strengths = new Map(chosen.map(({ candidate, strength }) => [candidate, strength]));
  const order = picking
    ? chosen.toSorted(
        (a, b) => picking.worth(b.candidate, b.strength) - picking.worth(a.candidate, a.strength),
      )
    : chosen;
  const compared = await byPairs(order.slice(0, finalists).map(({ candidate }) => candidate));
  const seen = new Set(compared.map(({ candidate }) => candidate));
  return [
    ...compared.map((judged) => ({ ...judged, strength: strengths.get(judged.candidate)! })),
    ...chosen.filter(({ candidate }) => !seen.has(candidate)),
  ];
}

/** Beyond 50 a probability is 0 or 1 in every respect, and infinity could be neither kept nor summed. */
export function boundedLogit(logit: number): number {
  return Math.min(50, Math.max(-50, logit));
}
