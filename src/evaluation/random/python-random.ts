/** Python 3's `random` module: the same draws from the same seed, so that galleries are those of the reference code. */
import { ChatReidError } from '../../foundation/error.ts';
import { MersenneTwister } from './mersenne-twister.ts';

/**
 * `random.Random(seed)` of CPython (Lib/random.py, Modules/_randommodule.c); one object is one generator, as the module
 * itself is one. Every method draws as many words as Python's, so calls can be mixed as in the code that is followed.
 */
export class PythonRandom {
  #twister: MersenneTwister;

  /** As `random.seed(seed)`. @throws ChatReidError OPTION_INVALID when it is no whole number */
  constructor(seed: number | bigint) {
    this.#twister = seeded(seed);
  }

  /** As `random.seed(seed)`: starts anew. @throws ChatReidError OPTION_INVALID when it is no whole number */
  seed(seed: number | bigint): void {
    this.#twister = seeded(seed);
  }

  /** `random.random()`: 0 (inclusive) to 1 (exclusive). */
  random(): number {
    return this.#twister.nextFraction();
  }

  /** `random.getrandbits(bits)`. @param bits 0 to 53 */
  getrandbits(bits: number): number {
    if (!(Number.isInteger(bits) && bits >= 0 && bits <= 53)) {
      throw notDrawn(`${bits} bits`, 'Ask for 0 to 53 bits.');
    }
    if (bits === 0) return 0;
    if (bits <= 32) return this.#twister.nextWord() >>> (32 - bits);
    const low = this.#twister.nextWord();
    return (this.#twister.nextWord() >>> (64 - bits)) * 2 ** 32 + low;
  }

  /** `random.randrange(stop)` or `random.randrange(start, stop)`: start to stop - 1. */
  randrange(stop: number): number;
  randrange(start: number, stop: number): number;
  randrange(first: number, second?: number): number {
    const [start, stop] = second === undefined ? [0, first] : [first, second];
    return start + this.#below(stop - start);
  }

  /** `random.choice(items)`. @throws ChatReidError OPTION_INVALID when there is none */
  choice<Item>(items: readonly Item[]): Item {
    return items[this.#below(items.length)]!;
  }

  /** `random.shuffle(items)`: in place. */
  shuffle(items: unknown[]): void {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.#below(i + 1);
      [items[i], items[j]] = [items[j], items[i]];
    }
  }

  /** `random.sample(items, count)`: in the order of drawing. @throws ChatReidError OPTION_INVALID when there are too few */
  sample<Item>(items: readonly Item[], count: number): Item[] {
    const total = items.length;
    if (!(Number.isInteger(count) && count >= 0 && count <= total)) {
      throw notDrawn(`${count} of ${total} items`, 'Ask for no more than there are.');
    }
    // Python takes whichever of a list and a set is smaller; the two draw different words.
    const setSize = 21 + (count > 5 ? 4 ** Math.ceil(Math.log(count * 3) / Math.log(4)) : 0);
    if (total <= setSize) {
      const pool = [...items];
      return Array.from({ length: count }, (_, i) => {
        const j = this.#below(total - i);
        const drawn = pool[j]!;
        pool[j] = pool[total - i - 1]!;
        return drawn;
      });
    }
    const taken = new Set<number>();
    while (taken.size < count) taken.add(this.#below(total));
    return Array.from(taken, (at) => items[at]!);
  }

  /** `_randbelow_with_getrandbits`: 0 to limit - 1. */
  #below(limit: number): number {
    if (!(Number.isSafeInteger(limit) && limit > 0)) {
      throw notDrawn(`one of ${limit} items`, 'Give at least one to draw from.');
    }
    const bits = bitLength(limit);
    let drawn = this.getrandbits(bits);
    while (drawn >= limit) drawn = this.getrandbits(bits);
    return drawn;
  }
}

function bitLength(value: number): number {
  return value < 2 ** 32 ? 32 - Math.clz32(value) : 64 - Math.clz32(Math.floor(value / 2 ** 32));
}

function seeded(seed: number | bigint): MersenneTwister {
  if (typeof seed === 'number' && !Number.isSafeInteger(seed)) {
    throw notDrawn(`anything from the seed ${seed}`, 'A seed is a whole number.');
  }
  let rest = BigInt(seed);
  if (rest < 0n) rest = -rest;
  const words: number[] = [];
  do {
    words.push(Number(rest & 0xffffffffn));
    rest >>= 32n;
  } while (rest > 0n);
  return MersenneTwister.ofWords(words);
}

function notDrawn(what: string, next: string): ChatReidError {
  return new ChatReidError('OPTION_INVALID', `${what} cannot be drawn.`, next);
}
