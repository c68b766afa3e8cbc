/** The scores of all pairs of query and gallery, streamed: genuine pairs exact, impostor pairs in bounded memory. */
import { ChatReidError } from '../../foundation/error.ts';
import type { Relevance } from '../protocol.ts';
import { notANumber } from './not-a-number.ts';

export interface PairScoresOptions {
  /** Scores from -1 to 1 (cosine similarities) have 2^20 bins; what is outside goes to one bin at either end. */
  readonly range?: readonly [lowest: number, highest: number];
  /**
   * How many of the highest impostor scores are kept one by one: up to twice as many until memory is full, and then whole
   * bins of no more than this. Default 2^20, 16 MB.
   */
  readonly held?: number;
}

/**
 * Scores from the highest to the lowest, equal ones together. What lies in one bin counts as equal: it is `spread` where
 * that could matter, which is where both kinds are in it.
 */
export interface ScoreCells {
  readonly count: number;
  /** The score of a cell; of a bin, a number close under its upper edge. Falling. */
  readonly scores: Float64Array;
  readonly genuine: Float64Array;
  readonly impostors: Float64Array;
  readonly spread: Uint8Array;
  /** Scores from here on are told apart exactly; -Infinity where all are. */
  readonly exactFrom: number;
}

const bins = 2 ** 20;
/** Share of a bin's width at its upper end in which no float32 score lies. */
const sliver = 2 ** -20;

/**
 * Market-1501 has 53 million impostor pairs, MSMT17 958 million: they are counted in bins of 2^-19, about the precision
 * of a float32 dot product, and about a million of the highest are kept as they are: fewer by less than a bin, so that few are
 * where very many pairs score alike. So everything is exact for up to a million impostor pairs, and beyond them for every
 * false-match rate that those kept reach, as a rule 1e-2 of Market-1501 and 1e-3 of MSMT17 (the bounds tell).
 * 20 MB and 8 bytes a genuine pair, whatever the size of the gallery; {@link cells} takes up to 100 MB more for its answer.
 */
export class PairScores {
  readonly #lowest: number;
  readonly #highest: number;
  readonly #scale: number;
  readonly #keptWhenFull: number;
  /** 0: under the range; 1 to `bins`: in it; the last: at its end and over it. */
  #counts: Uint32Array | Float64Array = new Uint32Array(bins + 2);
  #held: Float64Array;
  #heldCount = 0;
  /** Every impostor from this bin on is in `#held`. */
  #heldFrom = 0;
  #genuine = new Float64Array(1024);
  #genuineCount = 0;
  #impostorCount = 0;

  /** @throws ChatReidError OPTION_INVALID */
  constructor({ range: [lowest, highest] = [-1, 1], held = 2 ** 20 }: PairScoresOptions = {}) {
    if (!(highest > lowest && Number.isFinite(highest - lowest) && Number.isInteger(held) && held >= 0)) {
      throw new ChatReidError(
        'OPTION_INVALID',
        `Scores from ${lowest} to ${highest}, ${held} of them held, cannot be counted.`,
        'Give a range that rises, and a whole number of at least 0.',
      );
    }
    this.#lowest = lowest;
    this.#highest = highest;
    this.#scale = bins / (highest - lowest);
    this.#keptWhenFull = held;
    this.#held = new Float64Array(Math.max(16, 2 * held));
  }

  get genuine(): number {
    return this.#genuineCount;
  }

  get impostors(): number {
    return this.#impostorCount;
  }

