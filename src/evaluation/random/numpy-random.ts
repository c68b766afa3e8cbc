/** NumPy's legacy `np.random`: the same draws from the same seed, for reference code that draws with it. */
import { ChatReidError } from '../../foundation/error.ts';
import { MersenneTwister } from './mersenne-twister.ts';

/**
 * `np.random.RandomState(seed)`, which is also what `np.random.seed(seed)` and the functions of `np.random` use. NumPy has
 * frozen these streams (NEP 19); `np.random.default_rng` is another generator.
 */
export class NumpyRandom {
  readonly #twister: MersenneTwister;

  /** @param seed 0 to 2^32 - 1. @throws ChatReidError OPTION_INVALID on any other */
  constructor(seed: number) {
    if (!(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32)) {
      throw notDrawn(`anything from the seed ${seed}`, 'NumPy takes whole numbers from 0 to 4294967295.');
    }
    this.#twister = MersenneTwister.ofNumber(seed);
  }

  /** `np.random.random_sample()`: 0 (inclusive) to 1 (exclusive). */
  random(): number {
    return this.#twister.nextFraction();
  }

  /** `np.random.randint(stop)` or `np.random.randint(start, stop)`: start to stop - 1, at most 2^32 of them. */
  randint(stop: number): number;
  randint(start: number, stop: number): number;
  randint(first: number, second?: number): number {
    const [start, stop] = second === undefined ? [0, first] : [first, second];
    return start + this.#upTo(stop - start - 1);
  }

  /** `np.random.choice(items)`. @throws ChatReidError OPTION_INVALID when there is none */
  choice<Item>(items: readonly Item[]): Item {
    return items[this.#upTo(items.length - 1)]!;
  }

  /** `np.random.choice(items, count, replace=False)`: in the order of drawing. */
  sample<Item>(items: readonly Item[], count: number): Item[] {
    if (!(Number.isInteger(count) && count >= 0 && count <= items.length)) {
      throw notDrawn(`${count} of ${items.length} items`, 'Ask for no more than there are.');
    }
    return this.permutation(items).slice(0, count);
  }

  /** `np.random.permutation(items)`. */
  permutation<Item>(items: readonly Item[]): Item[] {
    const shuffled = [...items];
    for (let i = shuffled.length - 1; i > 0; i--) {
      const j = this.#upTo(i);
      [shuffled[i], shuffled[j]] = [shuffled[j]!, shuffled[i]!];
    }
    return shuffled;
  }

  /** Masked rejection: 0 to `highest`, both inclusive. Draws nothing where only 0 is possible. */
  #upTo(highest: number): number {
    if (!(Number.isInteger(highest) && highest >= 0 && highest < 2 ** 32)) {
      throw notDrawn(`one of ${highest + 1} items`, 'Give at least one to draw from.');
    }
    if (highest === 0) return 0;
    const mask = 0xffffffff >>> Math.clz32(highest);
    let drawn = (this.#twister.nextWord() & mask) >>> 0;
    while (drawn > highest) drawn = (this.#twister.nextWord() & mask) >>> 0;
    return drawn;
  }
}

function notDrawn(what: string, next: string): ChatReidError {
  return new ChatReidError('OPTION_INVALID', `${what} cannot be drawn.`, next);
}
