/** A picture named on the command line: a file, a picture of the gallery by its id, or `-` for standard input. */
import { existsSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { ChatReidError } from '../foundation/error.ts';
import {
  inspectPicture,
  type Picture,
  pictureFromBytes,
  pictureFromFile,
  readPicture,
} from '../foundation/picture.ts';
import type { GalleryStore, PictureRecord } from '../gallery/gallery-store.ts';
import type { Terminal } from './shell.ts';

export interface NamedPicture {
  readonly picture: Picture;
  /** As it was typed. */
  readonly name: string;
  /** Where it is one of the gallery's own. */
  readonly record?: PictureRecord;
}

/** Digits of a picture id that must be typed at least. */
const shortestPrefix = 6;
const page = 5000;

export interface PictureSource {
  readonly store: () => Promise<GalleryStore>;
  readonly gallery: string;
  readonly stdin: Terminal<NodeJS.ReadableStream>;
}

/**
 * A file of that name wins over a picture id. The picture is opened as far as its header.
 *
 * @throws ChatReidError IMPORT_SOURCE_MISSING, PICTURE_UNKNOWN, PICTURE_*, OPTION_INVALID (an id with several pictures)
 */
export async function pictureArgument(name: string, source: PictureSource): Promise<NamedPicture> {
  if (name === '-') {
    if (source.stdin.isTTY) {
      throw new ChatReidError(
        'OPTION_INVALID',
        'The picture "-" is read from standard input, but that is a terminal.',
        'Pipe a picture in, e.g. curl … | chatreid ask --image -',
      );
    }
    return checked({ name, picture: pictureFromBytes(await buffer(source.stdin)) });
  }
  if (existsSync(name)) return checked({ name, picture: await pictureFromFile(name) });
  if (looksLikeId(name)) {
    const store = await source.store();
    const record = await pictureById(store, source.gallery, name);
    const picture = { id: record.pictureId, path: await store.path(record.pictureId) };
    return checked({ name, picture, record });
  }
  throw new ChatReidError(
    'IMPORT_SOURCE_MISSING',
    `There is no file ${name}.`,
    `Give the path of a picture, or at least ${shortestPrefix} digits of a picture id (chatreid gallery list shows them).`,
  );
}

/** Says which of several pictures is the bad one. */
async function checked(named: NamedPicture): Promise<NamedPicture> {
  try {
    await inspectPicture(await readPicture(named.picture));
    return named;
  } catch (error) {
    if (!(error instanceof ChatReidError)) throw error;
    const label = named.name === '-' ? 'The picture on standard input' : named.name;
    throw new ChatReidError(error.code, `${label}: ${error.message}`, error.next, error.cause);
  }
}

/** @throws ChatReidError PICTURE_UNKNOWN, OPTION_INVALID when more than one picture begins so, GALLERY_UNKNOWN */
export async function pictureById(store: GalleryStore, gallery: string, id: string): Promise<PictureRecord> {
  const wanted = id.toLowerCase();
  if (wanted.length === 64) {
    const record = await store.record(gallery, wanted);
    if (record) return record;
    throw unknown(id, gallery);
  }
  const found = await matching(store, gallery, (record) => record.pictureId.startsWith(wanted));
  return only(found, id, gallery);
}

/** As {@link pictureById}, and by the name it was imported under, whole or from the last slash on. */
export async function pictureByIdOrName(
  store: GalleryStore,
  gallery: string,
  name: string,
): Promise<PictureRecord> {
  if (looksLikeId(name)) {
    try {
      return await pictureById(store, gallery, name);
    } catch (error) {
      if (!(error instanceof ChatReidError && error.code === 'PICTURE_UNKNOWN')) throw error;
    }
  }
  const found = await matching(
    store,
    gallery,
    ({ source }) => source === name || source.endsWith(`/${name}`),
  );
  const exact = found.filter(({ source }) => source === name);
  return only(exact.length > 0 ? exact : found, name, gallery);
}

function looksLikeId(name: string): boolean {
  return /^[0-9a-f]{6,64}$/i.test(name);
}

async function matching(
  store: GalleryStore,
  gallery: string,
  fits: (record: PictureRecord) => boolean,
): Promise<PictureRecord[]> {
  const found: PictureRecord[] = [];
  for (let offset = 0; ; offset += page) {
    const records = await store.list(gallery, { offset, limit: page });
    found.push(...records.filter(fits));
    if (records.length < page || found.length > 10) return found;
  }
}

function only(found: readonly PictureRecord[], name: string, gallery: string): PictureRecord {
  const [first, second] = found;
  if (!first) throw unknown(name, gallery);
  if (!second) return first;
  const some = found.slice(0, 3).map(({ pictureId }) => pictureId.slice(0, 12));
  throw new ChatReidError(
    'OPTION_INVALID',
    `"${name}" is more than one picture of the gallery ${gallery}: ${some.join(', ')}${found.length > 3 ? ', …' : ''}.`,
    'Type more digits of the picture id.',
  );
}

function unknown(name: string, gallery: string): ChatReidError {
  return new ChatReidError(
    'PICTURE_UNKNOWN',
    `The gallery ${gallery} has no picture ${name}.`,
    `See: chatreid gallery list --gallery ${gallery}`,
  );
}
