/** Embeddings of an evaluation, kept on disk: a second run is fast and a killed one goes on where it was. */
import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { asChatReidError } from '../foundation/error.ts';

const magic = Buffer.from('CRVECTOR', 'latin1');
const headerBytes = 16;
const idBytes = 32;
/** How a segment lies on the disk, for whoever takes pictures out of it. */
export const embeddingFile = {
  ending: '.vectors',
  headerBytes,
  idBytes,
  /** @returns undefined for what is no segment */
  recordBytes(bytes: Buffer): number | undefined {
    if (bytes.length < headerBytes || !bytes.subarray(0, magic.length).equals(magic)) return undefined;
    return idBytes + bytes.readUInt32LE(magic.length) * 4;
  },
} as const;
const readBytes = 4 * 1024 * 1024;

/**
 * One folder an embedding space. Every run appends to a file of its own (so two runs never write to one file) and reads
 * all of them: header (magic, dimension as uint32), then records of id (a picture's, or {@link wordsId}) and `dimension` float32, little
 * endian. A record that a kill cut short, or that is not a unit vector, counts as absent.
 */
export class EmbeddingCache {
  readonly #folder: string;
  readonly #dimension: number;
  #segment: FileHandle | undefined;

  constructor(folder: string, space: string, dimension: number) {
    const name = /^[\w-]{1,100}$/.test(space) ? space : createHash('sha256').update(space).digest('hex');
    this.#folder = join(folder, name);
    this.#dimension = dimension;
  }

  /** Calls back for each wanted id that is here; the vector is good only during the call. */
  async load(wanted: ReadonlySet<string>, found: (id: string, vector: Float32Array) => void): Promise<void> {
    for (const name of await this.#segments()) {
      const file = await open(join(this.#folder, name), 'r');
      try {
        await this.#readSegment(file, wanted, found);
      } finally {
        await file.close();
      }
    }
  }

  /** @throws ChatReidError STORAGE_FULL, STORAGE_DENIED */
  async append(vectors: readonly { readonly id: string; readonly vector: Float32Array }[]): Promise<void> {
    const bytes = Buffer.alloc(vectors.length * this.#recordBytes);
    for (const [row, { id, vector }] of vectors.entries()) {
      const at = row * this.#recordBytes;
      bytes.write(id, at, idBytes, 'hex');
      for (let i = 0; i < this.#dimension; i++) bytes.writeFloatLE(vector[i]!, at + idBytes + i * 4);
    }
    try {
      this.#segment ??= await this.#newSegment();
      await this.#segment.appendFile(bytes);
    } catch (error) {
      throw asChatReidError(error, `keeping embeddings in ${this.#folder}`);
    }
  }

  async close(): Promise<void> {
    await this.#segment?.close();
    this.#segment = undefined;
  }

  get #recordBytes(): number {
    return idBytes + this.#dimension * 4;
  }

  async #segments(): Promise<string[]> {
    try {
      return (await readdir(this.#folder)).filter((name) => name.endsWith('.vectors')).sort();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw asChatReidError(error, `reading kept embeddings in ${this.#folder}`);
    }
  }

  async #newSegment(): Promise<FileHandle> {
    await mkdir(this.#folder, { recursive: true });
    const file = await open(join(this.#folder, `${randomUUID()}.vectors`), 'a');
    await file.appendFile(this.#header());
    return file;
  }

  #header(): Buffer {
    const header = Buffer.alloc(headerBytes);
    magic.copy(header);
    header.writeUInt32LE(this.#dimension, magic.length);
    return header;
  }

  async #readSegment(
    file: FileHandle,
    wanted: ReadonlySet<string>,
    found: (id: string, vector: Float32Array) => void,
  ): Promise<void> {
    const header = Buffer.alloc(headerBytes);
    await file.read(header, 0, headerBytes, 0);
    if (!header.equals(this.#header())) return;
    const records = Math.max(1, Math.floor(readBytes / this.#recordBytes));
    const bytes = Buffer.alloc(records * this.#recordBytes);
    const vector = new Float32Array(this.#dimension);
    for (let position = headerBytes; ; ) {
      const filled = await readFully(file, bytes, position);
      const whole = Math.floor(filled / this.#recordBytes);
      for (let record = 0; record < whole; record++) {
        const at = record * this.#recordBytes;
        const id = bytes.toString('hex', at, at + idBytes);
        if (!wanted.has(id)) continue;
        for (let i = 0; i < vector.length; i++) vector[i] = bytes.readFloatLE(at + idBytes + i * 4);
        if (isUnit(vector)) found(id, vector);
      }
      if (filled < bytes.length) return;
      position += filled;
    }
  }
}

/** Key of a sentence, which is never that of a picture: a picture's bytes begin otherwise. */
export function wordsId(words: string): string {
  return createHash('sha256').update(`words\0${words}`).digest('hex');
}

/** Within 1 % of length 1: false for NaN, infinities and a page of zeros after a power cut. */
export function isUnit(vector: Float32Array): boolean {
  let squares = 0;
  for (const value of vector) squares += value * value;
  return Math.abs(Math.sqrt(squares) - 1) < 0.01;
}

async function readFully(file: FileHandle, bytes: Buffer, position: number): Promise<number> {
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}
