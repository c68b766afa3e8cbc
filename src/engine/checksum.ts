/** SHA-256 of model files, computed once: remembered by path, size and time of change. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

interface Remembered {
  readonly size: number;
  readonly modified: number;
  readonly sha256: string;
}

/**
 * A 5 GB model takes some seconds to read, so its checksums are read once and kept in `checksums.json` of the cache
 * folder. A file whose size and time of change are the same is taken to be the same file; without a cache folder every
 * start reads everything.
 */
export class FileChecksums {
  readonly #file: string | undefined;
  #known: Promise<Map<string, Remembered>> | undefined;

  constructor(cacheFolder?: string) {
    this.#file = cacheFolder === undefined ? undefined : join(cacheFolder, 'checksums.json');
  }

  /** Lower-case hexadecimal SHA-256 of the file's bytes. */
  async of(path: string): Promise<string> {
    const absolute = resolve(path);
    const { size, mtimeMs: modified } = await stat(absolute);
    this.#known ??= this.#load();
    const known = await this.#known;
    const entry = known.get(absolute);
    if (entry && entry.size === size && entry.modified === modified) return entry.sha256;
    const sha256 = await hashFile(absolute);
    known.set(absolute, { size, modified, sha256 });
    await this.#save(known);
    return sha256;
  }

  async #load(): Promise<Map<string, Remembered>> {
    if (this.#file === undefined) return new Map();
    try {
      const entries = Object.entries(
        JSON.parse(await readFile(this.#file, 'utf8')) as Record<string, Remembered>,
      );
      return new Map(entries.filter(([, entry]) => /^[0-9a-f]{64}$/.test(entry.sha256)));
    } catch {
      return new Map();
    }
  }

  /** Only a saving of time: a folder that cannot be written costs the time again, and nothing else. */
  async #save(known: ReadonlyMap<string, Remembered>): Promise<void> {
    if (this.#file === undefined) return;
    const unfinished = `${this.#file}.${process.pid}.tmp`;
    try {
      await mkdir(dirname(this.#file), { recursive: true });
      await writeFile(unfinished, JSON.stringify(Object.fromEntries(known)));
      await rename(unfinished, this.#file);
    } catch {
      // Computed again at the next start.
    }
  }
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
