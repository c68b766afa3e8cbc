/** Picture files by content: pictures/ab/abcdef….jpg, complete and on the disk before anyone can name them. */
import { randomUUID } from 'node:crypto';
import { existsSync, unlinkSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { PictureFormat } from '../foundation/picture.ts';
import { syncFolder } from '../foundation/sync-folder.ts';
import { storageError } from './gallery-database.ts';

const staleMs = 60 * 60 * 1000;
const writers = 8;

export const extensions: Readonly<Record<PictureFormat, string>> = {
  jpeg: 'jpg',
  png: 'png',
  webp: 'webp',
  gif: 'gif',
  tiff: 'tif',
  avif: 'avif',
};

export interface PictureFile {
  /** Lower-case SHA-256. */
  readonly pictureId: string;
  readonly extension: string;
  readonly bytes: Uint8Array;
}

export class PictureFiles {
  private readonly incoming: string;

  constructor(private readonly root: string) {
    this.incoming = join(root, 'incoming');
  }

  /** Makes the folders, and clears half-written files that a killed process left an hour or more ago. */
  async open(): Promise<void> {
    // Pictures of people: for the owner of the account only.
    await mkdir(this.incoming, { recursive: true, mode: 0o700 });
    for (const name of await readdir(this.incoming)) {
      const path = join(this.incoming, name);
      const age = await stat(path).then(
        (found) => Date.now() - found.mtimeMs,
        () => 0,
      );
      if (age > staleMs) await rm(path, { force: true });
    }
  }

  path(pictureId: string, extension: string): string {
    return join(this.root, pictureId.slice(0, 2), `${pictureId}.${extension}`);
  }

  exists(pictureId: string, extension: string): boolean {
    return existsSync(this.path(pictureId, extension));
  }

  /**
   * Temporary file, fsync, rename, fsync of the folder: after this returns, a power cut loses none of them. A file that is
   * already in place with these very bytes is not written again; one with others, which only damage explains, is.
   */
  async write(files: readonly PictureFile[]): Promise<void> {
    const folders = new Set<string>();
    const queue = [...files];
    const work = async () => {
      for (let file = queue.shift(); file; file = queue.shift()) folders.add(await this.#writeOne(file));
    };
    const outcomes = await Promise.allSettled(Array.from({ length: writers }, work));
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') throw storageError(outcome.reason, this.root);
    }
    await Promise.all([...folders].map(syncFolder));
  }

  async #writeOne(file: PictureFile): Promise<string> {
    const target = this.path(file.pictureId, file.extension);
    const folder = dirname(target);
    if (await holds(target, file.bytes)) return folder;
    const temporary = join(this.incoming, `${file.pictureId}.${randomUUID()}`);
    try {
      const handle = await open(temporary, 'wx');
      try {
        await handle.writeFile(file.bytes);
        await handle.sync();
      } finally {
        await handle.close();
      }
      if ((await mkdir(folder, { recursive: true })) !== undefined) await syncFolder(this.root);
      await rename(temporary, target);
      return folder;
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }

  /** After this returns, a power cut does not bring back files of these pictures that have been deleted. */
  async settle(pictureIds: readonly string[]): Promise<void> {
    const folders = new Set(pictureIds.map((id) => dirname(this.path(id, ''))));
    try {
      await Promise.all([...folders].filter(existsSync).map(syncFolder));
    } catch (error) {
      throw storageError(error, this.root);
    }
  }

  /** Called inside a write transaction, so that no other process can be about to name the file. */
  deleteNow(pictureId: string, extension: string): void {
    try {
      unlinkSync(this.path(pictureId, extension));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}

/** A file that cannot be read holds nothing: writing it again is what mends it. */
async function holds(path: string, bytes: Uint8Array): Promise<boolean> {
  try {
    const { size } = await stat(path);
    return size === bytes.length && (await readFile(path)).equals(bytes);
  } catch {
    return false;
  }
}
