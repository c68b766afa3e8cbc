/** Who is looked for in the simulated talks: people with known attributes, their query picture, and the gallery. */
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parse } from 'csv-parse/sync';
import type { PersonAttributes } from '../../foundation/person-attributes.ts';
import type { BenchmarkRow } from '../benchmark.ts';
import { malformedRow } from '../datasets/dataset-errors.ts';
import { manifestBenchmark } from '../datasets/manifest.ts';
import { attributeLabels } from '../derived/attribute-labels.ts';
import { marketTest } from '../derived/market-gallery.ts';
import { tagAttributes, togetherSeen } from './tag-attributes.ts';

/** Somebody whom a witness has seen. */
export interface SoughtPerson {
  readonly personId: string;
  /** The picture that the witness may show; absolute path. */
  readonly picture: BenchmarkRow;
  readonly attributes: PersonAttributes;
}

export interface DialogueData {
  readonly title: string;
  /** In the order of the data set, one entry a person. */
  readonly people: readonly SoughtPerson[];
  readonly gallery: readonly BenchmarkRow[];
}

/**
 * A manifest with a column `tags` as the demo gallery has it. The witness saw what the query picture and the person's other
 * pictures in the same clothes show.
 *
 * @throws ChatReidError DATASET_INVALID
 */
export async function manifestPeople(file: string, title: string): Promise<DialogueData> {
  const { queries, gallery } = await manifestBenchmark({ queries: 'image' }).read(file, {
    allowPartial: false,
  });
  const tagged = await tagsByPath(file);
  const seen = [...queries, ...gallery].map(({ path = '', personId, clothesId }) => ({
    dressed: JSON.stringify([personId, clothesId]),
    attributes: tagAttributes(tagged.get(path) ?? ''),
  }));
  const firsts = new Map<string, SoughtPerson>();
  for (const { path, ...row } of queries) {
    if (path === undefined || firsts.has(row.personId)) continue;
    const dressed = JSON.stringify([row.personId, row.clothesId]);
    const attributes = togetherSeen(
      seen.filter((one) => one.dressed === dressed).map((one) => one.attributes),
    );
    firsts.set(row.personId, { personId: row.personId, picture: { ...row, path }, attributes });
  }
  return { title, people: sought([...firsts.values()], gallery, file), gallery };
}

async function tagsByPath(file: string): Promise<Map<string, string>> {
  const rows: Record<string, string>[] = parse(await readFile(file), { columns: true, bom: true });
  return new Map(rows.map(({ path = '', tags = '' }) => [resolve(dirname(file), path), tags]));
}

/**
 * The 750 test persons of Market-1501, each with the first query picture. Distractors have no attributes and are left out.
 *
 * @throws ChatReidError DATASET_INVALID
 */
export async function marketPeople(folder: string, attributes: string): Promise<DialogueData> {
  const [{ queries, gallery }, labels] = await Promise.all([
    marketTest(folder, { allowPartial: false }),
    attributeLabels(attributes),
  ]);
  const firsts = new Map<string, SoughtPerson>();
  for (const { path, ...row } of queries) {
    const said = labels.get(row.personId);
    if (path === undefined || said === undefined || firsts.has(row.personId)) continue;
    firsts.set(row.personId, { personId: row.personId, picture: { ...row, path }, attributes: said });
  }
  const labelled = gallery.filter(({ personId }) => labels.has(personId));
  return {
    title: 'Market-1501, test persons',
    people: sought([...firsts.values()], labelled, attributes),
    gallery: labelled,
  };
}

/** A smaller search: the first people alone, among their own pictures. */
export function firstPeople({ title, people, gallery }: DialogueData, count: number): DialogueData {
  if (count >= people.length) return { title, people, gallery };
  const some = people.slice(0, count);
  const kept = new Set(some.map(({ personId }) => personId));
  return {
    title: `${title}, the first ${count}`,
    people: some,
    gallery: gallery.filter(({ personId }) => kept.has(personId)),
  };
}

/** Who is in the gallery, and of whom there is something to tell. */
function sought(
  people: readonly SoughtPerson[],
  gallery: readonly BenchmarkRow[],
  file: string,
): SoughtPerson[] {
  const there = new Set(gallery.map(({ personId }) => personId));
  const found = people.filter(
    ({ personId, attributes }) => there.has(personId) && Object.keys(attributes).length > 0,
  );
  if (found.length > 0) return found;
  throw malformedRow(
    resolve(file),
    'nobody in it is in the gallery and has attributes',
    'Give attributes of people who are searched for.',
  );
}
