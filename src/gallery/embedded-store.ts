/** The gallery store of one machine: an SQLite file for what is known, files for the pictures, indexes in memory. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { asChatReidError, ChatReidError } from '../foundation/error.ts';
import { pictureId as contentId, sniffFormat } from '../foundation/picture.ts';
import { GalleryCounts, type IndexedCounts } from './gallery-counts.ts';
import { GalleryDatabase, type Row, storageError } from './gallery-database.ts';
import {
  addEntry,
  deleteEntries,
  entriesOf,
  galleriesOf,
  type NewPicture,
  sweepLeftovers,
} from './gallery-entries.ts';
import {
  type GalleryStore,
  type GallerySummary,
  galleryUnknown,
  type PictureRecord,
  pictureUnknown,
  type Scope,
  type SearchOutcome,
} from './gallery-store.ts';
import { type Gallery, summarise } from './gallery-summary.ts';
import {
  checkVector,
  claimSpace,
  dropVectors,
  otherModel,
  putVectors,
  spaceNamed,
  vectorOf,
  withoutVector,
} from './gallery-vectors.ts';
import { type IndexKey, LiveIndexes } from './live-indexes.ts';
import { extensions, PictureFiles } from './picture-files.ts';
import { removeDamagedVectors } from './mend-vectors.ts';
import { checkRecord, hashOf, recordColumns, recordOf } from './picture-record.ts';
import { RowScorer } from './row-scorer.ts';
import { scopeClause } from './scope-sql.ts';
import type { ScoreTable, SearchQuery } from './similarity-index.ts';

export interface EmbeddedStoreOptions {
  /** Bytes of vectors kept in memory over all galleries; the one being searched always is. Default 4 GiB. */
  readonly indexBytes?: number;
  /** Milliseconds to wait for another process that is writing. Default 15,000. */
  readonly busyMs?: number;
}

/** Pictures that one transaction removes: a few milliseconds, so that other processes get their turn. */
const removeBatch = 500;
/** A picture that was being added by a process that died is cleared away after this long. */
const abandonedMs = 10 * 60 * 1000;

export class EmbeddedGalleryStore implements GalleryStore {
  readonly #indexes: LiveIndexes;
  readonly #counts: GalleryCounts;
  readonly #scorer = new RowScorer();

  private constructor(
    private readonly db: GalleryDatabase,
    private readonly files: PictureFiles,
    options: EmbeddedStoreOptions,
  ) {
    this.#indexes = new LiveIndexes(db, this.#scorer, options.indexBytes ?? 4 * 1024 ** 3);
    this.#counts = new GalleryCounts(db, this.#indexes);
  }

