/** Entries of a gallery inside one write transaction: adding, correcting, removing, and the files left over. */
import { bytesOf, type GalleryDatabase } from './gallery-database.ts';
import type { PictureRecord } from './gallery-store.ts';
import type { PictureFiles } from './picture-files.ts';
import { factCells, factColumns, hashOf, hexOf } from './picture-record.ts';

export interface NewPicture {
  readonly record: PictureRecord;
  readonly hash: Uint8Array;
  readonly extension: string;
  readonly bytes: Uint8Array;
}

/**
 * Known facts of a picture that the gallery already has are corrected; unknown ones erase nothing; its source stays the
 * name that it first came under.
 *
 * @returns whether it was new to the gallery
 */
export function addEntry(db: GalleryDatabase, gallery: number, picture: NewPicture, now: number): boolean {
  const { record, hash, extension } = picture;
  db.run(
    'INSERT INTO picture (hash, extension, width, height) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
    hash,
    extension,
    record.width,
    record.height,
  );
  db.run('DELETE FROM leftover WHERE hash = ?', hash);
  const id = Number(db.get('SELECT id FROM picture WHERE hash = ?', hash)?.id);
  const facts = factCells(record);
  const present = db.get(
    `SELECT seq, ${factColumns.join(', ')} FROM entry WHERE gallery = ? AND picture = ?`,
    gallery,
    id,
  );
  if (!present) {
    db.run(
      `INSERT INTO entry (gallery, picture, source, changed, ${factColumns.join(', ')})
       VALUES (?, ?, ?, ?, ${factColumns.map(() => '?').join(', ')})`,
      gallery,
      id,
      record.source,
      now,
      ...factColumns.map((column) => facts[column]),
    );
    return true;
  }
  const corrected = factColumns.filter(
    (column) => facts[column] !== null && facts[column] !== present[column],
  );
  if (corrected.length > 0) {
    db.run(
      `UPDATE entry SET changed = ?, ${corrected.map((column) => `${column} = ?`).join(', ')} WHERE seq = ?`,
      now,
      ...corrected.map((column) => facts[column]),
      Number(present.seq),
    );
  }
  return false;
}

/** Rows of `removed` that a gallery keeps, at most: an index that has missed more is as well built anew. */
const removedRows = 20_000;

export interface Entry {
  readonly seq: number;
  readonly picture: number;
}

export function entriesOf(db: GalleryDatabase, gallery: number, pictureIds: readonly string[]): Entry[] {
  return pictureIds.flatMap((pictureId) =>
    db
      .all(
        'SELECT e.seq AS seq, e.picture AS picture FROM entry e JOIN picture p ON p.id = e.picture WHERE e.gallery = ? AND p.hash = ?',
        gallery,
        hashOf(pictureId),
      )
      .map((row) => ({ seq: Number(row.seq), picture: Number(row.picture) })),
  );
}

/** Names, in their order. */
export function galleriesOf(db: GalleryDatabase, pictureId: string): string[] {
  return db
    .all(
      `SELECT g.name AS name FROM picture p JOIN entry e ON e.picture = p.id JOIN gallery g ON g.id = e.gallery
       WHERE p.hash = ? ORDER BY g.name`,
      hashOf(pictureId),
    )
    .map((row) => String(row.name));
}

/** Removes entries, and vectors and picture rows that no gallery needs any more; their files become leftovers. */
export function deleteEntries(db: GalleryDatabase, gallery: number, entries: readonly Entry[]): number {
  const now = db.tick();
  let removed = 0;
  for (const { seq, picture } of entries) {
    const gone = db.run('DELETE FROM entry WHERE seq = ?', seq);
    if (gone === 0) continue;
    removed++;
    db.run('INSERT INTO removed VALUES (?, ?, ?)', gallery, seq, now);
    if (db.get('SELECT 1 AS x FROM entry WHERE picture = ? LIMIT 1', picture)) continue;
    db.run('DELETE FROM vector WHERE picture = ?', picture);
    db.run('INSERT OR REPLACE INTO leftover SELECT hash, extension, 0 FROM picture WHERE id = ?', picture);
    db.run('DELETE FROM picture WHERE id = ?', picture);
  }
  forgetOldRemovals(db, gallery);
  return removed;
}

/** Too many rows of `removed` become half of them, the newest. */
function forgetOldRemovals(db: GalleryDatabase, gallery: number): void {
  const rows = Number(db.get('SELECT count(*) AS n FROM removed WHERE gallery = ?', gallery)?.n);
  if (rows <= removedRows) return;
  const newest = db.get(
    'SELECT changed FROM removed WHERE gallery = ? ORDER BY changed DESC, seq DESC LIMIT 1 OFFSET ?',
    gallery,
    removedRows / 2,
  );
  const forgotten = Number(newest?.changed);
  db.run('DELETE FROM removed WHERE gallery = ? AND changed <= ?', gallery, forgotten);
  db.run('UPDATE gallery SET forgotten = ? WHERE id = ?', forgotten, gallery);
}

/**
 * Deletes the files of removed pictures (whose `since` is 0), and of pictures whose adding began before `abandoned`
 * (milliseconds since 1970) and was never finished: inside a write transaction, so that nobody can be naming them. The notes
 * go in a second one, when the disk has forgotten the files: a power cut brings none back that nothing knows of.
 */
export async function sweepLeftovers(db: GalleryDatabase, files: PictureFiles, abandoned = 0): Promise<void> {
  const swept = await db.write(() => {
    const rows = db.all('SELECT hash, extension FROM leftover WHERE since <= ?', abandoned);
    return rows.map((row) => {
      const hash = bytesOf(row.hash);
      const named = db.get('SELECT 1 AS x FROM picture WHERE hash = ?', hash);
      if (!named) files.deleteNow(hexOf(hash), String(row.extension));
      return hash;
    });
  });
  if (swept.length === 0) return;
  await files.settle(swept.map(hexOf));
  await db.write(() => {
    // A process that is adding the picture again has made the note younger: that one stays.
    for (const hash of swept) db.run('DELETE FROM leftover WHERE hash = ? AND since <= ?', hash, abandoned);
  });
}
