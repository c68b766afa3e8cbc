/** From data sets and what lies beside them to the people to train on. */
import { stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { TrainingRow, TrainingSet } from '../evaluation/benchmark.ts';
import { ChatReidError } from '../foundation/error.ts';
import { Roster, type TuningPerson, type TuningPicture } from './roster.ts';
import { type AttributeTable, readAttributeFile } from './sources/attribute-file.ts';
import { captionTarget, type FoundCaption, readCaptionFile } from './sources/caption-file.ts';
import { readExcludedPeople } from './sources/excluded-people.ts';
import { personKey, plainPerson } from './sources/person-key.ts';

export interface Source {
  /** What its people are called by: the data set's name, or the one that was given to a manifest. */
  readonly label: string;
  readonly set: TrainingSet;
  readonly path: string;
  /** File of attributes, where there is one. */
  readonly attributes?: string | undefined;
}

export interface RosterOptions {
  readonly sources: readonly Source[];
  readonly captionFiles: readonly string[];
  readonly excludeFile?: string | undefined;
  readonly allowPartial: boolean;
}

export interface RosterCounts {
  pictures: number;
  people: number;
  /** Of people that are held out. */
  excludedPictures: number;
  excludedPeople: number;
  /** Held-out names that no data set has: a val part that is not read, or a slip. */
  excludedUnknown: number;
  /** Pictures without an identity (captions alone). */
  withoutPerson: number;
  captionsOfPictures: number;
  captionsOfPeople: number;
  /** Captions of people who are not in a training part, or held out: left out. */
  captionsOfOthers: number;
  peopleWithAttributes: number;
}

interface Draft {
  readonly pictures: TuningPicture[];
  readonly captions: string[];
}

/** @throws ChatReidError DATASET_INVALID, OPTION_INVALID as the readers of each file */
export async function loadRoster(
  options: RosterOptions,
): Promise<{ roster: Roster; counts: RosterCounts; differences: string[] }> {
  const excluded = options.excludeFile ? await readExcludedPeople(options.excludeFile) : new Set<string>();
  const people = new Map<string, Draft>();
  const tables = new Map<string, AttributeTable>();
  const differences: string[] = [];
  const held = new Map<string, number>();
  let withoutPerson = 0;
  for (const { label, set, path, attributes } of options.sources) {
    const read = await set.readTraining(path, { allowPartial: options.allowPartial });
    differences.push(...read.differences.map((difference) => `${label}: ${difference}`));
    const table = attributes ? await readAttributeFile(attributes) : undefined;
    if (table) tables.set(label, table);
    for (const row of read.rows) {
      if (row.personId === undefined) {
        withoutPerson++;
        continue;
      }
      const person = personKey(label, row.personId);
      if (excluded.has(person)) {
        held.set(person, (held.get(person) ?? 0) + 1);
        continue;
      }
      const draft = people.get(person) ?? { pictures: [], captions: [] };
      people.set(person, draft);
      draft.pictures.push(pictureOf(row, person, table));
    }
  }
  refuseIdleList(options, excluded, held);
  const found: FoundCaption[] = [];
  for (const file of options.captionFiles) found.push(...(await readCaptionFile(file)));
  const joined = await joinCaptions(found, people, options.sources);

  const roster = new Roster(
    [...people].map(([id, { pictures, captions }]): TuningPerson => {
      const attributes = attributesOf(id, tables);
      return { id, pictures, captions, ...(attributes ? { attributes } : {}) };
    }),
  );
  const counts: RosterCounts = {
    pictures: roster.pictures.length,
    people: roster.people.length,
    excludedPictures: [...held.values()].reduce((sum, count) => sum + count, 0),
    excludedPeople: held.size,
    excludedUnknown: excluded.size - held.size,
    withoutPerson,
    ...joined,
    peopleWithAttributes: roster.people.filter(({ attributes }) => attributes).length,
  };
  return { roster, counts, differences };
}

function pictureOf(row: TrainingRow, person: string, table: AttributeTable | undefined): TuningPicture {
  const attributes = table?.pictures.get(row.source) ?? table?.pictures.get(row.path);
  return {
    path: row.path,
    person,
    captions: row.captions,
    ...(row.cameraId === undefined ? {} : { camera: row.cameraId }),
    ...(row.clothesId === undefined ? {} : { clothes: row.clothesId }),
    ...(attributes ? { attributes } : {}),
  };
}

function attributesOf(id: string, tables: ReadonlyMap<string, AttributeTable>) {
  const slash = id.indexOf('/');
  return tables.get(id.slice(0, slash))?.people.get(id.slice(slash + 1));
}

/** A list that holds out nobody was written for other data, and training on everybody would be found out too late. */
function refuseIdleList(
  { excludeFile, sources }: RosterOptions,
  excluded: ReadonlySet<string>,
  held: ReadonlyMap<string, number>,
): void {
  if (excludeFile === undefined || excluded.size === 0 || held.size > 0) return;
  const [first = ''] = excluded;
  throw new ChatReidError(
    'OPTION_INVALID',
    `Nobody of ${resolve(excludeFile)} is in the data (its first is ${first}; the data is ${sources.map(({ label }) => label).join(', ')}).`,
    'Write one person a line as DATASET/PERSON with the name of the data set as in --data.',
  );
}

async function joinCaptions(
  found: readonly FoundCaption[],
  people: Map<string, Draft>,
  sources: readonly Source[],
): Promise<Pick<RosterCounts, 'captionsOfPictures' | 'captionsOfPeople' | 'captionsOfOthers'>> {
  const counts = { captionsOfPictures: 0, captionsOfPeople: 0, captionsOfOthers: 0 };
  const market = sources.find(({ set }) => set.name === 'market1501');
  const byName = new Map<string, { draft: Draft; at: number } | 'several'>();
  for (const draft of people.values()) {
    for (const [at, { path }] of draft.pictures.entries()) {
      const name = basename(path);
      byName.set(name, byName.has(name) ? 'several' : { draft, at });
    }
  }
  for (const { file, text } of found) {
    const target = captionTarget(file);
    if (target === undefined) {
      counts.captionsOfOthers++;
      continue;
    }
    if ('picture' in target) {
      const owner = byName.get(basename(target.picture));
      if (owner === undefined || owner === 'several') counts.captionsOfOthers++;
      else {
        const picture = owner.draft.pictures[owner.at]!;
        owner.draft.pictures[owner.at] = { ...picture, captions: [...picture.captions, text] };
        owner.draft.captions.push(text);
        counts.captionsOfPictures++;
      }
      continue;
    }
    const label = sources.find(({ set }) => set.name === target.dataset)?.label ?? target.dataset;
    const draft = people.get(`${label}/${plainPerson(target.person)}`);
    if (draft === undefined) {
      counts.captionsOfOthers++;
      continue;
    }
    draft.captions.push(text);
    const drawn =
      target.handDrawn === undefined ? undefined : await handDrawn(market, draft, target.handDrawn);
    if (drawn === undefined) counts.captionsOfPeople++;
    else {
      const at = draft.pictures.indexOf(drawn);
      draft.pictures[at] = { ...drawn, captions: [...drawn.captions, text] };
      counts.captionsOfPictures++;
    }
  }
  return counts;
}

/** The hand-drawn crop that a caption of CUHK-PEDES is about: one of the person's pictures from now on. */
async function handDrawn(
  market: Source | undefined,
  draft: Draft,
  name: string,
): Promise<TuningPicture | undefined> {
  const known = draft.pictures.find(({ path }) => basename(path) === name);
  const sibling = draft.pictures[0];
  if (known || market === undefined || sibling === undefined) return known;
  const path = join(resolve(sibling.path, '..', '..'), 'gt_bbox', name);
  if (!(await stat(path).catch(() => undefined))?.isFile()) return undefined;
  const camera = /_c(\d)/.exec(name)?.[1];
  const picture: TuningPicture = {
    path,
    person: sibling.person,
    captions: [],
    ...(camera === undefined ? {} : { camera }),
  };
  draft.pictures.push(picture);
  return picture;
}
