/** The many names that files give to attributes and their values, as the one table that we use. */
import {
  type AttributeName,
  attributeNames,
  attributeValues,
  type PersonAttributes,
  presences,
} from '../../foundation/person-attributes.ts';

const columnNames: Readonly<Record<string, AttributeName>> = {
  ...Object.fromEntries(attributeNames.map((name) => [name, name])),
  sex: 'gender',
  upper_color: 'top',
  upper_colour: 'top',
  top_color: 'top',
  lower_color: 'bottom',
  lower_colour: 'bottom',
  bottom_color: 'bottom',
  sleeve: 'sleeves',
  lower: 'legwear',
  shoulder_bag: 'bag',
};

const valueNames: Readonly<Partial<Record<AttributeName, Readonly<Record<string, string>>>>> = {
  gender: { male: 'man', m: 'man', boy: 'man', female: 'woman', f: 'woman', girl: 'woman' },
  age: {
    young: 'child',
    kid: 'child',
    teen: 'teenager',
    youth: 'teenager',
    old: 'elderly',
    senior: 'elderly',
  },
  legwear: { pants: 'trousers', jeans: 'trousers', leggings: 'trousers', 'short skirt': 'skirt' },
};

const absent = new Set(['no', 'none', 'false', '0', 'without']);
const unknown = new Set(['', 'unknown', 'n/a', 'na', '?', 'null']);

/** Columns and values that are none of the table are left out; a hat of any kind (`beanie`) is a hat. */
export function normaliseAttributes(said: Readonly<Record<string, unknown>>): PersonAttributes {
  const found: Partial<Record<AttributeName, string>> = {};
  for (const [column, raw] of Object.entries(said)) {
    const name = columnNames[column.trim().toLowerCase().replace(/[ -]/g, '_')];
    if (name === undefined || raw === null || raw === undefined) continue;
    const word = String(raw).trim().toLowerCase();
    if (unknown.has(word)) continue;
    const value = valueNamed(name, word);
    if (value !== undefined) found[name] = value;
  }
  return found;
}

function valueNamed(name: AttributeName, word: string): string | undefined {
  if (presences.has(name)) return absent.has(word) ? 'no' : 'yes';
  const value = valueNames[name]?.[word] ?? word;
  const closed: readonly string[] | undefined = (
    attributeValues as Partial<Record<string, readonly string[]>>
  )[name];
  if (closed !== undefined) return closed.includes(value) ? value : undefined;
  return /^[a-z]+(?:[ -][a-z]+)?$/.test(value) ? value : undefined;
}
