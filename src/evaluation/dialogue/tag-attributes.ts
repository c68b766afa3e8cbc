/** The tags of the demo gallery in the words of the attribute table: what a witness of a picture could say. */
import {
  attributeNames,
  type AttributeName,
  type PersonAttributes,
} from '../../foundation/person-attributes.ts';

type Words = Readonly<Record<string, string>>;

const all = (tags: readonly string[], value: string): Words =>
  Object.fromEntries(tags.map((tag) => [tag, value]));

/** As model/hpt/filter/probes.py reads them. What has no clear counterpart is left out: a bun is neither long nor short hair. */
const readings: Readonly<Partial<Record<AttributeName, { readonly tag: string; readonly words: Words }>>> = {
  gender: { tag: 'gender', words: { male: 'man', female: 'woman' } },
  age: { tag: 'age', words: { child: 'child', adult: 'adult', elderly: 'elderly' } },
  hair: {
    tag: 'hair',
    words: { ...all(['short', 'cropped', 'bald'], 'short'), ...all(['long', 'ponytail'], 'long') },
  },
  hat: { tag: 'hat', words: { none: 'no', ...all(['cap', 'beanie', 'sun hat'], 'yes') } },
  sleeves: {
    tag: 'upper',
    words: {
      ...all(['t-shirt', 'polo shirt', 'tank top'], 'short'),
      ...all(['coat', 'hoodie', 'jacket', 'puffer jacket', 'suit jacket', 'sweater'], 'long'),
    },
  },
  legwear: {
    tag: 'lower',
    words: {
      ...all(['jeans', 'leggings', 'trousers'], 'trousers'),
      shorts: 'shorts',
      skirt: 'skirt',
      'long skirt': 'long skirt',
    },
  },
};

const colours: Words = {
  ...all(['black', 'white', 'red', 'orange', 'yellow', 'green', 'blue', 'purple', 'pink', 'brown'], ''),
  grey: 'gray',
  navy: 'blue',
  'light blue': 'blue',
  burgundy: 'red',
  olive: 'green',
};

const bags: Words = {
  none: '',
  backpack: 'backpack',
  'shoulder bag': 'bag',
  'shopping bag': 'bag',
  handbag: 'handbag',
};

/** `gender=female;upper_color=navy;bag=none` -> a woman in a blue top without a backpack, a bag or a handbag. */
export function tagAttributes(tags: string): PersonAttributes {
  const said = new Map(
    tags.split(';').flatMap((pair): [string, string][] => {
      const at = pair.indexOf('=');
      return at < 0 ? [] : [[pair.slice(0, at), pair.slice(at + 1)]];
    }),
  );
  const found: Partial<Record<AttributeName, string>> = {};
  for (const name of attributeNames) {
    const reading = readings[name];
    const value = reading?.words[said.get(reading.tag) ?? ''];
    if (value !== undefined) found[name] = value;
  }
  const colourOf = (tag: string): string | undefined => {
    const colour = said.get(tag) ?? '';
    const known = colours[colour];
    return known === '' ? colour : known;
  };
  const dressed = said.get('upper') === 'dress';
  const [top, bottom] = [colourOf('upper_color'), dressed ? undefined : colourOf('lower_color')];
  if (top !== undefined) found.top = top;
  if (bottom !== undefined) found.bottom = bottom;
  if (dressed) found.legwear = 'dress';
  const carried = bags[said.get('bag') ?? '?'];
  if (carried !== undefined) {
    for (const name of ['backpack', 'bag', 'handbag'] as const) found[name] = name === carried ? 'yes' : 'no';
  }
  return found;
}

/** What several pictures of the same clothes show together: a bag that one of them hides is there all the same. */
export function togetherSeen(pictures: readonly PersonAttributes[]): PersonAttributes {
  const found: Partial<Record<AttributeName, string>> = {};
  for (const said of pictures) {
    for (const name of attributeNames) {
      const value = said[name];
      if (value === undefined || found[name] === 'yes') continue;
      if (found[name] === undefined || value === 'yes') found[name] = value;
    }
  }
  return found;
}
