/** MT19937, the generator behind Python's `random` and NumPy's `RandomState`: the same words from the same seed. */

const size = 624;
const middle = 397;

/** Matsumoto and Nishimura, "Mersenne Twister" (ACM TOMACS 1998), as their mt19937ar.c of 2002 seeds it. */
export class MersenneTwister {
  readonly #state = new Uint32Array(size);
  #at = size;

  private constructor(seed: number) {
    const state = this.#state;
    state[0] = seed;
    for (let i = 1; i < size; i++) {
      const last = state[i - 1]!;
      state[i] = Math.imul(1812433253, last ^ (last >>> 30)) + i;
    }
  }

  /** `init_genrand`. @param seed its lowest 32 bits count */
  static ofNumber(seed: number): MersenneTwister {
    return new MersenneTwister(seed);
  }

  /** `init_by_array`. @param key at least one word of 32 bits */
  static ofWords(key: ArrayLike<number>): MersenneTwister {
    const twister = new MersenneTwister(19650218);
    const state = twister.#state;
    let i = 1;
    const next = (): void => {
      i++;
      if (i < size) return;
      state[0] = state[size - 1]!;
      i = 1;
    };
    for (let k = 0; k < Math.max(size, key.length); k++) {
      const last = state[i - 1]!;
      const j = k % key.length;
      state[i] = (state[i]! ^ Math.imul(last ^ (last >>> 30), 1664525)) + key[j]! + j;
      next();
    }
    for (let k = 0; k < size - 1; k++) {
      const last = state[i - 1]!;
      state[i] = (state[i]! ^ Math.imul(last ^ (last >>> 30), 1566083941)) - i;
      next();
    }
    state[0] = 0x80000000;
    return twister;
  }

  /** 0 to 2^32 - 1. */
  nextWord(): number {
    if (this.#at === size) this.#twist();
    let word = this.#state[this.#at++]!;
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    return (word ^ (word >>> 18)) >>> 0;
  }

  /** 0 (inclusive) to 1 (exclusive), of 53 random bits: `genrand_res53`. */
  nextFraction(): number {
    const high = this.nextWord() >>> 5;
    const low = this.nextWord() >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  }

  #twist(): void {
    const state = this.#state;
    for (let i = 0; i < size; i++) {
      const mixed = (state[i]! & 0x80000000) | (state[(i + 1) % size]! & 0x7fffffff);
      state[i] = state[(i + middle) % size]! ^ (mixed >>> 1) ^ (mixed & 1 ? 0x9908b0df : 0);
    }
    this.#at = 0;
  }
}
