/** Market-1501's test persons by short clues: one, two or three of their attributes in a plain sentence. */
import { MersenneTwister } from '../random/mersenne-twister.ts';
import type { PersonAttributes } from '../../foundation/person-attributes.ts';
import type { Benchmark, QueryRow, Setting } from '../benchmark.ts';
import { malformedRow } from '../datasets/dataset-errors.ts';
import { attributeLabels } from './attribute-labels.ts';
import { clueSentence, type Fact, factsKey, factsOf, hasAttributes } from './clue.ts';
import { type Besides, needed, noTraining } from './derived-benchmark.ts';
import { marketTest } from './market-gallery.ts';

const title = 'Market-1501 by clues';
const counts: Readonly<Record<string, number>> = {
  'three-attributes': 3,
  'two-attributes': 2,
  'one-attribute': 1,
};
const settings = Object.keys(counts).map(
  (name): Setting => ({
    name,
    title: name.replace('-', ' '),
    protocol: hasAttributes,
    quirks: [],
  }),
) as [Setting, ...Setting[]];

/** Clues of each length, at most; of one attribute there are about thirty. */
const most = 300;

/**
 * Persons are drawn (seed 1501) and attributes of theirs: what they have, never what they lack ("no hat"), and nothing that
 * more than half of all persons have, for such a clue tells nobody apart. A clue is asked once. Distractors have no
 * attributes, so they are not in this gallery: it is the 13,115 pictures of the 750 test persons.
 */
export function marketClues({ attributes }: Besides): Benchmark {
  return {
    name: 'market1501-clues',
    title,
    settings,
    readTraining: noTraining(title),
    async read(folder, options) {
      const { setting = settings[0] } = options;
      const file = needed(attributes, title, '--attributes FILE.json');
      const [{ gallery, differences }, labels] = await Promise.all([
        marketTest(folder, options),
        attributeLabels(file),
      ]);
      const known = gallery.flatMap((row) => {
        const said = labels.get(row.personId);
        return said === undefined ? [] : [{ ...row, clothesId: factsKey(factsOf(said)) }];
      });
      const there = new Set(known.map(({ personId }) => personId));
      const people = [...labels].filter(([person]) => there.has(person)).map(([, said]) => said);
      if (people.length === 0) {
        throw malformedRow(file, 'it names no test person of Market-1501', 'Make it with --part test.');
      }
      const queries = cluesOf(people, counts[setting.name] ?? 1);
      const without = gallery.length - known.length;
      return {
        queries,
        gallery: known,
        differences,
        remarks: [
          `${queries.length} clues; ${without} gallery pictures of people without attributes (distractors) are left out.`,
        ],
      };
    },
  };
}

/** @param length attributes in a clue */
export function cluesOf(people: readonly PersonAttributes[], length: number): QueryRow[] {
  const affirmed = people.map((said) => factsOf(said).filter(([, value]) => value !== 'no'));
  const share = new Map<string, number>();
  for (const fact of affirmed.flat()) {
    const key = factsKey([fact]);
    share.set(key, (share.get(key) ?? 0) + 1 / people.length);
  }
  const telling = affirmed.map((facts) => facts.filter((fact) => share.get(factsKey([fact]))! <= 0.5));
  const twister = MersenneTwister.ofWords([1501, length]);
  const below = (limit: number): number => Math.floor(twister.nextFraction() * limit);
  const clues = new Map<string, Fact[]>();
  for (let draw = 0; draw < 100 * most && clues.size < most; draw++) {
    const facts = [...telling[below(telling.length)]!];
    if (facts.length < length) continue;
    const drawn = Array.from({ length }, () => facts.splice(below(facts.length), 1)[0]!);
    clues.set(factsKey(drawn), drawn);
  }
  return [...clues]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, facts]) => ({
      source: key,
      personId: key,
      clothesId: key,
      caption: clueSentence(facts),
    }));
}
