/** What a gallery holds, counted. */
import type { GalleryDatabase, Row } from './gallery-database.ts';
import type { GallerySummary } from './gallery-store.ts';
import { dropUndefined } from './picture-record.ts';

/** A row of the gallery table. */
export interface Gallery {
  readonly id: number;
  readonly name: string;
  readonly liveSpace?: string;
}

/** Call inside a read. */
export function summarise(db: GalleryDatabase, { id, name, liveSpace }: Gallery): GallerySummary {
  const counts = db.get(
    `SELECT count(*) AS pictures, count(DISTINCT person) AS persons, min(time) AS first, max(time) AS last
     FROM entry WHERE gallery = ?`,
    id,
  );
  const distinct = (column: 'camera' | 'place') =>
    db
      .all(`SELECT DISTINCT ${column} AS value FROM entry WHERE gallery = ? AND ${column} IS NOT NULL`, id)
      .map((row) => String(row.value))
      // Camera 10 after camera 9.
      .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const spaces = db
    .all(
      `SELECT s.name AS space, s.dimension AS dimension, count(*) AS pictures
       FROM entry e JOIN vector v ON v.picture = e.picture JOIN space s ON s.id = v.space
       WHERE e.gallery = ? GROUP BY s.id ORDER BY s.id`,
      id,
    )
    .map((row) => ({
      space: String(row.space),
      dimension: Number(row.dimension),
      pictures: Number(row.pictures),
    }));
  return {
    name,
    pictures: Number(counts?.pictures),
    persons: Number(counts?.persons),
    cameras: distinct('camera'),
    places: distinct('place'),
    ...dropUndefined({ firstTime: instant(counts?.first), lastTime: instant(counts?.last) }),
    spaces,
    ...dropUndefined({ liveSpace }),
  };
}

function instant(cell: Row[string] | undefined): string | undefined {
  return typeof cell === 'number' ? new Date(cell).toISOString() : undefined;
}
