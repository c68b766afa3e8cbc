/** SHA-256 of model files: of large ones remembered by what the file system says of them, of all others computed each time. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

interface Remembered {
  /** Size, inode, times of the last change of the bytes and of the file's record. */
  readonly stamp: string;
  readonly sha256: string;
}

/** Smaller files are read in less than a tenth of a second, and so are always read. */
const remembersFrom = 64 * 1024 * 1024;

/**
 * A 5 GB model takes some seconds to read, so the checksums of its large files are kept in `checksums.json` of the cache
 * folder; without a cache folder every start reads everything. A file with the same stamp is taken to be the same file. The
 * time of change of its record is in the stamp, because programs can set the other time back: whoever gets around that can
 * set the machine's clock, or write into the cache folder, and so change the program too.
 */
export class FileChecksums {
  readonly #file: string | undefined;
  #known: Promise<Map<string, Remembered>> | undefined;

  /** @param from bytes from which on a file is remembered */
  constructor(
    cacheFolder?: string,
    private readonly from = remembersFrom,
  ) {
    this.#file = cacheFolder === undefined ? undefined : join(cacheFolder, 'checksums.json');
  }

  /** Lower-case hexadecimal SHA-256 of the file's bytes. */
  async of(path: string): Promise<string> {
    const absolute = resolve(path);
    const { size, ino, mtimeNs, ctimeNs } = await stat(absolute, { bigint: true });
    if (size < this.from) return hashFile(absolute);
    const stamp = [size, ino, mtimeNs, ctimeNs].join(' ');
    this.#known ??= this.#load();
    const known = await this.#known;
    const entry = known.get(absolute);
    if (entry?.stamp === stamp) return entry.sha256;
    const sha256 = await hashFile(absolute);
    known.set(absolute, { stamp, sha256 });
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
