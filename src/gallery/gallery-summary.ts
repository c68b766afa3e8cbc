/** What a gallery holds, counted. */
import type { GalleryDatabase, Row } from './gallery-database.ts';
import type { GallerySummary, Scope } from './gallery-store.ts';
import { dropUndefined } from './picture-record.ts';
import { scopeClause } from './scope-sql.ts';

/** A row of the gallery table. */
export interface Gallery {
  readonly id: number;
  readonly name: string;
  readonly liveSpace?: string;
}

/** Call inside a read. */
export function summarise(
  db: GalleryDatabase,
  { id, name, liveSpace }: Gallery,
  scope?: Scope,
): GallerySummary {
  const { sql, values } = scopeClause(scope);
  const entries = scope ? 'entry e JOIN picture p ON p.id = e.picture' : 'entry e';
  const counts = db.get(
    `SELECT count(*) AS pictures, count(DISTINCT e.person) AS persons, min(e.time) AS first, max(e.time) AS last
     FROM ${entries} WHERE e.gallery = ?${sql}`,
    id,
    ...values,
  );
  const distinct = (column: 'camera' | 'place') =>
    db
      .all(
        `SELECT DISTINCT e.${column} AS value FROM ${entries} WHERE e.gallery = ? AND e.${column} IS NOT NULL${sql}`,
        id,
        ...values,
      )
      .map((row) => String(row.value))
      // Camera 10 after camera 9.
      .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const spaces = db
    .all(
      `SELECT s.name AS space, s.dimension AS dimension, count(*) AS pictures
       FROM ${entries} JOIN vector v ON v.picture = e.picture JOIN space s ON s.id = v.space
       WHERE e.gallery = ?${sql} GROUP BY s.id ORDER BY s.id`,
      id,
      ...values,
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
