/** How many pictures a gallery has, and how many of them a space: counted once for each state of the database. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { GalleryDatabase } from './gallery-database.ts';
import type { Scope } from './gallery-store.ts';
import type { IndexKey, LiveIndexes } from './live-indexes.ts';
import { scopeClause } from './scope-sql.ts';

/** Rows a read: a few milliseconds of the event loop each. */
const probedRows = 5000;
const countedRows = 20_000;
/** Scopes with a time that moves are new ones again and again. */
const mostKnown = 1000;

const hasVector = 'EXISTS (SELECT 1 FROM vector v WHERE v.space = ? AND v.picture = e.picture)';

export interface IndexedCounts {
  readonly pictures: number;
  /** Those with a vector in the space. */
  readonly indexed: number;
}

export class GalleryCounts {
  readonly #known = new Map<string, IndexedCounts>();
  #stamp = '';

  constructor(
    private readonly db: GalleryDatabase,
    private readonly indexes: LiveIndexes,
  ) {}

  /** @param key the space, unless nothing has ever been stored in it */
  async of(gallery: number, key: IndexKey | undefined, scope?: Scope): Promise<IndexedCounts> {
    const stamp = this.db.stamp();
    if (stamp !== this.#stamp || this.#known.size >= mostKnown) this.#known.clear();
    this.#stamp = stamp;
    const name = JSON.stringify([gallery, key?.space, scope]);
    const known = this.#known.get(name);
    if (known) return known;
    const counts = await (scope ? this.#countWithin(gallery, key, scope) : this.#count(gallery, key));
    if (this.#stamp === stamp) this.#known.set(name, counts);
    return counts;
  }

  async #count(gallery: number, key: IndexKey | undefined): Promise<IndexedCounts> {
    // An index in memory knows its own size, which leaves the pictures to count.
    const size = key ? await this.indexes.sizeOf(key) : 0;
    const probe = size === undefined;
    const rows = probe ? probedRows : countedRows;
    let pictures = 0;
    let indexed = 0;
    // By picture and not by seq: everything is then answered in the order of an index, without the rows.
    for (let after = 0; ; ) {
      const page = await this.db.read(() =>
        this.db.get(
          `WITH page (picture, indexed) AS
             (SELECT e.picture, ${probe ? hasVector : 0} FROM entry e WHERE e.gallery = ? AND e.picture > ? ORDER BY e.picture LIMIT ${rows})
           SELECT count(*) AS pictures, total(indexed) AS indexed, max(picture) AS last FROM page`,
          ...(probe && key ? [key.space] : []),
          gallery,
          after,
        ),
      );
      pictures += Number(page?.pictures);
      indexed += Number(page?.indexed);
      if (Number(page?.pictures) < rows) break;
      after = Number(page?.last);
      await nextTurn();
    }
    // Pictures may go between the two counts.
    return { pictures, indexed: Math.min(pictures, size ?? indexed) };
  }

  async #countWithin(gallery: number, key: IndexKey | undefined, scope: Scope): Promise<IndexedCounts> {
    const { sql, values } = scopeClause(scope);
    let pictures = 0;
    let indexed = 0;
    for (let after = 0; ; ) {
      const page = await this.db.read(() =>
        this.db.get(
          `WITH page (picture, inside, indexed) AS
             (SELECT e.picture, 1${sql}, ${key ? hasVector : 0} FROM entry e JOIN picture p ON p.id = e.picture
              WHERE e.gallery = ? AND e.picture > ? ORDER BY e.picture LIMIT ${probedRows})
           SELECT count(*) AS rows, total(inside) AS pictures, total(inside AND indexed) AS indexed, max(picture) AS last FROM page`,
          ...values,
          ...(key ? [key.space] : []),
          gallery,
          after,
        ),
      );
      pictures += Number(page?.pictures);
      indexed += Number(page?.indexed);
      if (Number(page?.rows) < probedRows) return { pictures, indexed };
      after = Number(page?.last);
      await nextTurn();
    }
  }
}
