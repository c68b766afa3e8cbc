/** Pictures that people sent: a private folder, by content, without metadata, for a bounded time. */
import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, readdir, rename, rm, rmdir, stat, utimes, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { asChatReidError } from '../foundation/error.ts';
import { makePrivateFolder } from '../foundation/home.ts';
import { pictureId } from '../foundation/picture.ts';
import { barePicture } from '../foundation/picture-bare.ts';
import { exifTime } from '../gallery/exif-time.ts';
import { PictureFiles } from '../gallery/picture-files.ts';

export interface KeptPicture {
  /** Of the bytes that are kept: the same as of the bytes sent where these held no metadata. */
  readonly id: string;
  /** Absolute path. */
  readonly path: string;
  /** When it was taken, as its EXIF said: ISO 8601 in UTC. */
  readonly time?: string;
}

export interface UploadOptions {
  /** After so many days a picture goes. Default 90. */
  readonly days?: number;
  /** IANA zone of EXIF times. Default UTC. */
  readonly timeZone?: string;
}

/** A camera frame larger than this is made smaller: people in it are still larger than any model looks at. */
export const longestSide = 4096;

const extensions = ['jpg', 'png'] as const;
const dayMs = 86_400_000;

/** Of keeping one picture: somebody else may be removing the same one, and each time it has to be written again. */
const mostTries = 20;

/**
 * Every talk has a folder with the names of the pictures that were sent in it; a picture that no talk names goes. Where the
 * file system has hard links the names are links, and the number of links says at once that a picture is still in use; where
 * it has none they are empty files.
 */
export class Uploads {
  readonly #files: PictureFiles;
  readonly #lifeMs: number;

  private constructor(
    private readonly folder: string,
    private readonly options: UploadOptions,
  ) {
    this.#files = new PictureFiles(folder);
    this.#lifeMs = (options.days ?? 90) * dayMs;
  }

  /** @param folder CHATREID_HOME/conversations/pictures. @throws ChatReidError STORAGE_* */
  static async open(folder: string, options: UploadOptions = {}): Promise<Uploads> {
    try {
      await makePrivateFolder(folder);
      const uploads = new Uploads(folder, options);
      await makePrivateFolder(join(folder, 'talks'));
      await uploads.#files.open();
      return uploads;
    } catch (error) {
      throw asChatReidError(error, `opening ${folder}`);
    }
  }

  /**
   * Opened whole and as {@link barePicture} leaves it; on the disk when the promise resolves.
   *
   * @throws ChatReidError PICTURE_* for what cannot be opened, STORAGE_*
   */
  async keep(conversation: string, bytes: Uint8Array): Promise<KeptPicture> {
    const bare = await barePicture(bytes, { longestSide });
    const { extension, info } = bare;
    const id = pictureId(bare.bytes);
    const time = info.exif && exifTime(info.exif, this.options.timeZone ?? 'UTC');
    const path = this.#files.path(id, extension);
    try {
      // Until it is there, and named: the last other talk that had it may be forgotten at this very moment.
      for (let tries = 1; ; tries++) {
        await this.#files.write([{ pictureId: id, extension, bytes: bare.bytes }]);
        const named = await this.#name(conversation, path, `${id}.${extension}`);
        if (named && existsSync(path)) break;
        if (tries === mostTries) throw new Error(`${path} is removed again and again.`);
      }
      return { id, path, ...(time === undefined ? {} : { time }) };
    } catch (error) {
      throw asChatReidError(error, 'keeping a picture that was sent');
    }
  }

