/** Attributes of people or pictures beside a data set: JSON by person, or a CSV with a column for each. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parse } from 'csv-parse/sync';
import { ChatReidError } from '../../foundation/error.ts';
import { normaliseAttributes } from './attribute-words.ts';
import type { PersonAttributes } from '../../foundation/person-attributes.ts';
import { plainPerson } from './person-key.ts';

export interface AttributeTable {
  /** By person as {@link plainPerson} writes it. */
  readonly people: ReadonlyMap<string, PersonAttributes>;
  /** By the path that the file names, as it stands there: relative to the data set or the manifest. */
  readonly pictures: ReadonlyMap<string, PersonAttributes>;
}

/**
 * JSON is `{"0002": {"gender": "woman", "top": "white", ...}, ...}`. A CSV has a column `person_id` or `path` and one for
 * each attribute; a column `attributes` or `tags` may hold `gender=woman;top=white` instead. Names and values are read
 * as {@link normaliseAttributes} does. With a path the row is about that picture alone, else about the person.
 *
 * @throws ChatReidError DATASET_INVALID naming the file and what is wrong in it
 */
export async function readAttributeFile(file: string): Promise<AttributeTable> {
  const path = resolve(file);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw invalid(path, 'it cannot be read', error);
  });
  return text.trimStart().startsWith('{') ? fromJson(path, text) : fromCsv(path, text);
}

function fromJson(path: string, text: string): AttributeTable {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalid(path, 'it is not JSON', error);
  }
  const people = new Map<string, PersonAttributes>();
  for (const [person, said] of Object.entries(value as Record<string, unknown>)) {
    if (typeof said !== 'object' || said === null) {
      throw invalid(path, `what it says of person ${person} is no object of attributes`);
    }
    people.set(plainPerson(person), normaliseAttributes(said as Record<string, unknown>));
  }
  return { people, pictures: new Map() };
}

function fromCsv(path: string, text: string): AttributeTable {
  let rows: Record<string, string>[];
  try {
    rows = parse(text, { columns: (names: string[]) => names.map(plainName), bom: true, trim: true });
  } catch (error) {
    throw invalid(path, 'it is neither JSON nor CSV', error);
  }
  const people = new Map<string, PersonAttributes>();
  const pictures = new Map<string, PersonAttributes>();
  for (const [at, row] of rows.entries()) {
    const { path: picture, person_id: person, attributes, tags, ...columns } = row;
    const said = normaliseAttributes({ ...columns, ...fromTags(attributes || tags || '') });
    if (picture) pictures.set(picture, said);
    else if (person) people.set(plainPerson(person), said);
    else throw invalid(path, `row ${at + 2} names neither person_id nor path`);
  }
  return { people, pictures };
}

/** `Person ID`, `personId` and `person_id` are one. */
function plainName(name: string): string {
  const plain = name.toLowerCase().replace(/[^a-z]/g, '');
  return plain === 'personid' || plain === 'person' ? 'person_id' : name.trim().toLowerCase();
}

function fromTags(tags: string): Record<string, string> {
  return Object.fromEntries(
    tags.split(';').flatMap((pair) => {
      const [name = '', value = ''] = pair.split('=');
      return name.trim() === '' ? [] : [[name.trim().toLowerCase(), value.trim()]];
    }),
  );
}

function invalid(path: string, why: string, cause?: unknown): ChatReidError {
  return new ChatReidError(
    'DATASET_INVALID',
    `The attributes in ${path} cannot be used: ${why}.`,
    'Give JSON as {"0002": {"gender": "woman", "top": "white"}} or a CSV with person_id and a column an attribute.',
    cause,
  );
}