  /**
   * Opens the store in this folder, or makes a new one. Several processes may have it open at once: readers never wait,
   * writers take turns of a few milliseconds, and a killed process leaves no lock behind.
   *
   * @throws ChatReidError GALLERY_DAMAGED, GALLERY_BUSY, STORAGE_FULL, STORAGE_DENIED
   */
  static async open(folder: string, options: EmbeddedStoreOptions = {}): Promise<EmbeddedGalleryStore> {
    const files = new PictureFiles(join(folder, 'pictures'));
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await files.open();
    } catch (error) {
      throw storageError(error, folder);
    }
    const db = await GalleryDatabase.open(folder, options.busyMs);
    const store = new EmbeddedGalleryStore(db, files, options);
    await store.#clearAbandoned();
    return store;
  }

  async #clearAbandoned(): Promise<void> {
    const before = Date.now() - abandonedMs;
    const some = await this.db.read(() => this.db.get('SELECT 1 AS x FROM leftover WHERE since < ?', before));
    if (some) await sweepLeftovers(this.db, this.files, before);
  }

  async galleries(): Promise<GallerySummary[]> {
    return this.db.read(() =>
      this.db
        .all('SELECT id, name, live_space FROM gallery ORDER BY name')
        .map((row) => summarise(this.db, galleryOf(row))),
    );
  }

  async summary(gallery: string, scope?: Scope): Promise<GallerySummary> {
    return this.db.read(() => summarise(this.db, this.#gallery(gallery), scope));
  }

  async galleriesOf(pictureIds: readonly string[]): Promise<string[][]> {
    return this.db.read(() => pictureIds.map((id) => galleriesOf(this.db, id)));
  }

  async indexed(gallery: string, space: string, scope?: Scope): Promise<IndexedCounts> {
    const { id, known } = await this.db.read(() => ({
      id: this.#gallery(gallery).id,
      known: spaceNamed(this.db, space),
    }));
    return this.#counts.of(id, known && { gallery: id, ...known }, scope);
  }

  async add(
    gallery: string,
    pictures: readonly { readonly record: PictureRecord; readonly bytes: Uint8Array }[],
  ): Promise<number> {
    checkGalleryName(gallery);
    const arriving = pictures.map(({ record, bytes }): NewPicture => {
      checkRecord(record);
      if (contentId(bytes) !== record.pictureId) throw notItsBytes(record);
      return { record, hash: hashOf(record.pictureId), extension: extensions[sniffFormat(bytes)], bytes };
    });
    for (;;) {
      await this.#keepFiles(arriving);
      const added = await this.db.write(() => {
        const lost = arriving.some(
          ({ record, extension }) => !this.files.exists(record.pictureId, extension),
        );
        // Another process removed the same picture a moment ago: its file must be written again first.
        if (lost) return undefined;
        const now = this.db.tick();
        this.db.run('INSERT INTO gallery (name) VALUES (?) ON CONFLICT DO NOTHING', gallery);
        const id = this.#gallery(gallery).id;
        return arriving.filter((picture) => addEntry(this.db, id, picture, now)).length;
      });
      if (added !== undefined) return added;
    }
  }

  /** Files first, and a note of them before that, so that a process killed in between leaves nothing forgotten. */
  async #keepFiles(pictures: readonly NewPicture[]): Promise<void> {
    const unknown = await this.db.read(() =>
      pictures.filter(({ hash }) => !this.db.get('SELECT 1 AS x FROM picture WHERE hash = ?', hash)),
    );
    if (unknown.length > 0) {
      await this.db.write(() => {
        for (const { hash, extension } of unknown) {
          this.db.run('INSERT OR REPLACE INTO leftover VALUES (?, ?, ?)', hash, extension, Date.now());
        }
      });
    }
    await this.files.write(
      pictures.map(({ record, extension, bytes }) => ({ pictureId: record.pictureId, extension, bytes })),
    );
  }

  async addVectors(
    space: string,
    vectors: readonly { readonly pictureId: string; readonly vector: Float32Array }[],
    options: { readonly claimFor?: string } = {},
  ): Promise<void> {
    const { claimFor } = options;
    for (const { pictureId, vector } of vectors) checkVector(pictureId, vector);
    if (vectors.length === 0 && claimFor === undefined) return;
    await this.db.write(() => {
      const gallery = claimFor === undefined ? undefined : this.#known(claimFor);
      if (gallery) claimSpace(this.db, gallery, space);
      putVectors(this.db, space, vectors);
    });
  }

  async missingVectors(gallery: string, space: string): Promise<string[]> {
    return this.db.read(() =>
      withoutVector(this.db, this.#gallery(gallery).id, spaceNamed(this.db, space)?.space),
    );
  }

  async removeDamagedVectors(): Promise<number | undefined> {
    return removeDamagedVectors(this.db);
  }

  async vectors(space: string, pictureIds: readonly string[]): Promise<(Float32Array | undefined)[]> {
    return this.db.read(() => {
      const known = spaceNamed(this.db, space)?.space;
      return pictureIds.map((id) => (known === undefined ? undefined : vectorOf(this.db, known, id)));
    });
  }

  async setLiveSpace(gallery: string, space: string): Promise<void> {
    await this.db.write(() => {
      this.db.run('UPDATE gallery SET live_space = ? WHERE id = ?', space, this.#gallery(gallery).id);
    });
  }

  /** Vectors that another gallery searches with stay. @throws ChatReidError OPTION_INVALID for the live space */
  async dropSpace(gallery: string, space: string): Promise<void> {
    await this.db.write(() => {
      const { id, liveSpace } = this.#gallery(gallery);
      if (liveSpace === space) {
        throw new ChatReidError(
          'OPTION_INVALID',
          `Gallery "${gallery}" is searched in this space, so it cannot be dropped.`,
          'Re-index the gallery with another model first.',
        );
      }
      dropVectors(this.db, id, space);
    });
  }

  async list(
    gallery: string,
    options: { scope?: Scope; offset?: number; limit?: number } = {},
  ): Promise<PictureRecord[]> {
    const { sql, values } = scopeClause(options.scope);
    return this.db.read(() =>
      this.db
        .all(
          `SELECT ${recordColumns} FROM entry e JOIN picture p ON p.id = e.picture
           WHERE e.gallery = ?${sql} ORDER BY e.seq LIMIT ? OFFSET ?`,
          this.#gallery(gallery).id,
          ...values,
          options.limit ?? -1,
          options.offset ?? 0,
        )
        .map(recordOf),
    );
  }

  async record(gallery: string, pictureId: string): Promise<PictureRecord | undefined> {
    return (await this.records(gallery, [pictureId]))[0];
  }

  async records(gallery: string, pictureIds: readonly string[]): Promise<(PictureRecord | undefined)[]> {
    return this.db.read(() => {
      const { id } = this.#gallery(gallery);
      return pictureIds.map((pictureId) => {
        const row = this.db.get(
          `SELECT ${recordColumns} FROM entry e JOIN picture p ON p.id = e.picture WHERE p.hash = ? AND e.gallery = ?`,
          hashOf(pictureId),
          id,
        );
        return row && recordOf(row);
      });
    });
  }

  async path(pictureId: string): Promise<string> {
    const row = await this.db.read(() =>
      this.db.get('SELECT extension FROM picture WHERE hash = ?', hashOf(pictureId)),
    );
    if (row) return this.files.path(pictureId, String(row.extension));
    throw pictureUnknown(pictureId);
  }

  async search(gallery: string, query: SearchQuery & { readonly space: string }): Promise<SearchOutcome> {
    const index = await this.#index(gallery, query.space);
    return index.search(query).catch((error: unknown) => {
      throw asChatReidError(error, `searching gallery "${gallery}"`);
    });
  }

  /** Scores of all indexed pictures for a block of queries: [queries] arrays of float32, for evaluation. */
  async scores(
    gallery: string,
    space: string,
    queries: readonly Float32Array[],
    signal?: AbortSignal,
  ): Promise<ScoreTable> {
    const index = await this.#index(gallery, space);
    return index.scores(queries, signal).catch((error: unknown) => {
      throw asChatReidError(error, `searching gallery "${gallery}"`);
    });
  }

  async #index(gallery: string, space: string) {
    const { key, liveSpace, pictures } = await this.db.read(() => {
      const row = this.#gallery(gallery);
      const known = spaceNamed(this.db, space);
      const some = this.db.get('SELECT 1 AS x FROM entry WHERE gallery = ? LIMIT 1', row.id);
      const key: IndexKey | undefined = known && { gallery: row.id, ...known };
      return { key, liveSpace: row.liveSpace, pictures: some !== undefined };
    });
    if (!pictures) {
      throw new ChatReidError(
        'GALLERY_EMPTY',
        `Gallery "${gallery}" has no pictures.`,
        `Add some: chatreid gallery add --gallery ${gallery} PATH...`,
      );
    }
    // What another space has may be a fragment, left by a reindex that was stopped.
    if (liveSpace !== undefined && liveSpace !== space) throw otherModel(gallery);
    const index = key && (await this.#indexes.fresh(key));
    if (index && index.size > 0) return index;
    throw new ChatReidError(
      'GALLERY_NOT_INDEXED',
      `Gallery "${gallery}" is not indexed with this model.`,
      `Run: chatreid gallery reindex --gallery ${gallery}`,
    );
  }

  async remove(gallery: string, pictureIds: readonly string[]): Promise<number> {
    let removed = 0;
    for (let first = 0; first < pictureIds.length; first += removeBatch) {
      const some = pictureIds.slice(first, first + removeBatch);
      removed += await this.db.write(() => {
        const id = this.#gallery(gallery).id;
        return deleteEntries(this.db, id, entriesOf(this.db, id, some));
      });
      // A second transaction: a file must not go before the record of its removal is certain.
      await sweepLeftovers(this.db, this.files);
    }
    if (removed > 0) this.db.checkpoint();
    return removed;
  }

  async removeGallery(gallery: string): Promise<number> {
    let removed = 0;
    for (;;) {
      const some = (await this.list(gallery, { limit: removeBatch })).map((record) => record.pictureId);
      removed += await this.remove(gallery, some);
      const gone = await this.db.write(() => {
        const { id } = this.#gallery(gallery);
        if (this.db.get('SELECT 1 AS x FROM entry WHERE gallery = ? LIMIT 1', id)) return false;
        this.db.run('DELETE FROM removed WHERE gallery = ?', id);
        this.db.run('DELETE FROM gallery WHERE id = ?', id);
        return true;
      });
      if (gone) break;
    }
    await this.#indexes.prune();
    return removed;
  }

  /** Bytes of vectors that this process keeps in memory. */
  get indexBytes(): number {
    return this.#indexes.bytes;
  }

  async close(): Promise<void> {
    this.db.close();
    await this.#scorer.close();
  }

  #known(name: string): Gallery | undefined {
    const row = this.db.get('SELECT id, name, live_space FROM gallery WHERE name = ?', name);
    return row && galleryOf(row);
  }

  #gallery(name: string): Gallery {
    const known = this.#known(name);
    if (known) return known;
    throw galleryUnknown(name);
  }
}

function galleryOf(row: Row): Gallery {
  const { id, name, live_space: liveSpace } = row;
  return {
    id: Number(id),
    name: String(name),
    ...(liveSpace === null ? {} : { liveSpace: String(liveSpace) }),
  };
}

function checkGalleryName(name: string): void {
  const printable = /^[^\p{C}]{1,100}$/u.test(name) && name.trim() === name;
  if (printable) return;
  throw new ChatReidError(
    'OPTION_INVALID',
    `${JSON.stringify(name)} cannot be the name of a gallery.`,
    'Use 1 to 100 visible characters, without spaces at the ends.',
  );
}

function notItsBytes(record: PictureRecord): ChatReidError {
  return new ChatReidError(
    'OPTION_INVALID',
    `The bytes of ${record.source} are not those of picture ${record.pictureId.slice(0, 12)}.`,
    'A picture is named by the SHA-256 of its bytes.',
  );
}
