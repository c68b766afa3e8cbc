/** Takes pieces of what is about to be removed, while it is there: what the proof looks for afterwards. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { uploadedFile } from '../../conversation/storage/forget-uploads.ts';
import type { GalleryStore, PictureRecord } from '../../gallery/gallery-store.ts';
import { pathOf } from '../../gallery/gallery-store.ts';
import { ByteScanner } from '../../trust/forget/byte-scanner.ts';
import type { Fingerprint } from '../../trust/forget/fingerprint.ts';
import { type ForgetOrder, keyedHash } from '../../trust/forget/forget-order.ts';
import { featureNeedles, pictureNeedles, vectorNeedles, wordNeedles } from '../../trust/forget/needles.ts';
import { featureFilesOf, type Place } from './places.ts';

/** Of an order over more pictures fewer pieces of each are looked for: a hundred thousand in all keep the scan fast. */
const piecesInAll = 16_000;
const mostPieces = 8;
/** A vector is read with those of as many others. */
const page = 200;

export interface OpenPlace {
  readonly place: Place;
  readonly store: GalleryStore;
}

/** @returns the order with the marks of its pictures, as they are in all of these places */
export async function withMarks(
  order: ForgetOrder,
  places: readonly OpenPlace[],
  signal?: AbortSignal,
): Promise<ForgetOrder> {
  const pieces = Math.max(1, Math.min(mostPieces, Math.floor(piecesInAll / order.pictures.length)));
  const options = { salt: order.salt, pieces };
  const marks = new Map<string, Fingerprint>();
  const add = (some: readonly Fingerprint[]) => {
    for (const mark of some) marks.set(mark.mac, mark);
  };
  for (const { place, store } of places) {
    for (const [at, id] of order.pictures.entries()) {
      signal?.throwIfAborted();
      const path = (await pathOf(store, id)) ?? (await uploadedFile(place.uploads, id));
      const bytes = path === undefined ? undefined : await readFile(path).catch(() => undefined);
      if (bytes) add(pictureNeedles(bytes, at, options));
      for (const file of await featureFilesOf(place, id)) {
        const features = await readFile(file).catch(() => undefined);
        if (features) add(featureNeedles(features, at, options));
      }
    }
    const spaces = new Set((await store.galleries()).flatMap((one) => one.spaces.map(({ space }) => space)));
    for (const space of spaces) {
      for (let from = 0; from < order.pictures.length; from += page) {
        const vectors = await store.vectors(space, order.pictures.slice(from, from + page));
        for (const [at, vector] of vectors.entries())
          if (vector) add(vectorNeedles(vector, from + at, options));
      }
    }
  }
  return { ...order, marks: [...marks.values()] };
}

/** Names that a record goes by. */
export interface Names {
  readonly persons: ReadonlySet<string>;
  readonly sources: ReadonlySet<string>;
}

/**
 * Names that nothing else goes by: a name that is part of another one's, or of what is known of a picture that stays, is not
 * taken away and not looked for.
 *
 * @param stays what is known of pictures that stay
 */
export function withNames(order: ForgetOrder, names: Names, stays: ReadonlySet<string>): ForgetOrder {
  const { salt } = order;
  const all = [
    ...[...names.persons].map((name) => ({ name, kind: 'person id' as const })),
    ...[...names.sources].map((name) => ({ name, kind: 'file name' as const })),
  ].filter(({ name }) => name !== '' && !stays.has(name));
  const pieces = all.map(({ name, kind }) => ({ name, pieces: wordNeedles(salt, kind, name) }));
  const scanner = new ByteScanner(
    salt,
    pieces.flatMap((one) => one.pieces),
  );
  const common = new Set<string>();
  for (const text of stays) {
    for (const { needle } of scanner.scan(Buffer.from(text, 'utf8'))) common.add(needle.mac);
  }
  const own = pieces.filter((one) => !one.pieces.some(({ mac }) => common.has(mac)));
  const words = [...order.words, ...own.flatMap((one) => one.pieces)];
  const values = [...order.values, ...all.map(({ name }) => keyedHash(salt, name))];
  return {
    ...order,
    words: [...new Map(words.map((word) => [word.mac, word])).values()],
    values: [...new Set(values)],
  };
}

/** Everything that a record says in words. */
export function wordsOf({ personId, cameraId, place, caption, source, tags }: PictureRecord): string[] {
  return [personId, cameraId, place, caption, source, ...(tags ?? [])].filter((word) => word !== undefined);
}

export function hasGalleries({ galleries }: Place): boolean {
  return existsSync(join(galleries, 'gallery.db'));
}
