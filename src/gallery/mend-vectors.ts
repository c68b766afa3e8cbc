/** Vectors that the disk has damaged: found, and taken out, so that they are computed again from the pictures. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ChatReidError } from '../foundation/error.ts';
import type { GalleryDatabase, Row } from './gallery-database.ts';
import { vectorTable } from './gallery-schema.ts';
import { asVector, isUnit } from './gallery-vectors.ts';
import { hexOf } from './picture-record.ts';

const page = 300;

/** @returns undefined where the bytes are not those of a unit vector of this dimension */
export function soundVector(data: Row[string] | undefined, dimension: number): Float32Array | undefined {
  if (data instanceof Uint8Array || data instanceof ArrayBuffer) {
    if (data.byteLength !== dimension * 4) return undefined;
    const vector = asVector(data);
    return isUnit(vector) ? vector : undefined;
  }
  return undefined;
}

export function damagedVector(db: GalleryDatabase, gallery: number, pictureHash: Row[string]): ChatReidError {
  const name = String(db.get('SELECT name FROM gallery WHERE id = ?', gallery)?.name);
  return new ChatReidError(
    'GALLERY_DAMAGED',
    `The index of gallery "${name}" is damaged: the vector of picture ${hexOf(pictureHash).slice(0, 12)} in ${db.file} is not one.`,
    `Run: chatreid gallery reindex --gallery ${name} (it computes what is damaged again from the pictures; a backup is not needed).`,
  );
}

/**
 * Removes what is damaged of all vectors, whichever gallery they are of. Where their table itself cannot be read any more,
 * all of them go: records and pictures are elsewhere.
 *
 * @returns how many were removed; undefined for all
 * @throws ChatReidError GALLERY_DAMAGED where more than the vectors is damaged
 */
export async function removeDamagedVectors(db: GalleryDatabase): Promise<number | undefined> {
  try {
    if (await isReadable(db)) {
      const removed = await removeUnsound(db);
      if (await hasLostPages(db)) await db.rewrite();
      return removed;
    }
  } catch (error) {
    if (!(error instanceof ChatReidError && error.code === 'GALLERY_DAMAGED')) throw error;
  }
  await startAnew(db);
  return undefined;
}

/** The table and its indexes, and that they agree. */
async function isReadable(db: GalleryDatabase): Promise<boolean> {
  const rows = await db.read(() => db.all("PRAGMA integrity_check('vector')"));
  return rows.length === 1 && rows[0]?.integrity_check === 'ok';
}

/** What an index that was built anew left behind, where the process ended before the file was written anew without it. */
async function hasLostPages(db: GalleryDatabase): Promise<boolean> {
  const rows = await db.read(() => db.all('PRAGMA integrity_check'));
  const lines = rows.flatMap((row) => String(row.integrity_check).split('\n'));
  return lines.some((line) => /: never used$/.test(line));
}

async function removeUnsound(db: GalleryDatabase): Promise<number> {
  let removed = 0;
  for (let after = 0; ; await nextTurn()) {
    const rows = await db.read(() =>
      db.all(
        `SELECT v.id AS id, CAST(v.data AS BLOB) AS data, s.dimension AS dimension FROM vector v JOIN space s ON s.id = v.space
         WHERE v.id > ? ORDER BY v.id LIMIT ${page}`,
        after,
      ),
    );
    const unsound = rows.filter(({ data, dimension }) => !soundVector(data, Number(dimension)));
    if (unsound.length > 0) {
      removed += await db.write(() => {
        // Indexes in memory are built anew.
        db.run('UPDATE space SET dropped = ?', db.tick());
        return unsound.reduce(
          (sum, { id }) => sum + db.run('DELETE FROM vector WHERE id = ?', Number(id)),
          0,
        );
      });
    }
    if (rows.length < page) break;
    after = Number(rows.at(-1)?.id);
  }
  return removed;
}

/** The table is taken out of the schema without a look at its pages, which then are nobody's until the file is written anew. */
async function startAnew(db: GalleryDatabase): Promise<void> {
  await db.rewriteSchema("DELETE FROM sqlite_master WHERE tbl_name = 'vector'", () => {
    db.exec(vectorTable);
    db.run('UPDATE space SET dropped = ?', db.tick());
  });
}
