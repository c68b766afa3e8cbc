/** CMC over galleries of one picture a person, drawn anew for every query (CUHK03 classic). */
import type { Labelled } from '../protocol.ts';
import { NumpyRandom } from '../random/numpy-random.ts';
import { personNumbers } from './person-curve.ts';
import type { CurveOf } from './query-scorer.ts';

const draws = 10;

/** A person in one query's ranking. */
interface Ranked {
  readonly person: number;
  /** Of the pictures that are not ignored, ascending, from 0. At least one. */
  readonly places: number[];
}

/**
 * With a seed: torchreid `metrics/rank.py` `eval_cuhk03`, draw by draw. For each of ten galleries it takes the persons in
 * the order of their first picture in this query's ranking and calls `np.random.choice` on each one's places; the curve is
 * the mean of ten steps. Its generator runs on from query to query.
 *
 * Without: the mean over all galleries that can be drawn, worked out and not drawn. The right person's picture is equally
 * likely each of them, and how many of the others come before it is a sum of independent chances.
 */
export function singleShotCurves(gallery: readonly Labelled[], seed: number | undefined): CurveOf {
  const persons = personNumbers(gallery);
  const random = seed === undefined ? undefined : new NumpyRandom(seed);
  return (scores, { positives, ignored }) => {
    const ranked = rankedPersons(scores, persons, ignored);
    const right = persons[positives[0]!]!;
    return random ? drawnCurve(ranked, right, random) : expectedCurve(ranked, right);
  };
}

function rankedPersons(
  scores: Float32Array | Float64Array,
  persons: Int32Array,
  ignored: readonly number[],
): Ranked[] {
  const left = new Set(ignored);
  const order = Array.from(scores.keys()).filter((row) => !left.has(row));
  order.sort((a, b) => (scores[a] === scores[b] ? a - b : scores[b]! > scores[a]! ? 1 : -1));
  const byPerson = new Map<number, Ranked>();
  for (const [place, row] of order.entries()) {
    const person = persons[row]!;
    const known = byPerson.get(person);
    if (known) known.places.push(place);
    else byPerson.set(person, { person, places: [place] });
  }
  return [...byPerson.values()];
}

function drawnCurve(ranked: readonly Ranked[], right: number, random: NumpyRandom): number[] {
  const hits: number[] = [];
  for (let draw = 0; draw < draws; draw++) {
    const drawn = ranked.map(({ places }) => random.choice(places));
    const own = drawn[ranked.findIndex(({ person }) => person === right)]!;
    const ahead = drawn.filter((place) => place < own).length;
    while (hits.length <= ahead) hits.push(0);
    hits[ahead]!++;
  }
  let sum = 0;
  return hits.map((count) => {
    sum += count;
    return sum / draws;
  });
}

function expectedCurve(ranked: readonly Ranked[], right: number): number[] {
  const own = ranked.find(({ person }) => person === right)!.places;
  const others = ranked.filter(({ person }) => person !== right);
  const curve = new Array<number>(ranked.length).fill(0);
  for (const place of own) {
    // chances[n]: that n others come before this picture.
    const chances = new Float64Array(ranked.length);
    chances[0] = 1;
    for (const [already, { places }] of others.entries()) {
      const ahead = places.filter((other) => other < place).length / places.length;
      for (let n = already + 1; n > 0; n--) {
        chances[n] = chances[n]! * (1 - ahead) + chances[n - 1]! * ahead;
      }
      chances[0]! *= 1 - ahead;
    }
    let sum = 0;
    for (const [n, chance] of chances.entries()) {
      sum += chance;
      curve[n]! += sum / own.length;
    }
  }
  return curve.map((share) => Math.min(1, share));
}
