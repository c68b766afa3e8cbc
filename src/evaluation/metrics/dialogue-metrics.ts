/** How soon a dialogue finds its target: cumulative hits per round, and the Best log Rank Integral. */
import { ChatReidError } from '../../foundation/error.ts';

/**
 * Of each query, the place of its first right answer after every round, from 1; round 0 is before the first question.
 * All queries have the same number of rounds: a dialogue that ended early stays at its last place. `undefined`: the
 * gallery holds no right answer.
 */
export type RanksByRound = readonly (readonly number[] | undefined)[];

export interface DialogueOptions {
  /** Default 1, 5 and 10. */
  readonly hitsAt?: readonly number[];
  /** Pictures in the gallery, where a query without a right answer is to be counted as the reference code counts it. */
  readonly gallerySize?: number;
  /** Default false. See {@link dialogueMetrics}. */
  readonly corrected?: boolean;
}

export interface DialogueSummary {
  /** Queries that the numbers are over. */
  readonly evaluated: number;
  /** Number of questions: one less than there are ranks of a query. */
  readonly rounds: number;
  readonly hits: readonly DialogueHits[];
  /**
   * Best log Rank Integral, natural logarithm: 0 is perfect (rank 1 before the first question), lower is better. Absent
   * for a dialogue without a question, but for `corrected`.
   */
  readonly bestLogRankIntegral?: number;
}

/** Fractions, 0 to 1, one a round. */
export interface DialogueHits {
  readonly k: number;
  /** Queries that had a right answer among the first k in this round or any before it. Never falls. */
  readonly cumulative: readonly number[];
  /** Queries that have one among the first k in this round. */
  readonly perRound: readonly number[];
}

/**
 * Cumulative hits as in ChatIR (Levy et al., NeurIPS 2023), `eval.py` `cumulative_hits_per_round`, which counts ranks from
 * 0, in per cent, and knows Hits@10 after ten questions alone. BRI as in PlugIR (Lee et al., ACL 2024) and
 * LLaVA-ReID (ICML 2025), `utils/metrics.py` `interactive_metrics`: the best rank so far, its logarithm, the mean over
 * queries, and the trapezoid over rounds divided by the number of questions.
 *
 * Strict and corrected differ in two places. A query without a right answer is given a rank one past the gallery by
 * LLaVA-ReID (`per_sample_ranks`), which drags BRI by a number that is nobody's merit; corrected leaves it out, as every
 * ranking protocol does. A dialogue of round 0 alone has no integral (the reference divides by zero); corrected takes its
 * limit, the mean logarithm of the rank.
 *
 * @throws ChatReidError OPTION_INVALID (a k, or queries without a right answer and no size of the gallery),
 *   DATASET_INVALID (no query, a rank that is none, another number of rounds: the query is named)
 */
export function dialogueMetrics(
  ranks: RanksByRound,
  { hitsAt = [1, 5, 10], gallerySize, corrected = false }: DialogueOptions = {},
): DialogueSummary {
  for (const k of hitsAt) if (!(Number.isInteger(k) && k >= 1)) throw impossibleK(k);
  const length = ranks.find((row) => row !== undefined)?.length ?? 0;
  const rows = ranks.flatMap((row, query) => {
    if (row !== undefined) return [checked(row, query, length, gallerySize)];
    if (corrected) return [];
    if (gallerySize === undefined) throw unknownGallery(query);
    return [new Array<number>(length).fill(gallerySize + 1)];
  });
  if (rows.length === 0 || length === 0) {
    throw new ChatReidError(
      'DATASET_INVALID',
      'No dialogue has a right answer in the gallery: there is nothing to measure.',
      'Check that queries and gallery show the same persons.',
    );
  }

  const best = rows.map((row) => {
    let least = Number.POSITIVE_INFINITY;
    return row.map((rank) => {
      least = Math.min(least, rank);
      return least;
    });
  });
  const rounds = Array.from({ length }, (_, round) => round);
  const share = (table: readonly (readonly number[])[], round: number, k: number): number =>
    table.filter((row) => row[round]! <= k).length / table.length;
  const logs = rounds.map((round) => best.reduce((sum, row) => sum + Math.log(row[round]!), 0) / best.length);
  const integral = length > 1 ? trapezoid(logs) / (length - 1) : corrected ? logs[0]! : undefined;
  return {
    evaluated: rows.length,
    rounds: length - 1,
    hits: hitsAt.map((k) => ({
      k,
      cumulative: rounds.map((round) => share(best, round, k)),
      perRound: rounds.map((round) => share(rows, round, k)),
    })),
    ...(integral === undefined ? {} : { bestLogRankIntegral: integral }),
  };
}

function trapezoid(heights: readonly number[]): number {
  let area = 0;
  for (let at = 1; at < heights.length; at++) area += (heights[at - 1]! + heights[at]!) / 2;
  return area;
}

function checked(
  row: readonly number[],
  query: number,
  length: number,
  gallerySize: number | undefined,
): readonly number[] {
  if (row.length !== length) {
    throw new ChatReidError(
      'DATASET_INVALID',
      `Query row ${query} has ${row.length} ranks, another has ${length}.`,
      'Give every query one rank a round: a dialogue that ended early keeps its last one.',
    );
  }
  const most = gallerySize ?? Number.POSITIVE_INFINITY;
  const round = row.findIndex((rank) => !(Number.isInteger(rank) && rank >= 1 && rank <= most));
  if (round === -1) return row;
  throw new ChatReidError(
    'DATASET_INVALID',
    `The rank of query row ${query} in round ${round} is ${row[round]}: it must be a whole number from 1${gallerySize === undefined ? '' : ` to ${gallerySize}`}.`,
    'Count places from 1, and give no ranks at all for a query without a right answer.',
  );
}

function impossibleK(k: number): ChatReidError {
  return new ChatReidError(
    'OPTION_INVALID',
    `Hits among the first ${k} make no sense.`,
    'Give whole numbers of at least 1.',
  );
}

function unknownGallery(query: number): ChatReidError {
  return new ChatReidError(
    'OPTION_INVALID',
    `Query row ${query} has no right answer, and the size of the gallery is not given: the reference code would rank it one past the gallery.`,
    'Give gallerySize, or ask for corrected metrics, which leave such queries out.',
  );
}
