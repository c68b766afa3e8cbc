/** The similarity indexes in memory, kept up to date with the database by reading only what changed. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { bytesOf, type GalleryDatabase, type Row } from './gallery-database.ts';
import { damagedVector, soundVector } from './mend-vectors.ts';
import type { RowFacts } from './row-facts.ts';
import type { RowScorer } from './row-scorer.ts';
import { SimilarityIndex } from './similarity-index.ts';

/** Rows a read: a few milliseconds of the event loop. */
const pageRows = 300;

export interface IndexKey {
  readonly gallery: number;
  readonly space: number;
  readonly dimension: number;
}

interface LiveIndex {
  readonly key: IndexKey;
  index: SimilarityIndex;
  /** The change clock up to which the index has seen everything. */
  seen: number;
  /** The database's stamp when it was last brought up to date. */
  stamp: string;
  refreshing: Promise<SimilarityIndex> | undefined;
}

export class LiveIndexes {
  /** Least recently searched first. */
  readonly #live = new Map<string, LiveIndex>();

  constructor(
    private readonly db: GalleryDatabase,
    private readonly scorer: RowScorer,
    /** Bytes of vectors kept in memory; the index being searched is always kept. */
    private readonly budget: number,
  ) {}

  /** The index, with everything in it that any process had committed when this was called. */
  async fresh(key: IndexKey): Promise<SimilarityIndex> {
    const name = `${key.gallery}/${key.space}`;
    const live = this.#live.get(name) ?? this.#empty(key);
    this.#live.delete(name);
    this.#live.set(name, live);
    // A refresh under way may have begun before the latest commit: wait for it, then look again.
    while (live.refreshing) await live.refreshing.catch(() => undefined);
    if (live.stamp === this.db.stamp()) return live.index;
    live.refreshing = this.#refresh(key, live).finally(() => {
      live.refreshing = undefined;
    });
    return live.refreshing;
  }

  /** Pictures that can be found, up to date; undefined when the index is not in memory. */
  async sizeOf(key: IndexKey): Promise<number | undefined> {
    if (!this.#live.has(`${key.gallery}/${key.space}`)) return undefined;
    return (await this.fresh(key)).size;
  }

  /** Bytes of vectors in memory. */
  get bytes(): number {
    return [...this.#live.values()].reduce((sum, live) => sum + live.index.bytes, 0);
  }

  /** Lets go of what nobody can search any more: the gallery is gone, or is searched in another space. */
  async prune(): Promise<void> {
    const rows = await this.db.read(() =>
      this.db.all(
        'SELECT g.id AS gallery, s.id AS space FROM gallery g LEFT JOIN space s ON s.name = g.live_space',
      ),
    );
    const spaceOf = new Map(rows.map(({ gallery, space }) => [Number(gallery), Number(space ?? 0)]));
    for (const [name, { key, refreshing }] of this.#live) {
      const space = spaceOf.get(key.gallery);
      if (!refreshing && space !== 0 && space !== key.space) this.#live.delete(name);
    }
  }

  async #refresh(key: IndexKey, live: LiveIndex): Promise<SimilarityIndex> {
    const stamp = this.db.stamp();
    await this.prune();
    const { now, dropped, forgotten } = await this.db.read(() => ({
      now: Number(this.db.get('SELECT now FROM clock')?.now),
      dropped: Number(this.db.get('SELECT dropped FROM space WHERE id = ?', key.space)?.dropped ?? 0),
      forgotten: Number(
        this.db.get('SELECT forgotten FROM gallery WHERE id = ?', key.gallery)?.forgotten ?? 0,
      ),
    }));
    const crowded = live.index.buried > Math.max(10_000, live.index.size);
    const missed = Math.max(dropped, forgotten) > live.seen;
    const rebuild = live.seen === 0 || missed || crowded;
    const index = rebuild ? this.#empty(key).index : live.index;
    if (rebuild) await this.#loadAll(key, index);
    else await this.#loadChanges(key, index, live.seen);
    Object.assign(live, { index, seen: now, stamp });
    this.#keepWithinBudget(live);
    return live.index;
  }

  async #loadAll(key: IndexKey, index: SimilarityIndex): Promise<void> {
    let after = 0;
    await this.#pages(
      () =>
        this.db.all(
          `SELECT ${columns} FROM entry e CROSS JOIN vector v ON v.space = ? AND v.picture = e.picture
           CROSS JOIN picture p ON p.id = e.picture
           WHERE e.gallery = ? AND e.seq > ? ORDER BY e.seq LIMIT ${pageRows}`,
          key.space,
          key.gallery,
          after,
        ),
      (row) => {
        this.#put(key, index, row);
        after = Number(row.seq);
      },
    );
  }

  async #loadChanges(key: IndexKey, index: SimilarityIndex, seen: number): Promise<void> {
    let at = { changed: seen, id: Number.MAX_SAFE_INTEGER };
    await this.#pages(
      () =>
        this.db.all(
          `SELECT changed, seq FROM removed WHERE gallery = ? AND (changed, seq) > (?, ?)
           ORDER BY changed, seq LIMIT ${pageRows}`,
          key.gallery,
          at.changed,
          at.id,
        ),
      (row) => {
        index.forget(Number(row.seq));
        at = { changed: Number(row.changed), id: Number(row.seq) };
      },
    );
    at = { changed: seen, id: Number.MAX_SAFE_INTEGER };
    await this.#pages(
      () =>
        this.db.all(
          `SELECT v.changed AS at, v.picture AS id, ${columns} FROM vector v
           CROSS JOIN entry e ON e.gallery = ? AND e.picture = v.picture
           CROSS JOIN picture p ON p.id = v.picture
           WHERE v.space = ? AND (v.changed, v.picture) > (?, ?) ORDER BY v.changed, v.picture LIMIT ${pageRows}`,
          key.gallery,
          key.space,
          at.changed,
          at.id,
        ),
      (row) => {
        this.#put(key, index, row);
        at = { changed: Number(row.at), id: Number(row.id) };
      },
    );
    at = { changed: seen, id: Number.MAX_SAFE_INTEGER };
    await this.#pages(
      () =>
        this.db.all(
          `SELECT e.changed AS at, e.seq AS id, ${columns} FROM entry e
           CROSS JOIN vector v ON v.space = ? AND v.picture = e.picture
           CROSS JOIN picture p ON p.id = e.picture
           WHERE e.gallery = ? AND (e.changed, e.seq) > (?, ?) ORDER BY e.changed, e.seq LIMIT ${pageRows}`,
          key.space,
          key.gallery,
          at.changed,
          at.id,
        ),
      (row) => {
        this.#put(key, index, row);
        at = { changed: Number(row.at), id: Number(row.id) };
      },
    );
  }

  #put({ gallery, dimension }: IndexKey, index: SimilarityIndex, row: Row): void {
    const vector = soundVector(row.data, dimension);
    if (!vector) throw damagedVector(this.db, gallery, row.hash ?? null);
    index.put(factsOf(row), vector);
  }

  async #pages(next: () => Row[], take: (row: Row) => void): Promise<void> {
    for (;;) {
      const rows = await this.db.read(next);
      rows.forEach(take);
      if (rows.length < pageRows) return;
      await nextTurn();
    }
  }

  #empty(key: IndexKey): LiveIndex {
    return {
      key,
      index: new SimilarityIndex(key.dimension, this.scorer),
      seen: 0,
      stamp: '',
      refreshing: undefined,
    };
  }

  #keepWithinBudget(current: LiveIndex): void {
    let { bytes } = this;
    for (const [name, live] of this.#live) {
      if (bytes <= this.budget) return;
      if (live === current || live.refreshing) continue;
      bytes -= live.index.bytes;
      this.#live.delete(name);
    }
  }
}

// The driver ends the process at a text that is not UTF-8, which damage can make of a vector.
const columns =
  'e.seq AS seq, p.hash AS hash, e.person AS person, e.camera AS camera, e.place AS place, e.time AS time, e.tags AS tags, CAST(v.data AS BLOB) AS data';

function factsOf(row: Row): RowFacts {
  return {
    seq: Number(row.seq),
    hash: bytesOf(row.hash),
    ...(row.person === null ? {} : { person: String(row.person) }),
    ...(row.camera === null ? {} : { camera: String(row.camera) }),
    ...(row.place === null ? {} : { place: String(row.place) }),
    ...(row.time === null ? {} : { time: Number(row.time) }),
    ...(row.tags === null ? {} : { tags: JSON.parse(String(row.tags)) as string[] }),
  };
}
