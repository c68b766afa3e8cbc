/** Features of gallery pictures on disk: bounded in bytes, written whole or not at all, a damaged file is a miss. */
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { CacheStats } from './engine.ts';
import { featureFile, featureFileBytes, readFeatureFile } from './feature-file.ts';
import {
  type FeatureFileInfo,
  featureFileName,
  featureFiles,
  modelFolderName,
  removeFeatures,
} from './feature-folder.ts';
import type { PictureFeatures } from './vision-encoder.ts';

/** In order of use, the oldest first. */
type Kept = Map<string, Pick<FeatureFileInfo, 'bytes' | 'used'>>;

/** Use is written to the file's time at most this often, so that reading stays reading. */
const touchEvery = 60 * 60 * 1000;
/** Looking through a full cache takes a tenth of a second: done whenever this share of the limit has been written. */
const unseenShare = 1 / 16;

/**
 * The limit is on the whole folder: files of every model and of every process count, and the least recently used go
 * first, whosesoever they are. Another process's files are noticed when this one has written a sixteenth of the limit.
 * The cache is never needed: a disk that is full or may not be written makes it smaller, not the engine slower to fail.
 */
export class FeatureDisk {
  readonly #folder: string;
  readonly #model: string;
  readonly #limit: number;
  #kept: Promise<Kept> | undefined;
  #bytes = 0;
  /** Written by this process since it last looked through the folder. */
  #unseen = 0;
  #lastUse = 0;
  #hits = 0;
  #misses = 0;
  #writing: Promise<void> = Promise.resolve();

  /**
   * @param folder of all models' features
   * @param key names the model and whatever else the features depend on; all of it counts
   * @param limitBytes 0 keeps nothing
   */
  constructor(folder: string, key: string, limitBytes: number) {
    this.#folder = folder;
    this.#model = modelFolderName(key);
    this.#limit = limitBytes;
  }

  /** Looks through the folder, so that {@link stats} tells what is there; done with the first use otherwise. */
  async load(): Promise<void> {
    await this.#index();
  }

  async get(pictureId: string): Promise<PictureFeatures | undefined> {
    const kept = await this.#index();
    const path = this.#path(pictureId);
    // Also looked for when it is not in the index: another process may have written it since.
    const features = await this.#read(join(this.#folder, path));
    if (features === undefined) {
      this.#drop(kept, path);
      this.#misses++;
      return undefined;
    }
    this.#hits++;
    const bytes = featureFileBytes(features);
    // Evicted while it was being read, or another process's: counted only where there is room for it.
    if (kept.has(path) || this.#bytes + bytes <= this.#limit) {
      this.#drop(kept, path);
      this.#add(kept, path, bytes);
    }
    return features;
  }

  /** Returns at once; the file appears whole, later. {@link settled} waits for it. */
  put(pictureId: string, features: PictureFeatures): void {
    if (this.#limit === 0) return;
    this.#writing = this.#writing.then(() => this.#write(pictureId, features)).catch(() => undefined);
  }

  /** Every model's features of the picture. */
  forget(pictureId: string): Promise<void> {
    const done = this.#writing.then(async () => {
      await removeFeatures(this.#folder, [pictureId]);
      const kept = await this.#index();
      const name = `/${featureFileName(pictureId)}`;
      for (const path of [...kept.keys()]) if (path.endsWith(name)) this.#drop(kept, path);
    });
    this.#writing = done.catch(() => undefined);
    return done;
  }

  /** When everything put so far is written. */
  settled(): Promise<void> {
    return this.#writing;
  }

  stats(): CacheStats {
    return { hits: this.#hits, misses: this.#misses, bytes: this.#bytes, limitBytes: this.#limit };
  }

  async #read(path: string): Promise<PictureFeatures | undefined> {
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
    const inFolder = this.#path(pictureId);
    const path = join(this.#folder, inFolder);
    const unfinished = `${path}.${randomUUID()}.tmp`;
    try {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(unfinished, file);
      await rename(unfinished, path);
    } catch (error) {
      await rm(unfinished, { force: true }).catch(() => undefined);
      throw error;
    }
    this.#drop(kept, inFolder);
    this.#add(kept, inFolder, file.length);
    this.#unseen += file.length;
    await this.#evict(kept);
    if (this.#unseen <= this.#limit * unseenShare) return;
    await this.#look(kept);
    await this.#evict(kept);
  }

  /** Forgets the oldest at once, so that the count never stays over the limit, then removes their files. */
  async #evict(kept: Kept): Promise<void> {
    const evicted: string[] = [];
    for (const oldest of kept.keys()) {
      if (this.#bytes <= this.#limit) break;
      this.#drop(kept, oldest);
      evicted.push(oldest);
    }
    for (const path of evicted) await rm(join(this.#folder, path), { force: true });
  }

  #add(kept: Kept, path: string, bytes: number): void {
    // Two uses in one millisecond still have an order.
    this.#lastUse = Math.max(Date.now(), this.#lastUse + 0.001);
    kept.set(path, { bytes, used: this.#lastUse });
    this.#bytes += bytes;
  }

  #drop(kept: Kept, path: string): void {
    this.#bytes -= kept.get(path)?.bytes ?? 0;
    kept.delete(path);
  }

  #index(): Promise<Kept> {
    this.#kept ??= (async () => {
      const kept: Kept = new Map();
      await this.#look(kept);
      return kept;
    })();
    return this.#kept;
  }

  /** Brings the index to what is on disk now. A use by this process may be newer than the file's time. */
  async #look(kept: Kept): Promise<void> {
    const files = await featureFiles(this.#folder).catch(() => []);
    const known = files.map(({ path, bytes, used }) => ({
      path,
      bytes,
      used: Math.max(used, kept.get(path)?.used ?? 0),
    }));
    known.sort((a, b) => a.used - b.used);
    kept.clear();
    for (const { path, bytes, used } of known) kept.set(path, { bytes, used });
    this.#bytes = known.reduce((sum, { bytes }) => sum + bytes, 0);
    this.#unseen = 0;
  }

  #path(pictureId: string): string {
    return `${this.#model}/${featureFileName(pictureId)}`;
  }
}
