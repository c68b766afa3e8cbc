/** What the simulated talks add up to: hits and BRI by round and policy, and the differences between policies. */
import { dialogueMetrics } from '../metrics/dialogue-metrics.ts';
import { type MeanDifference, meanDifference } from './mean-difference.ts';
import { type Policy, policies, type Talk } from './simulated-talk.ts';

/** Talks about one person; of the random policy there are several. */
export interface PersonTalks {
  readonly personId: string;
  readonly talks: ReadonlyMap<Policy, readonly Talk[]>;
}

export interface PolicyScores {
  readonly policy: Policy;
  /** Shares of the talks, one a round from 0: the person first in this round; among the first ten by now or before. */
  readonly rank1: readonly number[];
  readonly hits10: readonly number[];
  /** Best log Rank Integral of the talk until this round: 0 is perfect. One a round from 1. */
  readonly bri: readonly number[];
  /** Questions asked in a talk, on average. */
  readonly questions: number;
}

/** The product's questions less those of another policy, over the same people; one a round from 1. */
export interface PolicyDifference {
  readonly than: Policy;
  readonly rank1: readonly MeanDifference[];
  readonly hits10: readonly MeanDifference[];
  /** Under 0 is better. */
  readonly bri: readonly MeanDifference[];
}

export interface DialogueScores {
  readonly people: number;
  readonly policies: readonly PolicyScores[];
  readonly differences: readonly PolicyDifference[];
}

export function dialogueScores(people: readonly PersonTalks[], rounds: number, seed: number): DialogueScores {
  const talksOf = (person: PersonTalks, policy: Policy): readonly Talk[] => person.talks.get(policy) ?? [];
  return {
    people: people.length,
    policies: policies.map((policy) => {
      const talks = people.flatMap((person) => talksOf(person, policy));
      return { policy, ...scores(talks, rounds) };
    }),
    differences: (['random', 'none'] as const).map((than) => {
      const by = (measure: (ranks: readonly number[]) => number): MeanDifference =>
        meanDifference(
          people.map(
            (person) => mean(talksOf(person, 'information'), measure) - mean(talksOf(person, than), measure),
          ),
          seed,
        );
      const eachRound = (measure: (ranks: readonly number[]) => number): MeanDifference[] =>
        Array.from({ length: rounds }, (_, round) => by((ranks) => measure(ranks.slice(0, round + 2))));
      return {
        than,
        rank1: eachRound((ranks) => (ranks.at(-1) === 1 ? 1 : 0)),
        hits10: eachRound((ranks) => (Math.min(...ranks) <= 10 ? 1 : 0)),
        bri: eachRound((ranks) => dialogueMetrics([ranks]).bestLogRankIntegral ?? 0),
      };
    }),
  };
}

function scores(talks: readonly Talk[], rounds: number): Omit<PolicyScores, 'policy'> {
  const whole = dialogueMetrics(
    talks.map(({ ranks }) => ranks),
    { hitsAt: [1, 10] },
  );
  return {
    rank1: whole.hits[0]!.perRound,
    hits10: whole.hits[1]!.cumulative,
    bri: Array.from({ length: rounds }, (_, round) => {
      const until = talks.map(({ ranks }) => ranks.slice(0, round + 2));
      return dialogueMetrics(until).bestLogRankIntegral ?? 0;
    }),
    questions: talks.reduce((sum, { asked }) => sum + asked.length, 0) / talks.length,
  };
}

function mean(talks: readonly Talk[], measure: (ranks: readonly number[]) => number): number {
  return talks.reduce((sum, { ranks }) => sum + measure(ranks), 0) / talks.length;
}
