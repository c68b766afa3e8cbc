/** The generators draw what Python and NumPy draw, and what the reference code draws with them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NumpyRandom } from '../../../src/evaluation/random/numpy-random.ts';
import { PythonRandom } from '../../../src/evaluation/random/python-random.ts';
import { readFixture } from '../metrics/reference-cases.ts';

const references = readFixture<{
  readonly python: readonly {
    readonly seed: number;
    readonly shuffled: number[];
    readonly random: number[];
    readonly bits: (readonly [bits: number, drawn: number])[];
    readonly choices: (readonly [count: number, drawn: number])[];
    readonly samples: (readonly [count: number, size: number, drawn: number[]])[];
    readonly ranges: (readonly [start: number, stop: number, drawn: number])[];
    readonly many: readonly [first: number, last: number];
  }[];
  readonly numpy: readonly {
    readonly seed: number;
    readonly random: number[];
    readonly ints: (readonly [start: number, stop: number, drawn: number])[];
    readonly choices: (readonly [count: number, drawn: number])[];
    readonly permutation: number[];
    readonly samples: (readonly [count: number, size: number, drawn: number[]])[];
    readonly many: number;
  }[];
  readonly sysu: {
    readonly files: (readonly [person: number, camera: number, pictures: number])[];
    readonly drawn: { readonly all: number[][]; readonly indoor: number[][] };
  };
  readonly prcc: {
    readonly counts: (readonly [person: number, pictures: number])[];
    readonly drawn: number[][];
  };
}>('random-references');

const upTo = (count: number): number[] => [...Array(count).keys()];

describe('PythonRandom', () => {
  it.each(references.python)('draws from seed $seed what Python draws', (expected) => {
    const random = new PythonRandom(expected.seed);
    const shuffled = upTo(50);
    random.shuffle(shuffled);
    expect(shuffled).toEqual(expected.shuffled);
    expect(upTo(3).map(() => random.random())).toEqual(expected.random);
    for (const [bits, drawn] of expected.bits) expect(random.getrandbits(bits)).toBe(drawn);
    for (const [count, drawn] of expected.choices) expect(random.choice(upTo(count))).toBe(drawn);
    for (const [count, size, drawn] of expected.samples) {
      expect(random.sample(upTo(count), size)).toEqual(drawn);
    }
    for (const [start, stop, drawn] of expected.ranges) expect(random.randrange(start, stop)).toBe(drawn);
    const words = upTo(1300).map(() => random.getrandbits(32));
    expect(words.at(-1)).toBe(expected.many[1]);
    random.seed(expected.seed);
    expect(random.getrandbits(32)).toBe(expected.many[0]);
    expect(new PythonRandom(BigInt(expected.seed)).getrandbits(32)).toBe(expected.many[0]);
  });

  it('draws only what is there, each at most once where it samples', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.integer({ min: 1, max: 200 }), fc.nat(200), (seed, count, some) => {
        const random = new PythonRandom(seed);
        const size = Math.min(some, count);
        const sample = random.sample(upTo(count), size);
        expect(new Set(sample).size).toBe(size);
        expect(upTo(count)).toEqual(expect.arrayContaining(sample));
        const drawn = random.randrange(-3, count);
        expect(drawn >= -3 && drawn < count).toBe(true);
      }),
    );
  });

  it.each([
    ['a choice of nothing', (random: PythonRandom) => random.choice([])],
    ['more than there is', (random: PythonRandom) => random.sample([1, 2], 3)],
    ['an empty range', (random: PythonRandom) => random.randrange(5, 5)],
    ['54 bits', (random: PythonRandom) => random.getrandbits(54)],
    ['a seed that is no whole number', () => new PythonRandom(0.5)],
  ])('refuses %s', (_, draw) => {
    expect(() => draw(new PythonRandom(0))).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
  });
});

describe('NumpyRandom', () => {
  it.each(references.numpy)('draws from seed $seed what NumPy draws', (expected) => {
    const random = new NumpyRandom(expected.seed);
    expect(upTo(3).map(() => random.random())).toEqual(expected.random);
    for (const [start, stop, drawn] of expected.ints) expect(random.randint(start, stop)).toBe(drawn);
    for (const [count, drawn] of expected.choices) expect(random.choice(upTo(count))).toBe(drawn);
    expect(random.permutation(upTo(40))).toEqual(expected.permutation);
    for (const [count, size, drawn] of expected.samples) {
      expect(random.sample(upTo(count), size)).toEqual(drawn);
    }
    const words = upTo(1300).map(() => random.randint(2 ** 32));
    expect(words.at(-1)).toBe(expected.many);
  });

  it.each([
    ['a choice of nothing', () => new NumpyRandom(0).choice([])],
    ['more than there is', () => new NumpyRandom(0).sample([1, 2], 3)],
    ['a negative seed', () => new NumpyRandom(-1)],
    ['a seed of 33 bits', () => new NumpyRandom(2 ** 32)],
  ])('refuses %s', (_, draw) => {
    expect(draw).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
  });
});

describe("the reference code's galleries", () => {
  it.each([
    ['all', [1, 2, 4, 5]],
    ['indoor', [1, 2]],
  ] as const)('SYSU-MM01 %s search: one picture a person and camera, seed = trial', (search, cameras) => {
    const { files, drawn } = references.sysu;
    const folders = files.filter(([, camera]) => cameras.some((one) => one === camera));
    expect(drawn[search]).toHaveLength(10);
    for (const [trial, expected] of drawn[search].entries()) {
      const random = new PythonRandom(trial);
      expect(folders.map(([, , pictures]) => random.choice(upTo(pictures)) + 1)).toEqual(expected);
    }
  });

  it('PRCC: one picture of A a person, ten draws from seed 3', () => {
    const { counts, drawn } = references.prcc;
    const random = new PythonRandom(3);
    expect(drawn).toHaveLength(10);
    for (const expected of drawn) {
      let first = 0;
      const rows = counts.map(([, pictures]) => {
        const row = first + random.choice(upTo(pictures));
        first += pictures;
        return row;
      });
      expect(rows).toEqual(expected);
    }
  });
});