  /** @returns false where the picture, or the talk's folder, was removed meanwhile */
  async #name(conversation: string, path: string, name: string): Promise<boolean> {
    const folder = this.#folderOf(conversation);
    await makePrivateFolder(folder);
    const target = join(folder, name);
    try {
      await link(path, target).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'EEXIST') return;
        if (error.code === 'ENOENT') throw error;
        return writeFile(target, '', { mode: 0o600 });
      });
      const now = new Date();
      await utimes(target, now, now);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
  }

  /** @param conversation only where it was sent in this talk. @returns undefined for a picture that was never sent, or is gone */
  async path(id: string, conversation?: string): Promise<string | undefined> {
    if (!/^[0-9a-f]{64}$/.test(id)) return undefined;
    for (const extension of extensions) {
      if (!this.#files.exists(id, extension)) continue;
      const named =
        conversation === undefined ? '' : join(this.#folderOf(conversation), `${id}.${extension}`);
      if (named === '' || existsSync(named)) return this.#files.path(id, extension);
    }
    return undefined;
  }

  /** Takes pictures out of one talk: all of them without `ids`. */
  async forget(conversation: string, ids?: readonly string[]): Promise<void> {
    const folder = this.#folderOf(conversation);
    for (const name of await readdir(folder).catch(() => [])) {
      const id = name.slice(0, name.lastIndexOf('.'));
      if (ids && !ids.includes(id)) continue;
      await this.#leave(join(folder, name));
    }
    if (!ids) await rm(folder, { recursive: true, force: true });
  }

  /** Removes what was not sent again for as long as a picture is kept. @param now milliseconds */
  async expire(now: number): Promise<void> {
    const talks = join(this.folder, 'talks');
    for (const talk of await readdir(talks)) {
      const folder = join(talks, talk);
      for (const name of await readdir(folder)) {
        const path = join(folder, name);
        const found = await stat(path).catch(() => undefined);
        if (found === undefined || now - found.mtimeMs <= this.#lifeMs) continue;
        await this.#leave(path);
      }
      await rmdir(folder).catch(() => undefined);
    }
    await this.#removeNameless(now);
    await this.#files.open();
  }

  /** A process that ended before it had named them leaves such, where nobody sends their message again. */
  async #removeNameless(now: number): Promise<void> {
    const parts = (await readdir(this.folder)).filter((name) => /^[0-9a-f]{2}$/.test(name));
    for (const part of parts) {
      for (const name of await readdir(join(this.folder, part))) {
        const found = await stat(join(this.folder, part, name)).catch(() => undefined);
        if (found && now - found.mtimeMs > dayMs)
          await this.#removeUnnamed(name.slice(0, name.lastIndexOf('.')));
      }
    }
  }

  /** The picture before its name: ended in between, the name is left, and whoever does it again finds it. */
  async #leave(name: string): Promise<void> {
    const id = basename(name).slice(0, basename(name).lastIndexOf('.'));
    await this.#removeUnnamed(id, name);
    await rm(name, { force: true });
    // The last other talk that had it may have been leaving at the same time.
    await this.#removeUnnamed(id);
  }

  /** It is put aside before it is looked at for the last time: what is put aside cannot be named any more by somebody new. */
  async #removeUnnamed(id: string, leaving?: string): Promise<void> {
    const path = await this.path(id);
    if (path === undefined || (await this.#isNamed(path, path, leaving))) return;
    const aside = join(this.folder, 'incoming', `${id}.${randomUUID()}`);
    try {
      await rename(path, aside);
      if (await this.#isNamed(aside, path, leaving)) await rename(aside, path);
      else await rm(aside, { force: true });
    } catch (error) {
      // Somebody else removed it first.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }

  /** @param file where the picture is now, @param path where it belongs, @param leaving a name that does not count any more */
  async #isNamed(file: string, path: string, leaving?: string): Promise<boolean> {
    const found = await stat(file).catch(() => undefined);
    const own = leaving === undefined ? undefined : await stat(leaving).catch(() => undefined);
    if (found && found.nlink > (own?.ino === found.ino ? 2 : 1)) return true;
    const talks = join(this.folder, 'talks');
    const names = (await readdir(talks)).map((talk) => join(talks, talk, basename(path)));
    return names.some((name) => name !== leaving && existsSync(name));
  }

  #folderOf(conversation: string): string {
    return join(this.folder, 'talks', createHash('sha256').update(conversation).digest('hex').slice(0, 32));
  }
}
