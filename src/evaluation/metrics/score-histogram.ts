/** How alike two pictures of one person are, and two of different persons: the histograms of the report's chart. */
import type { Relevance } from '../protocol.ts';
import { notANumber } from './not-a-number.ts';

export interface ScoreBin {
  /** Inclusive. */
  readonly from: number;
  /** Exclusive, but for the last bin. */
  readonly to: number;
  /** Pairs of a query with a right answer. */
  readonly genuine: number;
  /** Pairs of a query with a wrong answer. */
  readonly impostors: number;
}

const binCount = 100;

/** 100 bins from -1 to 1, where cosine similarities are; a score beyond (a rounding error, or infinite) is in the end bin. */
export class ScoreHistogram {
  readonly #genuine = new Float64Array(binCount);
  readonly #all = new Float64Array(binCount);

  /**
   * One query's row.
   *
   * @param scores one a gallery row
   * @param query number of the query, for the error
   * @throws ChatReidError DATASET_INVALID when a score is not a number
   */
  add(scores: Float32Array | Float64Array, { positives, ignored }: Relevance, query: number): void {
    const all = this.#all;
    for (let row = 0; row < scores.length; row++) {
      const score = scores[row]!;
      // A float64 just under 1 rounds to 2 in the sum.
      if (score >= -1 && score < 1) all[Math.min(binCount - 1, ((score + 1) * (binCount / 2)) | 0)]!++;
      else if (Number.isNaN(score)) throw notANumber(scores, query);
      else all[binOf(score)]!++;
    }
    for (const row of ignored) all[binOf(scores[row]!)]!--;
    for (const row of positives) {
      const bin = binOf(scores[row]!);
      all[bin]!--;
      this.#genuine[bin]!++;
    }
  }

  bins(): ScoreBin[] {
    return Array.from({ length: binCount }, (_, bin) => ({
      from: (2 * bin - binCount) / binCount,
      to: (2 * bin + 2 - binCount) / binCount,
      genuine: this.#genuine[bin]!,
      impostors: this.#all[bin]!,
    }));
  }
}

function binOf(score: number): number {
  return Math.min(binCount - 1, Math.max(0, Math.floor((score + 1) * (binCount / 2))));
}
