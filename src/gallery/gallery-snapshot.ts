/** The galleries at one moment, for a backup: the database as a file of its own, and which picture files belong to it. */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { bytesOf, GalleryDatabase, storageError } from './gallery-database.ts';
import { deleteEntries } from './gallery-entries.ts';
import { hashOf, hexOf } from './picture-record.ts';

export interface SnapshotPicture {
  readonly pictureId: string;
  readonly extension: string;
}

/** Others may go on reading and writing the galleries at every moment of its life. */
export class GallerySnapshot {
  private constructor(
    private readonly live: GalleryDatabase,
    private readonly folder: string,
    readonly pictures: readonly SnapshotPicture[],
  ) {}

  /**
   * @param galleries CHATREID_HOME/galleries
   * @param into folder for `gallery.db`, which must not be there
   * @returns undefined where there are no galleries
   * @throws ChatReidError GALLERY_DAMAGED, GALLERY_BUSY, STORAGE_*
   */
  static async take(galleries: string, into: string): Promise<GallerySnapshot | undefined> {
    const some = await access(join(galleries, 'gallery.db')).then(
      () => true,
      () => false,
    );
    if (!some) return undefined;
    const live = await GalleryDatabase.open(galleries);
    try {
      await live.copyInto(join(into, 'gallery.db'));
      return new GallerySnapshot(live, into, await picturesOf(into));
    } catch (error) {
      live.close();
      throw storageError(error, join(galleries, 'gallery.db'));
    }
  }

  get file(): string {
    return join(this.folder, 'gallery.db');
  }

  /** Those that the galleries have still, or again: of the others somebody has removed the files. */
  async stillThere(pictureIds: readonly string[]): Promise<string[]> {
    return this.live.read(() =>
      pictureIds.filter((id) => this.live.get('SELECT 1 AS x FROM picture WHERE hash = ?', hashOf(id))),
    );
  }

  /** As if they had been removed before the snapshot: whoever was forgotten meanwhile is not in it. */
  async drop(pictureIds: readonly string[]): Promise<void> {
    if (pictureIds.length === 0) return;
    const db = await GalleryDatabase.open(this.folder);
    try {
      await db.write(() => {
        for (const { gallery, entries } of entriesWith(db, pictureIds)) deleteEntries(db, gallery, entries);
        for (const id of pictureIds) db.run('DELETE FROM leftover WHERE hash = ?', hashOf(id));
      });
    } finally {
      db.close();
    }
  }

  close(): void {
    this.live.close();
  }
}

async function picturesOf(folder: string): Promise<SnapshotPicture[]> {
  const db = await GalleryDatabase.open(folder);
  try {
    // What was being added or removed at that moment is nobody's in the copy: no file of it will be there.
    await db.write(() => db.run('DELETE FROM leftover'));
    return await db.read(() =>
      db
        .all('SELECT hash, extension FROM picture ORDER BY hash')
        .map(({ hash, extension }) => ({ pictureId: hexOf(bytesOf(hash)), extension: String(extension) })),
    );
  } finally {
    db.close();
  }
}

function entriesWith(db: GalleryDatabase, pictureIds: readonly string[]) {
  const byGallery = new Map<number, { seq: number; picture: number }[]>();
  for (const id of pictureIds) {
    for (const row of db.all(
      'SELECT e.gallery AS gallery, e.seq AS seq, e.picture AS picture FROM entry e JOIN picture p ON p.id = e.picture WHERE p.hash = ?',
      hashOf(id),
    )) {
      const gallery = Number(row.gallery);
      byGallery.set(gallery, [
        ...(byGallery.get(gallery) ?? []),
        { seq: Number(row.seq), picture: Number(row.picture) },
      ]);
    }
  }
  return [...byGallery].map(([gallery, entries]) => ({ gallery, entries }));
}
