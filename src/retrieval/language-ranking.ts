/** The language model's order of a shortlist: by pairs, by best choice, or the finalists of best choice by pairs. */
import type { Engine } from '../engine/engine.ts';
import { choiceLabels, softmax, yesProbability } from '../engine/scorer.ts';
import type { Picture } from '../foundation/picture.ts';
import { multiTurnBestChoice } from './best-choice.ts';
import type { Comparison } from './comparison.ts';
import type { SearchMode } from './search-result.ts';

export interface Judged<T> {
  readonly candidate: T;
  /** Probability from the reply, 0 to 1; undefined where only the order is the model's. */
  readonly confidence?: number;
}

/** Candidates in one best-choice prompt: few enough for small models to tell apart, many enough to save prompts. */
const groupSize = 10;
/** `full`: as many of the best-choice winners are compared one by one with the query. */
const finalists = 20;

/** @returns the whole shortlist, best first; equal confidences keep the given (filter's) order */
export async function rankByLanguage<T extends { readonly picture: Picture }>(
  engine: Engine,
  comparison: Comparison,
  shortlist: readonly T[],
  mode: Exclude<SearchMode, 'filter'>,
  signal?: AbortSignal,
): Promise<Judged<T>[]> {
  const options = signal ? { signal } : {};

  const byPairs = async (candidates: readonly T[]): Promise<Judged<T>[]> => {
    const prompts = candidates.map(({ picture }) => comparison.pairPrompt(picture));
    const rows = await engine.score(prompts, ['Yes', 'No'], options);
    return candidates
      .map((candidate, i) => ({ candidate, confidence: yesProbability(rows[i]!) }))
      .sort((a, b) => b.confidence - a.confidence);
  };

  const byBestChoice = async (): Promise<T[]> => {
    const size = Math.min(groupSize, (await engine.describe()).maxChoices);
    const ordered = await multiTurnBestChoice(shortlist, size, async (groups) => {
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
    return ordered.map(({ candidate }) => candidate);
  };

  if (shortlist.length === 0) return [];
  if (mode === 'pairwise') return byPairs(shortlist);
  const order = await byBestChoice();
  if (mode === 'best-choice') return order.map((candidate) => ({ candidate }));
  const compared = await byPairs(order.slice(0, finalists));
  return [...compared, ...order.slice(finalists).map((candidate) => ({ candidate }))];
}
