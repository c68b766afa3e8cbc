/** The simulated witness: labels, answers, talks whose outcome is known, and what they add up to. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { firstPeople, manifestPeople } from '../../../src/evaluation/dialogue/dialogue-data.ts';
import { dialogueScores } from '../../../src/evaluation/dialogue/dialogue-scores.ts';
import { meanDifference } from '../../../src/evaluation/dialogue/mean-difference.ts';
import {
  type Policy,
  policies,
  simulatedTalk,
  TalkSearch,
} from '../../../src/evaluation/dialogue/simulated-talk.ts';
import { SoughtGallery } from '../../../src/evaluation/dialogue/sought-gallery.ts';
import { tagAttributes, togetherSeen } from '../../../src/evaluation/dialogue/tag-attributes.ts';
import { SimulatedWitness } from '../../../src/evaluation/dialogue/witness.ts';
import { MersenneTwister } from '../../../src/evaluation/random/mersenne-twister.ts';
import { Calibration } from '../../../src/retrieval/calibration.ts';
import { calibrationNumbers } from '../../support/calibration-numbers.ts';
import { knownProbes, seen } from '../../support/known-probes.ts';

test('tags of the demo gallery in the words of the attribute table', () => {
  const tags =
    'gender=female;age=adult;upper=t-shirt;upper_color=navy;lower=jeans;lower_color=grey;hat=beanie;hair=bun;bag=shopping bag';
  expect(tagAttributes(tags)).toEqual({
    gender: 'woman',
    age: 'adult',
    hat: 'yes',
    top: 'blue',
    sleeves: 'short',
    bottom: 'gray',
    legwear: 'trousers',
    backpack: 'no',
    bag: 'yes',
    handbag: 'no',
  });
  expect(tagAttributes('upper=dress;upper_color=red;lower_color=black;bag=suitcase')).toEqual({
    top: 'red',
    legwear: 'dress',
  });
});

test('a bag that one picture hides is there all the same', () => {
  const together = togetherSeen([
    { backpack: 'no', top: 'red' },
    { backpack: 'yes', hat: 'no' },
  ]);
  expect(together).toEqual({ backpack: 'yes', top: 'red', hat: 'no' });
});

describe('the witness', () => {
  const question = { id: 'top=red', name: 'top', value: 'red' } as const;
  const answers = (errorRate: number, unknownRate: number) =>
    Array.from({ length: 400 }, (_, person) =>
      new SimulatedWitness({ top: 'red' }, { errorRate, unknownRate }, [7, person]).answer(question),
    );

  test('errs and does not know as often as told, and answers the same question the same', () => {
    const some = answers(0.2, 0.3);
    const unknown = some.filter((answer) => answer === undefined).length;
    const wrong = some.filter((answer) => answer?.present === false).length;
    expect(unknown / 400).toBeGreaterThan(0.2);
    expect(unknown / 400).toBeLessThan(0.4);
    expect(wrong / (400 - unknown)).toBeGreaterThan(0.12);
    expect(wrong / (400 - unknown)).toBeLessThan(0.28);
    expect(answers(0.2, 0.3)).toEqual(some);
    expect(answers(0, 0).every((answer) => answer?.present)).toBe(true);
  });

  test('does not know what no label tells', () => {
    const witness = new SimulatedWitness({}, { errorRate: 0, unknownRate: 0 }, [1]);
    expect(witness.answer(question)).toBeUndefined();
  });
});

describe('a talk', () => {
  const colours = ['red', 'blue', 'other'] as const;
  const people = [false, true].flatMap((hat) =>
    [false, true].flatMap((backpack) => colours.map((top) => ({ hat, backpack, top }))),
  );
  const vectors = people.map(({ hat, backpack, top }) => seen(hat, backpack, top));
  const columns = new Float32Array(5 * people.length);
  for (const [row, vector] of vectors.entries()) {
    for (let d = 0; d < 5; d++) columns[d * people.length + row] = vector[d]!;
  }
  const rows = people.map((_, at) => ({ source: `${at}`, path: `/none/${at}`, personId: `${at}` }));
  const gallery = new SoughtGallery(knownProbes, rows, { columns, count: people.length, dimension: 5 });
  const calibration = new Calibration(calibrationNumbers);
  const yes = (has: boolean) => (has ? 'yes' : 'no');

  const talk = (person: number, policy: Policy, rounds = 3) => {
    const { hat, backpack, top } = people[person]!;
    const labels = { hat: yes(hat), backpack: yes(backpack), top };
    return simulatedTalk(
      new TalkSearch(gallery, calibration, {
        kind: 'text',
        scores: new Float32Array(people.length).fill(0.3),
        ignored: [],
        right: new Set([person]),
        known: [],
      }),
      new SimulatedWitness(labels, { errorRate: 0, unknownRate: 0 }, [person]),
      policy,
      rounds,
      MersenneTwister.ofNumber(person),
    );
  };

  test('of twelve alike, four true answers find the one; without questions the place stays', () => {
    for (const person of people.keys()) {
      const { ranks, asked } = talk(person, 'information', 4);
      expect(ranks[0]).toBe(person + 1);
      expect(ranks.at(-1)).toBe(1);
      expect(new Set(asked).size).toBe(asked.length);
      expect(talk(person, 'none').ranks).toEqual([person + 1, person + 1, person + 1, person + 1]);
    }
  });

  test('the same seed asks the same at random, another one otherwise', () => {
    expect(talk(3, 'random')).toEqual(talk(3, 'random'));
    const orders = new Set(people.map((_, person) => talk(person, 'random').asked.join()));
    expect(orders.size).toBeGreaterThan(3);
  });

  test('scores: hits and BRI by round, and the difference to no questions', () => {
    const all = people.map((_, person) => ({
      personId: `${person}`,
      talks: new Map(policies.map((policy) => [policy, [talk(person, policy)]] as const)),
    }));
    const { policies: scored, differences } = dialogueScores(all, 3, 0);
    const [information, , none] = scored;
    expect(none?.rank1).toEqual([1 / 12, 1 / 12, 1 / 12, 1 / 12]);
    expect(information?.rank1.at(-1)).toBeGreaterThan(0.5);
    expect(none?.bri).toHaveLength(3);
    expect(none?.questions).toBe(0);
    const toNone = differences.find(({ than }) => than === 'none')!;
    expect(toNone.bri[2]!.mean).toBeCloseTo(information!.bri[2]! - none!.bri[2]!);
    expect(toNone.bri[2]!.interval[1]).toBeLessThan(0);
  });
});

test('the interval holds the mean, is the same for the same seed, and a point where nothing varies', () => {
  const values = Array.from({ length: 50 }, (_, i) => (i % 5) - 1);
  const found = meanDifference(values, 3);
  expect(found.mean).toBe(1);
  expect(found.interval[0]).toBeLessThan(1);
  expect(found.interval[1]).toBeGreaterThan(1);
  expect(meanDifference(values, 3)).toEqual(found);
  expect(meanDifference([2, 2, 2], 0).interval).toEqual([2, 2]);
});

describe('people of a manifest', () => {
  let folder: string;
  let file: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'chatreid-dialogue-'));
    await mkdir(join(folder, 'p'));
    const lines = ['path,person_id,camera_id,split,clothes_id,tags'];
    for (const person of [1, 2, 3]) {
      for (const split of ['query', 'gallery']) {
        const name = `p/${person}-${split}.jpg`;
        await writeFile(join(folder, name), 'not opened here');
        const bag = split === 'gallery' ? 'backpack' : 'none';
        lines.push(`${name},${person},${split},${split},1,"gender=male;bag=${bag}"`);
      }
    }
    file = join(folder, 'm.csv');
    await writeFile(file, lines.join('\n'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('the witness saw what all pictures in the same clothes show', async () => {
    const { people, gallery } = await manifestPeople(file, 'mine');
    expect(people.map(({ personId }) => personId)).toEqual(['1', '2', '3']);
    expect(people[0]?.attributes).toEqual({ gender: 'man', backpack: 'yes', bag: 'no', handbag: 'no' });
    expect(gallery).toHaveLength(3);
  });

  test('the first people alone, among their own pictures', async () => {
    const some = firstPeople(await manifestPeople(file, 'mine'), 2);
    expect(some.people).toHaveLength(2);
    expect(some.gallery.map(({ personId }) => personId)).toEqual(['1', '2']);
  });
});