  /**
   * One query's row. A query without a right answer has impostor pairs all the same.
   *
   * @param scores one a gallery row, higher is more alike, infinities included; on one scale for all queries, as similarities
   *   are and the scores of a language model's final ranking are not
   * @param query number of the query, for the error
   * @throws ChatReidError DATASET_INVALID when a score is not a number
   */
  add(scores: Float32Array | Float64Array, { positives, ignored }: Relevance, query: number): void {
    // Half the bytes are half the cache misses, which is most of what this costs, for as long as no count can overflow.
    if (this.#impostorCount + scores.length >= 2 ** 32) this.#counts = Float64Array.from(this.#counts);
    const counts = this.#counts;
    const lowest = this.#lowest;
    const highest = this.#highest;
    const scale = this.#scale;
    let heldFrom = this.#heldFrom;
    let row = 0;
    for (const end of [...positives, ...ignored, scores.length].sort((a, b) => a - b)) {
      for (; row < end; row++) {
        const score = scores[row]!;
        let bin = 0;
        if (score >= lowest) bin = score < highest ? ((score - lowest) * scale + 1) | 0 : bins + 1;
        else if (Number.isNaN(score)) throw notANumber(scores, query);
        counts[bin]!++;
        if (bin >= heldFrom) {
          this.#held[this.#heldCount++] = score;
          if (this.#heldCount === this.#held.length) heldFrom = this.#raise();
        }
      }
      row++;
    }

    for (const at of positives) {
      const score = scores[at]!;
      if (Number.isNaN(score)) throw notANumber(scores, query);
      if (this.#genuineCount === this.#genuine.length) this.#genuine = doubled(this.#genuine);
      this.#genuine[this.#genuineCount++] = score;
    }
    this.#impostorCount += scores.length - positives.length - ignored.length;
  }

  cells(): ScoreCells {
    const genuine = this.#genuine.slice(0, this.#genuineCount).sort();
    const held = this.#held.slice(0, this.#heldCount).sort();
    let binned = 0;
    for (let bin = 0; bin < this.#heldFrom; bin++) if (this.#counts[bin]! > 0) binned++;
    const cells = new CellList(genuine.length + held.length + binned);

    let g = genuine.length - 1;
    let h = held.length - 1;
    const isExact = (score: number): boolean => this.#heldFrom === 0 || this.#bin(score) >= this.#heldFrom;
    while (h >= 0 || (g >= 0 && isExact(genuine[g]!))) {
      const score = Math.max(g >= 0 ? genuine[g]! : -Infinity, h >= 0 ? held[h]! : -Infinity);
      const [firstG, firstH] = [g, h];
      while (g >= 0 && genuine[g] === score) g--;
      while (h >= 0 && held[h] === score) h--;
      cells.push(score, firstG - g, firstH - h, false);
    }
    for (let bin = this.#heldFrom - 1; bin >= 0; bin--) {
      const firstG = g;
      while (g >= 0 && this.#bin(genuine[g]!) === bin) g--;
      const impostors = this.#counts[bin]!;
      if (firstG === g && impostors === 0) continue;
      cells.push(
        this.#edge(bin + 1) - sliver / this.#scale,
        firstG - g,
        impostors,
        firstG !== g && impostors > 0,
      );
    }
    return cells.finish(this.#heldFrom === 0 ? Number.NEGATIVE_INFINITY : this.#edge(this.#heldFrom));
  }

  #bin(score: number): number {
    if (!(score >= this.#lowest)) return 0;
    return score < this.#highest ? ((score - this.#lowest) * this.#scale + 1) | 0 : bins + 1;
  }

  /** Where a bin begins. */
  #edge(bin: number): number {
    if (bin > bins + 1) return Number.POSITIVE_INFINITY;
    return bin === 0 ? Number.NEGATIVE_INFINITY : this.#lowest + (bin - 1) / this.#scale;
  }

  /** Drops whole bins from the bottom of what is held until no more than was asked for is left. */
  #raise(): number {
    let from = bins + 2;
    for (let left = this.#keptWhenFull; from > 0; from--) {
      left -= this.#counts[from - 1]!;
      if (left < 0) break;
    }
    const held = this.#held;
    let kept = 0;
    for (const score of held) if (this.#bin(score) >= from) held[kept++] = score;
    this.#heldCount = kept;
    this.#heldFrom = from;
    return from;
  }
}

class CellList {
  #count = 0;
  readonly #scores: Float64Array;
  readonly #genuine: Float64Array;
  readonly #impostors: Float64Array;
  readonly #spread: Uint8Array;

  constructor(most: number) {
    this.#scores = new Float64Array(most);
    this.#genuine = new Float64Array(most);
    this.#impostors = new Float64Array(most);
    this.#spread = new Uint8Array(most);
  }

  push(score: number, genuine: number, impostors: number, spread: boolean): void {
    const at = this.#count++;
    this.#scores[at] = score;
    this.#genuine[at] = genuine;
    this.#impostors[at] = impostors;
    this.#spread[at] = spread ? 1 : 0;
  }

  finish(exactFrom: number): ScoreCells {
    const count = this.#count;
    return {
      count,
      scores: this.#scores.subarray(0, count),
      genuine: this.#genuine.subarray(0, count),
      impostors: this.#impostors.subarray(0, count),
      spread: this.#spread.subarray(0, count),
      exactFrom,
    };
  }
}

function doubled(numbers: Float64Array): Float64Array<ArrayBuffer> {
  const more = new Float64Array(numbers.length * 2);
  more.set(numbers);
  return more;
}
