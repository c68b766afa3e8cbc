/** Pictures that people sent: a private folder, by content, without metadata, for a bounded time. */
import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, readdir, rename, rm, rmdir, stat, utimes, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import sharp from 'sharp';
import { asChatReidError, ChatReidError } from '../foundation/error.ts';
import { makePrivateFolder } from '../foundation/home.ts';
import { decodeRgb, decodingError, inspectPicture, pictureId, pictureLimits } from '../foundation/picture.ts';
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
   * Opened whole, turned upright, without EXIF, XMP and the like; on the disk when the promise resolves.
   *
   * @throws ChatReidError PICTURE_* for what cannot be opened, STORAGE_*
   */
  async keep(conversation: string, bytes: Uint8Array): Promise<KeptPicture> {
    const clean = await withoutMetadata(bytes, this.options.timeZone ?? 'UTC');
    const id = pictureId(clean.bytes);
    const { extension } = clean;
    const path = this.#files.path(id, extension);
    try {
      // Until it is there, and named: the last other talk that had it may be forgotten at this very moment.
      for (let tries = 1; ; tries++) {
        await this.#files.write([{ pictureId: id, extension, bytes: clean.bytes }]);
        const named = await this.#name(conversation, path, `${id}.${extension}`);
        if (named && existsSync(path)) break;
        if (tries === mostTries) throw new Error(`${path} is removed again and again.`);
      }
      return { id, path, ...(clean.time === undefined ? {} : { time: clean.time }) };
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

  /** @returns undefined for a picture that was never sent, or is gone */
  async path(id: string): Promise<string | undefined> {
    if (!/^[0-9a-f]{64}$/.test(id)) return undefined;
    for (const extension of extensions) {
      if (this.#files.exists(id, extension)) return this.#files.path(id, extension);
    }
    return undefined;
  }

  /** Takes pictures out of one talk: all of them without `ids`. */
  async forget(conversation: string, ids?: readonly string[]): Promise<void> {
    const folder = this.#folderOf(conversation);
    for (const name of await readdir(folder).catch(() => [])) {
      const id = name.slice(0, name.lastIndexOf('.'));
      if (ids && !ids.includes(id)) continue;
      await rm(join(folder, name), { force: true });
      await this.#removeUnnamed(id);
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
        await rm(path, { force: true });
        await this.#removeUnnamed(name.slice(0, name.lastIndexOf('.')));
      }
      await rmdir(folder).catch(() => undefined);
    }
  }

  /** It is put aside before it is looked at for the last time: what is put aside cannot be named any more by somebody new. */
  async #removeUnnamed(id: string): Promise<void> {
    const path = await this.path(id);
    if (path === undefined || (await this.#isNamed(path, path))) return;
    const aside = join(this.folder, 'incoming', `${id}.${randomUUID()}`);
    try {
      await rename(path, aside);
      if (await this.#isNamed(aside, path)) await rename(aside, path);
      else await rm(aside, { force: true });
    } catch (error) {
      // Somebody else removed it first.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }

  /** @param file where the picture is now, @param path where it belongs */
  async #isNamed(file: string, path: string): Promise<boolean> {
    const found = await stat(file).catch(() => undefined);
    if (found && found.nlink > 1) return true;
    const talks = join(this.folder, 'talks');
    return (await readdir(talks)).some((talk) => existsSync(join(talks, talk, basename(path))));
  }

  #folderOf(conversation: string): string {
    return join(this.folder, 'talks', createHash('sha256').update(conversation).digest('hex').slice(0, 32));
  }
}

interface CleanPicture {
  readonly bytes: Uint8Array;
  readonly extension: (typeof extensions)[number];
  readonly time?: string;
}

/** Untouched where there is nothing to take out, so that a picture of the gallery is recognised as the same. */
async function withoutMetadata(bytes: Uint8Array, timeZone: string): Promise<CleanPicture> {
  const info = await inspectPicture(bytes);
  const header = await sharp(bytes, { limitInputPixels: false }).metadata();
  const time = info.exif && exifTime(info.exif, timeZone);
  const facts = time === undefined ? {} : { time };
  const small = Math.max(info.width, info.height) <= longestSide;
  const bare = !header.exif && !header.xmp && !header.iptc && (header.comments ?? []).length === 0;
  const simple = info.format === 'jpeg' || info.format === 'png';
  const extension = info.format === 'jpeg' ? 'jpg' : 'png';
  if (bare && simple && small && info.frames === 1) {
    await decodeRgb(bytes);
    return { bytes, extension, ...facts };
  }
  try {
    const upright = sharp(bytes, {
      autoOrient: true,
      failOn: 'error',
      limitInputPixels: pictureLimits.pixels,
    })
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .resize(longestSide, longestSide, { fit: 'inside', withoutEnlargement: true });
    const encoded =
      extension === 'jpg'
        ? upright.jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
        : upright.png({ compressionLevel: 6 });
    return { bytes: await encoded.toBuffer(), extension, ...facts };
  } catch (error) {
    throw error instanceof ChatReidError ? error : decodingError(error);
  }
}
