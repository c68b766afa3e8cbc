/** Features of gallery pictures on disk: bounded in bytes, written whole or not at all, a damaged file is a miss. */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CacheStats } from './engine.ts';
import { featureFile, featureFileBytes, readFeatureFile } from './feature-file.ts';
import type { PictureFeatures } from './vision-encoder.ts';

interface Kept {
  readonly bytes: number;
}

/** Use is written to the file's time at most this often, so that reading stays reading. */
const touchEvery = 60 * 60 * 1000;

/**
 * One file a picture, in the folder of one model's checksum; the other models' folders are left alone but count
 * towards no limit. The least recently used files go first. The cache is never needed: a disk that is full or may not
 * be written makes it smaller, not the engine slower to fail.
 */
export class FeatureDisk {
  readonly #folder: string;
  readonly #limit: number;
  /** In order of use, the oldest first. */
  #kept: Promise<Map<string, Kept>> | undefined;
  #bytes = 0;
  #hits = 0;
  #misses = 0;
  #writing: Promise<void> = Promise.resolve();

  /** @param limitBytes 0 keeps nothing */
  constructor(folder: string, modelChecksum: string, limitBytes: number) {
    this.#folder = join(folder, modelChecksum.slice(0, 16));
    this.#limit = limitBytes;
  }

  async get(pictureId: string): Promise<PictureFeatures | undefined> {
    const kept = await this.#index();
    // Also looked for when it is not in the index: another process may have written it since.
    const features = await this.#read(pictureId);
    this.#drop(kept, pictureId);
    if (features === undefined) {
      this.#misses++;
      return undefined;
    }
    this.#hits++;
    this.#add(kept, pictureId, featureFileBytes(features));
    return features;
  }

  /** Returns at once; the file appears whole, later. {@link settled} waits for it. */
  put(pictureId: string, features: PictureFeatures): void {
    if (this.#limit === 0) return;
    this.#writing = this.#writing.then(() => this.#write(pictureId, features)).catch(() => undefined);
  }

  async forget(pictureId: string): Promise<void> {
    await this.#writing;
    const kept = await this.#index();
    this.#drop(kept, pictureId);
    await rm(this.#path(pictureId), { force: true });
  }

  /** When everything put so far is written. */
  settled(): Promise<void> {
    return this.#writing;
  }

  stats(): CacheStats {
    return { hits: this.#hits, misses: this.#misses, bytes: this.#bytes, limitBytes: this.#limit };
  }

  async #read(pictureId: string): Promise<PictureFeatures | undefined> {
    const path = this.#path(pictureId);
    try {
      const features = readFeatureFile(await readFile(path));
      const now = new Date();
      const { mtimeMs } = await stat(path);
      if (now.getTime() - mtimeMs > touchEvery) await utimes(path, now, now).catch(() => undefined);
      return features;
    } catch {
      return undefined;
    }
  }

  async #write(pictureId: string, features: PictureFeatures): Promise<void> {
    const kept = await this.#index();
    const file = featureFile(features);
    if (file.length > this.#limit) return;
    const path = this.#path(pictureId);
    const unfinished = `${path}.${randomUUID()}.tmp`;
    try {
      await mkdir(this.#folder, { recursive: true });
      await writeFile(unfinished, file);
      await rename(unfinished, path);
    } catch (error) {
      await rm(unfinished, { force: true }).catch(() => undefined);
      throw error;
    }
    this.#drop(kept, pictureId);
    this.#add(kept, pictureId, file.length);
    for (const oldest of kept.keys()) {
      if (this.#bytes <= this.#limit) break;
      this.#drop(kept, oldest);
      await rm(this.#path(oldest), { force: true });
    }
  }

  #add(kept: Map<string, Kept>, pictureId: string, bytes: number): void {
    kept.set(pictureId, { bytes });
    this.#bytes += bytes;
  }

  #drop(kept: Map<string, Kept>, pictureId: string): void {
    this.#bytes -= kept.get(pictureId)?.bytes ?? 0;
    kept.delete(pictureId);
  }

  /** Read from the folder once: what an earlier process left, without its unfinished files. */
  #index(): Promise<Map<string, Kept>> {
    this.#kept ??= this.#scan();
    return this.#kept;
  }

  async #scan(): Promise<Map<string, Kept>> {
    const names = await readdir(this.#folder).catch(() => []);
    const files: { id: string; bytes: number; used: number }[] = [];
    for (const name of names) {
      const path = join(this.#folder, name);
      const info = await stat(path).catch(() => undefined);
      if (info === undefined) continue;
      const stale = name.endsWith('.tmp') && Date.now() - info.mtimeMs > touchEvery;
      if (stale) await rm(path, { force: true }).catch(() => undefined);
      const id = name.endsWith('.features') ? idOf(name.slice(0, -'.features'.length)) : undefined;
      if (id !== undefined) files.push({ id, bytes: info.size, used: info.mtimeMs });
    }
    files.sort((a, b) => a.used - b.used);
    this.#bytes = files.reduce((sum, { bytes }) => sum + bytes, 0);
    return new Map(files.map(({ id, bytes }) => [id, { bytes }]));
  }

  #path(pictureId: string): string {
    const name = /^[0-9a-z-]{1,100}$/.test(pictureId) ? pictureId : encodeURIComponent(pictureId);
    return join(this.#folder, `${name}.features`);
  }
}

/** The picture id in a file name; undefined for a file that no one here wrote. */
function idOf(name: string): string | undefined {
  try {
    return decodeURIComponent(name);
  } catch {
    return undefined;
  }
}
