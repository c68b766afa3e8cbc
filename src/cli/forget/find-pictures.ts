/** Which pictures are meant: of a person, by id or file, or older than a moment; of galleries and of talks. */
import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ChatReidError } from '../../foundation/error.ts';
import { pictureId } from '../../foundation/picture.ts';
import { type GalleryStore, pathOf, type PictureRecord } from '../../gallery/gallery-store.ts';
import type { Place } from './places.ts';

const page = 2000;
/** Digits of a picture id that must be typed at least. */
const shortestPrefix = 6;

export interface Searched {
  readonly store: GalleryStore;
  readonly place: Place;
  /** Only this one. */
  readonly gallery?: string | undefined;
}

export async function picturesOfPerson({ store, gallery }: Searched, person: string): Promise<string[]> {
  const ids = new Set<string>();
  for (const name of await galleriesOf(store, gallery)) {
    for (const record of await store.list(name, { scope: { persons: [person] } })) ids.add(record.pictureId);
  }
  return [...ids];
}

/**
 * @param names whole ids, beginnings of ids, or files, which need not be in any gallery any more
 * @throws ChatReidError OPTION_INVALID (a beginning that several pictures share), PICTURE_UNKNOWN
 */
export async function picturesNamed(searched: Searched, names: readonly string[]): Promise<string[]> {
  const found = new Set<string>();
  const begun: string[] = [];
  for (const name of names) {
    if (existsSync(name)) found.add(pictureId(await readFile(name)));
    else if (/^[0-9a-f]{64}$/i.test(name)) found.add(name.toLowerCase());
    else if (new RegExp(`^[0-9a-f]{${shortestPrefix},63}$`, 'i').test(name)) begun.push(name.toLowerCase());
    else throw noPicture(name);
  }
  if (begun.length === 0) return [...found];
  const known = await allPictures(searched);
  for (const start of begun) {
    const matching = [...known].filter((id) => id.startsWith(start)).sort();
    const [first, second] = matching;
    if (first === undefined) throw noPicture(start);
    if (second !== undefined) throw ambiguous(start, matching);
    found.add(first);
  }
  return [...found];
}

/** By the time of the picture; where that is not known, by when it was registered. */
export async function picturesBefore({ store, gallery }: Searched, before: Date): Promise<string[]> {
  const ids = new Set<string>();
  for (const name of await galleriesOf(store, gallery)) {
    for await (const record of recordsOf(store, name)) {
      if ((await timeOf(store, record)) < before.getTime()) ids.add(record.pictureId);
    }
  }
  return [...ids];
}

/** Milliseconds since 1970; now for a picture that is not there any more. */
export async function timeOf(store: GalleryStore, { pictureId: id, time }: PictureRecord): Promise<number> {
  if (time !== undefined) return Date.parse(time);
  return (await registeredAt(store, id)) ?? Number.POSITIVE_INFINITY;
}

/** When its file was written: milliseconds since 1970. */
export async function registeredAt(store: GalleryStore, id: string): Promise<number | undefined> {
  const path = await pathOf(store, id);
  return path === undefined
    ? undefined
    : stat(path)
        .then(({ mtimeMs }) => mtimeMs)
        .catch(() => undefined);
}

/** Pictures that were sent, and in no talk again since: of all talks. */
export async function uploadsBefore({ place }: Searched, before: Date): Promise<string[]> {
  const [old, fresh] = [new Set<string>(), new Set<string>()];
  const talks = join(place.uploads, 'talks');
  for (const talk of await readdir(talks).catch(() => [])) {
    for (const name of await readdir(join(talks, talk)).catch(() => [])) {
      const { mtimeMs } = await stat(join(talks, talk, name)).catch(() => ({ mtimeMs: Number.NaN }));
      if (Number.isNaN(mtimeMs)) continue;
      (mtimeMs < before.getTime() ? old : fresh).add(name.slice(0, 64));
    }
  }
  return [...old].filter((id) => !fresh.has(id));
}

export async function* recordsOf(store: GalleryStore, gallery: string): AsyncGenerator<PictureRecord> {
  for (let offset = 0; ; offset += page) {
    const records = await store.list(gallery, { offset, limit: page });
    yield* records;
    if (records.length < page) return;
  }
}

/** @throws ChatReidError GALLERY_UNKNOWN */
async function galleriesOf(store: GalleryStore, gallery: string | undefined): Promise<string[]> {
  if (gallery === undefined) return (await store.galleries()).map(({ name }) => name);
  return [(await store.summary(gallery)).name];
}

async function allPictures({ store, place, gallery }: Searched): Promise<Set<string>> {
  const ids = new Set<string>();
  for (const name of await galleriesOf(store, gallery)) {
    for await (const record of recordsOf(store, name)) ids.add(record.pictureId);
  }
  if (gallery !== undefined) return ids;
  for (const part of await readdir(place.uploads).catch(() => [])) {
    if (!/^[0-9a-f]{2}$/.test(part)) continue;
    for (const name of await readdir(join(place.uploads, part))) ids.add(name.slice(0, 64));
  }
  return ids;
}

function noPicture(name: string): ChatReidError {
  return new ChatReidError(
    'PICTURE_UNKNOWN',
    `There is no picture ${name}.`,
    `Give the file itself, or at least ${shortestPrefix} digits of its id (chatreid gallery list shows them).`,
  );
}

function ambiguous(start: string, ids: readonly string[]): ChatReidError {
  const some = ids.slice(0, 3).map((id) => id.slice(0, 12));
  return new ChatReidError(
    'OPTION_INVALID',
    `"${start}" is more than one picture: ${some.join(', ')}${ids.length > 3 ? ', …' : ''}.`,
    'Type more digits of the picture id.',
  );
}
