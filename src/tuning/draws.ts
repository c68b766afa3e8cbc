/** Seeded draws: one stream for each purpose, so that a change to one task leaves the others' bytes as they were. */
import { createHash } from 'node:crypto';
import { MersenneTwister } from '../evaluation/random/mersenne-twister.ts';

export class Draws {
  readonly #twister: MersenneTwister;

  private constructor(words: readonly number[]) {
    this.#twister = MersenneTwister.ofWords(words);
  }

  /** @param purpose e.g. `stage 2 caption`: another purpose, another stream from the same seed */
  static of(seed: number, purpose: string): Draws {
    const digest = createHash('sha256').update(`${seed}\0${purpose}`).digest();
    return new Draws(Array.from({ length: 8 }, (_, i) => digest.readUInt32LE(i * 4)));
  }

  /** 0 (inclusive) to 1 (exclusive). */
  fraction(): number {
    return this.#twister.nextFraction();
  }

  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  /** A whole number from `low` to `high`, both inclusive, each equally likely. */
  between(low: number, high: number): number {
    return low + Math.floor(this.fraction() * (high - low + 1));
  }

  /** @param items at least one */
  pick<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.fraction() * items.length)]!;
  }

  /** Up to `count` different items, in the order of drawing. */
  sample<Item>(items: readonly Item[], count: number): Item[] {
    if (count * 4 < items.length) {
      const taken = new Set<number>();
      while (taken.size < count) taken.add(Math.floor(this.fraction() * items.length));
      return Array.from(taken, (at) => items[at]!);
    }
    return this.shuffled(items).slice(0, count);
  }

  shuffled<Item>(items: readonly Item[]): Item[] {
    const all = [...items];
    for (let i = all.length - 1; i > 0; i--) {
      const j = this.between(0, i);
      [all[i], all[j]] = [all[j]!, all[i]!];
    }
    return all;
  }

  /** @param weights one an item, none negative, not all zero */
  weighted<Item>(items: readonly Item[], weights: readonly number[]): Item {
    let left = this.fraction() * weights.reduce((sum, weight) => sum + weight, 0);
    const at = weights.findIndex((weight) => {
      left -= weight;
      return left < 0;
    });
    return items[at === -1 ? items.length - 1 : at]!;
  }
}
