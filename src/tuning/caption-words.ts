/** The words in which people say an attribute: what the grammar of captions chooses from. */
import type { AttributeName, PersonAttributes } from '../foundation/person-attributes.ts';

const people: Readonly<Record<string, readonly string[]>> = {
  man: ['man', 'man', 'guy', 'male', 'gentleman'],
  woman: ['woman', 'woman', 'lady', 'female', 'girl'],
  'child man': ['boy', 'young boy', 'child'],
  'child woman': ['girl', 'young girl', 'child'],
  child: ['child', 'kid'],
};
export const anyone: readonly string[] = ['person', 'person', 'pedestrian', 'someone', 'individual'];

const ages: Readonly<Record<string, readonly string[]>> = {
  teenager: ['young', 'teenage', 'youthful'],
  adult: ['adult', 'middle-aged', 'grown-up'],
  elderly: ['elderly', 'old', 'older'],
};

const shades: Readonly<Record<string, readonly string[]>> = {
  black: ['black', 'black', 'black', 'dark'],
  white: ['white', 'white', 'white', 'light'],
  red: ['red', 'red', 'bright red', 'dark red'],
  purple: ['purple', 'purple', 'violet'],
  yellow: ['yellow', 'yellow', 'bright yellow'],
  gray: ['gray', 'grey', 'gray', 'dark gray', 'light gray'],
  blue: ['blue', 'blue', 'dark blue', 'light blue', 'navy'],
  green: ['green', 'green', 'dark green', 'light green'],
  pink: ['pink', 'pink', 'light pink'],
  brown: ['brown', 'brown', 'tan', 'khaki', 'beige'],
};

const tops: Readonly<Record<string, readonly string[]>> = {
  any: ['top', 'shirt', 'upper clothes'],
  short: ['t-shirt', 't-shirt', 'short-sleeved shirt', 'tee', 'short-sleeved top'],
  long: ['long-sleeved shirt', 'jacket', 'sweater', 'long-sleeved top', 'coat'],
};

const bottoms: Readonly<Record<string, readonly string[]>> = {
  any: ['bottoms', 'lower clothes'],
  trousers: ['trousers', 'pants', 'pants', 'long pants', 'jeans'],
  shorts: ['shorts', 'shorts', 'short pants'],
  skirt: ['skirt', 'skirt', 'short skirt', 'dress'],
  'long skirt': ['long skirt', 'skirt', 'dress'],
  dress: ['dress'],
};

export const carried: Readonly<Record<'backpack' | 'bag' | 'handbag', readonly string[]>> = {
  backpack: ['backpack', 'backpack', 'rucksack', 'bag on the back'],
  bag: ['bag', 'shoulder bag', 'bag over the shoulder'],
  handbag: ['handbag', 'purse', 'bag in the hand'],
};

const hats: readonly string[] = ['hat', 'cap', 'hat'];

const hairs: Readonly<Record<string, readonly string[]>> = {
  long: ['long hair', 'long hair', 'long dark hair'],
  short: ['short hair', 'short hair', 'short dark hair'],
};

/** How a choice is made among synonyms: seeded, by whoever writes. */
export type Choose = (words: readonly string[]) => string;

/** The pieces of a description, each said in one of many ways; what `named` leaves out is not said. */
export interface Pieces {
  who: string;
  readonly hair?: string;
  readonly top?: string;
  readonly bottom?: string;
  readonly hat?: string;
  readonly carried: readonly string[];
}

export function piecesOf(said: PersonAttributes, choose: Choose): Pieces {
  const colour = (value: string): string => choose(shades[value] ?? [value]);
  const { gender, age, hair, hat, top, sleeves, bottom, legwear } = said;
  const noun =
    age === 'child'
      ? choose(people[gender ? `child ${gender}` : 'child']!)
      : choose(gender ? people[gender]! : anyone);
  const years = age === undefined ? undefined : ages[age];
  const topNoun = tops[sleeves ?? 'any'] ?? tops.any!;
  const bottomNoun = bottoms[legwear ?? 'any'] ?? bottoms.any!;
  return {
    // "Middle-aged someone" is nothing that anybody says.
    who: years === undefined ? noun : `${choose(years)} ${noun === 'someone' ? 'person' : noun}`,
    ...(hair ? { hair: choose(hairs[hair] ?? [`${hair} hair`]) } : {}),
    ...(top || sleeves ? { top: `${top ? `${colour(top)} ` : ''}${choose(topNoun)}` } : {}),
    ...(bottom || legwear ? { bottom: `${bottom ? `${colour(bottom)} ` : ''}${choose(bottomNoun)}` } : {}),
    ...(hat === 'yes' ? { hat: choose(hats) } : {}),
    carried: (['backpack', 'bag', 'handbag'] as const).flatMap((thing) =>
      said[thing] === 'yes' ? [choose(carried[thing])] : [],
    ),
  };
}

/** How often each is named when few are: clothes and things first, as people do. */
export const namingWeights: Readonly<Record<AttributeName, number>> = {
  gender: 2,
  age: 0.4,
  hair: 1,
  hat: 2,
  top: 3,
  sleeves: 1,
  bottom: 2.5,
  legwear: 1.5,
  backpack: 2,
  bag: 1.5,
  handbag: 1.5,
};
