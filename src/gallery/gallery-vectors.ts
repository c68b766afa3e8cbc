/** Vectors in the database, each of one picture in one space; call inside a read or a write. */
import { ChatReidError } from '../foundation/error.ts';
import { bytesOf, type GalleryDatabase, type Row } from './gallery-database.ts';
import type { Gallery } from './gallery-summary.ts';
import { hashOf, hexOf } from './picture-record.ts';

export function spaceNamed(
  db: GalleryDatabase,
  name: string,
): { readonly space: number; readonly dimension: number } | undefined {
  const row = db.get('SELECT id, dimension FROM space WHERE name = ?', name);
  return row && { space: Number(row.id), dimension: Number(row.dimension) };
}

/**
 * Makes the space the one that the gallery is searched in, unless it is searched in another one where it has pictures.
 *
 * @throws ChatReidError GALLERY_NOT_INDEXED
 */
export function claimSpace(db: GalleryDatabase, gallery: Gallery, space: string): void {
  const { id, name, liveSpace } = gallery;
  if (liveSpace === space) return;
  const live = liveSpace === undefined ? undefined : spaceNamed(db, liveSpace)?.space;
  const some =
    live !== undefined &&
    db.get(
      `SELECT 1 AS x FROM entry e JOIN vector v ON v.space = ? AND v.picture = e.picture
       WHERE e.gallery = ? LIMIT 1`,
      live,
      id,
    );
  if (some) throw otherModel(name);
  db.run('UPDATE gallery SET live_space = ? WHERE id = ?', space, id);
}

export function otherModel(gallery: string): ChatReidError {
  return new ChatReidError(
    'GALLERY_NOT_INDEXED',
    `Gallery "${gallery}" is indexed with another model, and vectors of two models are never mixed.`,
    `Run: chatreid gallery reindex --gallery ${gallery} (or use the model that it is indexed with).`,
  );
}

/** A picture that was removed meanwhile has no row any more, and nothing is stored for it. */
export function putVectors(
  db: GalleryDatabase,
  name: string,
  vectors: readonly { readonly pictureId: string; readonly vector: Float32Array }[],
): void {
  const dimension = vectors[0]?.vector.length;
  if (dimension === undefined) return;
  const now = db.tick();
  db.run('INSERT INTO space (name, dimension) VALUES (?, ?) ON CONFLICT DO NOTHING', name, dimension);
  const known = spaceNamed(db, name);
  for (const { pictureId, vector } of vectors) {
    if (!known || vector.length !== known.dimension) {
      throw new ChatReidError(
        'OPTION_INVALID',
        `A vector of ${vector.length} numbers cannot join a space of ${known?.dimension}.`,
        'Every model has a space of its own: index with one model, then switch with reindex.',
      );
    }
    db.run(
      `INSERT INTO vector (space, picture, changed, data) SELECT ?, id, ?, ? FROM picture WHERE hash = ?
       ON CONFLICT (space, picture) DO UPDATE SET changed = excluded.changed, data = excluded.data
       WHERE data IS NOT excluded.data`,
      known.space,
      now,
      Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength),
      hashOf(pictureId),
    );
  }
}

export function vectorOf(db: GalleryDatabase, space: number, pictureId: string): Float32Array | undefined {
  const row = db.get(
    'SELECT data FROM vector v JOIN picture p ON p.id = v.picture WHERE v.space = ? AND p.hash = ?',
    space,
    hashOf(pictureId),
  );
  return row && asVector(row.data);
}

/** Picture ids in the order of registration; all of the gallery's when the space is not known at all. */
export function withoutVector(db: GalleryDatabase, gallery: number, space: number | undefined): string[] {
  return db
    .all(
      `SELECT p.hash AS hash FROM entry e JOIN picture p ON p.id = e.picture WHERE e.gallery = ? AND NOT EXISTS
       (SELECT 1 FROM vector v WHERE v.space = ? AND v.picture = e.picture) ORDER BY e.seq`,
      gallery,
      space ?? null,
    )
    .map((row) => hexOf(row.hash));
}

/** Those of the gallery's pictures, but for pictures that another gallery searches with in this space. */
export function dropVectors(db: GalleryDatabase, gallery: number, name: string): void {
  const space = spaceNamed(db, name)?.space ?? null;
  db.run(
    `DELETE FROM vector WHERE space = ? AND picture IN (SELECT picture FROM entry WHERE gallery = ?)
     AND NOT EXISTS (SELECT 1 FROM entry o JOIN gallery g ON g.id = o.gallery
                     WHERE o.picture = vector.picture AND g.live_space = ?)`,
    space,
    gallery,
    name,
  );
  db.run('UPDATE space SET dropped = ? WHERE id = ?', db.tick(), space);
}

/** Little-endian float32, as stored. A buffer of the driver may start at any byte, so its bytes are copied. */
export function asVector(data: Row[string] | undefined): Float32Array {
  return new Float32Array(data instanceof ArrayBuffer ? data : new Uint8Array(bytesOf(data)).buffer);
}

/** @throws ChatReidError OPTION_INVALID unless it is finite and of unit length */
export function checkVector(pictureId: string, vector: Float32Array): void {
  if (isUnit(vector)) return;
  throw new ChatReidError(
    'OPTION_INVALID',
    `The vector of picture ${pictureId.slice(0, 12)} is not of unit length (its squares sum to ${squaresOf(vector)}).`,
    'The model folder is probably damaged: check it with chatreid status.',
  );
}

export function isUnit(vector: Float32Array): boolean {
  return Math.abs(squaresOf(vector) - 1) < 1e-3;
}

function squaresOf(vector: Float32Array): number {
  let squares = 0;
  for (const value of vector) squares += value * value;
  return squares;
}
