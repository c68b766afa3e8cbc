/** A clue: one to three attributes of somebody, as a key that rows are compared by and as a sentence that is searched with. */
import {
  attributeNames,
  type AttributeName,
  type PersonAttributes,
} from '../../foundation/person-attributes.ts';
import type { Protocol } from '../protocol.ts';

export type Fact = readonly [name: AttributeName, value: string];

/** Facts in the order of the table, so that the same facts are the same key: `gender=man;top=red`. */
export function factsKey(facts: readonly Fact[]): string {
  return [...facts]
    .sort(([a], [b]) => attributeNames.indexOf(a) - attributeNames.indexOf(b))
    .map((fact) => fact.join('='))
    .join(';');
}

export function factsOf(attributes: PersonAttributes): Fact[] {
  return attributeNames.flatMap((name): Fact[] => {
    const value = attributes[name];
    return value === undefined ? [] : [[name, value]];
  });
}

/** Every picture of a person who has all the attributes of the clue is right; labels carry them in `clothesId`. */
export const hasAttributes: Protocol = {
  name: 'has-attributes',
  rule: 'every gallery picture of a person who has all attributes of the clue counts, whatever its camera',
  prepare: (gallery) => {
    const rowsOf = new Map<string, number[]>();
    for (const [row, { clothesId = '' }] of gallery.entries()) {
      for (const fact of clothesId.split(';')) {
        const rows = rowsOf.get(fact);
        if (rows) rows.push(row);
        else rowsOf.set(fact, [row]);
      }
    }
    return ({ clothesId = '' }) => {
      const [first = [], ...others] = clothesId.split(';').map((fact) => rowsOf.get(fact) ?? []);
      const sets = others.map((rows) => new Set(rows));
      return { positives: first.filter((row) => sets.every((set) => set.has(row))), ignored: [] };
    };
  },
};

const carried: Readonly<Partial<Record<AttributeName, string>>> = {
  backpack: 'a backpack',
  bag: 'a shoulder bag',
  handbag: 'a handbag',
};
const ages: Readonly<Record<string, string>> = { adult: 'an adult', elderly: 'an elderly' };

/** `a woman with long hair, wearing a red top, carrying a backpack`; absent things are not said. */
export function clueSentence(facts: readonly Fact[]): string {
  const said = Object.fromEntries(facts) as PersonAttributes;
  const { gender = 'person', age, hair, hat, top, sleeves, bottom, legwear } = said;
  const who =
    age === undefined
      ? `a ${gender}`
      : age === 'child' || age === 'teenager'
        ? young(age, said.gender)
        : `${ages[age] ?? `a ${age}`} ${gender}`;
  const worn = [
    ...(top === undefined && sleeves === undefined
      ? []
      : [
          sleeves === undefined
            ? `a ${top} top`
            : `a ${top === undefined ? '' : `${top} `}${sleeves}-sleeved top`,
        ]),
    ...legs(bottom, legwear),
    ...(hat === 'yes' ? ['a hat'] : []),
  ];
  const things = Object.entries(carried).flatMap(([name, words]) =>
    said[name as AttributeName] === 'yes' ? [words] : [],
  );
  return [
    hair === undefined ? who : `${who} with ${hair} hair`,
    ...(worn.length === 0 ? [] : [`wearing ${worn.join(' and ')}`]),
    ...(things.length === 0 ? [] : [`carrying ${things.join(' and ')}`]),
  ].join(', ');
}

function young(age: string, gender: string | undefined): string {
  if (age === 'teenager')
    return gender === undefined ? 'a teenager' : `a teenage ${gender === 'man' ? 'boy' : 'girl'}`;
  return gender === undefined ? 'a child' : `a little ${gender === 'man' ? 'boy' : 'girl'}`;
}

function legs(bottom: string | undefined, legwear: string | undefined): string[] {
  if (bottom === undefined && legwear === undefined) return [];
  const plural = legwear === undefined || legwear === 'trousers' || legwear === 'shorts';
  const noun = legwear ?? 'bottoms';
  const words = bottom === undefined ? noun : `${bottom} ${noun}`;
  return [plural ? words : `a ${words}`];
}
