/** Writes a backup archive file by file, and counts and hashes what it wrote. */
import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { type ArchiveFile, endOfArchive, headerOf, paddingOf, sealName, sumsName } from './archive-format.ts';

/** Bytes that are read at once. */
const piece = 1 << 20;

export class ArchiveWriter {
  readonly #sums: string[] = [];
  #bytes = 0;

  private constructor(private readonly file: FileHandle) {}

  /** The file must not be there. */
  static async create(path: string): Promise<ArchiveWriter> {
    return new ArchiveWriter(await open(path, 'wx', 0o600));
  }

  get files(): number {
    return this.#sums.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Exactly `file.size` bytes of the source, from its beginning. @returns the SHA-256 of them */
  async add(file: ArchiveFile, source: FileHandle): Promise<string> {
    const hash = createHash('sha256');
    await this.#write(headerOf(file));
    for (let at = 0; at < file.size; ) {
      const { buffer, bytesRead } = await source.read(
        Buffer.allocUnsafe(Math.min(piece, file.size - at)),
        0,
        null,
        at,
      );
      if (bytesRead === 0) throw new Error(`${file.path} became shorter while it was read.`);
      const read = buffer.subarray(0, bytesRead);
      hash.update(read);
      await this.#write(read);
      at += bytesRead;
    }
    await this.#write(paddingOf(file.size));
    const sum = hash.digest('hex');
    this.#sums.push(`${sum}  ${file.path}\n`);
    return sum;
  }

  async addText(path: string, text: string, modified: Date): Promise<string> {
    const bytes = Buffer.from(text);
    const sum = createHash('sha256').update(bytes).digest('hex');
    await this.#write(headerOf({ path, size: bytes.length, modified }), bytes, paddingOf(bytes.length));
    this.#sums.push(`${sum}  ${path}\n`);
    return sum;
  }

  /** The list of sums, its own sum, the end; on the disk when it returns. */
  async finish(modified: Date): Promise<void> {
    const sum = await this.addText(sumsName, this.#sums.join(''), modified);
    await this.addText(sealName, `${sum}  ${sumsName}\n`, modified);
    await this.#write(endOfArchive);
    await this.file.sync();
    await this.file.close();
  }

  async close(): Promise<void> {
    await this.file.close().catch(() => undefined);
  }

  async #write(...pieces: Buffer[]): Promise<void> {
    const bytes = pieces.length === 1 ? (pieces[0] ?? Buffer.alloc(0)) : Buffer.concat(pieces);
    for (let at = 0; at < bytes.length; ) {
      const { bytesWritten } = await this.file.write(bytes, at);
      at += bytesWritten;
    }
    this.#bytes += bytes.length;
  }
}
