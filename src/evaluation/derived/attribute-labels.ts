/** Attributes of people beside a data set, for measuring: JSON by person, in the words of the attribute table. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  attributeNames,
  attributeValues,
  type PersonAttributes,
  presences,
} from '../../foundation/person-attributes.ts';
import { malformedRow } from '../datasets/dataset-errors.ts';

const next =
  'Give JSON as {"0001": {"gender": "woman", "top": "white"}}; model/hpt/market_attributes.py makes it for Market-1501 (--part test).';
const names: ReadonlySet<string> = new Set(attributeNames);
const closed: Readonly<Partial<Record<string, readonly string[]>>> = attributeValues;

/**
 * @returns by person, as the file writes it
 * @throws ChatReidError DATASET_INVALID naming the file and the person: an attribute or a value that is not in the table
 */
export async function attributeLabels(file: string): Promise<ReadonlyMap<string, PersonAttributes>> {
  const path = resolve(file);
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw malformedRow(path, 'this is no JSON file that can be read', next, error);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw malformedRow(path, 'it is no object of persons', next);
  }
  const found = new Map<string, PersonAttributes>();
  for (const [person, said] of Object.entries(value as Record<string, unknown>)) {
    const wrong = (what: string): Error => malformedRow(`${path} person ${person}`, what, next);
    if (typeof said !== 'object' || said === null) throw wrong('what it says is no object of attributes');
    for (const [name, word] of Object.entries(said)) {
      if (!names.has(name)) throw wrong(`there is no attribute ${JSON.stringify(name)}`);
      if (!allowed(name, word)) throw wrong(`${name} cannot be ${JSON.stringify(word)}`);
    }
    found.set(person, said as PersonAttributes);
  }
  if (found.size === 0) throw malformedRow(path, 'it names nobody', next);
  return found;
}

function allowed(name: string, word: unknown): boolean {
  if (typeof word !== 'string') return false;
  if ((presences as ReadonlySet<string>).has(name)) return word === 'yes' || word === 'no';
  return closed[name]?.includes(word) ?? /^[a-z]+(?:[ -][a-z]+)?$/.test(word);
}
