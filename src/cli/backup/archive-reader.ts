/** Reads a backup archive from end to end and believes nothing in it: names, sizes, sums, order and end are all checked. */
import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { asChatReidError, ChatReidError } from '../../foundation/error.ts';
import {
  type ArchiveFile,
  archiveFormat,
  type BackupCard,
  block,
  cardName,
  conversationSchema,
  endOfArchive,
  isArchivePath,
  paddingOf,
  readHeader,
  sealName,
  sumsName,
} from './archive-format.ts';

const piece = 1 << 20;
/** Bytes of a card, and of the list of sums of a few million files. */
const longestCard = 64 * 1024;
const longestList = 480 * 1024 ** 2;

/** Where the files go: one call a file, with its bytes in order. It must read all of them. */
export type Sink = (file: ArchiveFile, bytes: AsyncIterable<Buffer>) => Promise<void>;

export interface ReadOptions {
  /** Highest version of the gallery's tables that this program knows. */
  readonly gallerySchema: number;
  readonly onProgress?: (bytes: number, total: number) => void;
  readonly signal?: AbortSignal;
}

export interface ReadReport {
  readonly card: BackupCard;
  readonly files: number;
  readonly bytes: number;
}

/**
 * Every file has gone through the sink when it returns, but nothing may be believed before it does.
 *
 * @throws ChatReidError BACKUP_DAMAGED, BACKUP_UNSAFE, BACKUP_NEWER, OPTION_INVALID (no such file), STORAGE_*, CANCELLED
 */
export async function readArchive(path: string, sink: Sink, options: ReadOptions): Promise<ReadReport> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? noArchive(path) : asChatReidError(error, `opening ${path}`);
  });
  try {
    const found = await file.stat();
    if (!found.isFile()) throw noArchive(path);
    return await new ArchiveReader(path, file, found.size, options).read(sink);
  } catch (error) {
    throw asChatReidError(error, `reading ${path}`);
  } finally {
    await file.close();
  }
}

class ArchiveReader {
  readonly #sums = new Map<string, string>();
  #at = 0;

  constructor(
    private readonly path: string,
    private readonly file: FileHandle,
    private readonly size: number,
    private readonly options: ReadOptions,
  ) {}

  async read(sink: Sink): Promise<ReadReport> {
    const first = await this.#header();
    if (first.path !== cardName) throw notOurs(this.path);
    const card = this.#card(await this.#text(first, longestCard));
    for (;;) {
      this.options.signal?.throwIfAborted();
      const entry = await this.#header();
      if (entry.path === sumsName) {
        await this.#end(entry);
        return { card, files: this.#sums.size - 3, bytes: this.size };
      }
      if (!isArchivePath(entry.path)) throw unsafe(this.path, `it holds a file named ${shown(entry.path)}`);
      if (this.#sums.has(entry.path)) throw unsafe(this.path, `it holds ${entry.path} twice`);
      await sink(entry, this.#body(entry));
      if (!this.#sums.has(entry.path)) throw new Error(`${entry.path} was not read to its end.`);
      this.options.onProgress?.(this.#at, this.size);
    }
  }

  async #header(): Promise<ArchiveFile> {
    const bytes = await this.#next(block);
    const entry = readHeader(bytes);
    if (!entry) {
      if (this.#at === block) throw notOurs(this.path);
      throw unsafe(
        this.path,
        `at byte ${this.#at - block} is something other than a plain file (a link, a folder, or damage)`,
      );
    }
    if (entry.size > this.size - this.#at) {
      throw damaged(this.path, `${shown(entry.path)} is said to be ${entry.size} bytes long, and is not`);
    }
    return entry;
  }

  async *#body({ path, size }: ArchiveFile): AsyncGenerator<Buffer> {
    const hash = createHash('sha256');
    for (let left = size; left > 0; ) {
      const bytes = await this.#next(Math.min(piece, left));
      hash.update(bytes);
      yield bytes;
      left -= bytes.length;
    }
    const padding = paddingOf(size);
    if (!(await this.#next(padding.length)).equals(padding)) {
      throw damaged(this.path, `the bytes after ${path} are not those that were written`);
    }
    this.#sums.set(path, hash.digest('hex'));
  }

  async #text(entry: ArchiveFile, longest: number): Promise<string> {
    if (entry.size > longest) throw damaged(this.path, `${entry.path} is too long`);
    const pieces: Buffer[] = [];
    for await (const bytes of this.#body(entry)) pieces.push(bytes);
    return Buffer.concat(pieces).toString('utf8');
  }

  #card(text: string): BackupCard {
    let card: Partial<BackupCard> | null;
    try {
      card = JSON.parse(text) as Partial<BackupCard> | null;
    } catch (error) {
      throw damaged(this.path, `${cardName} cannot be read`, error);
    }
    const { format, chatreid, schemas, made } = card ?? {};
    if (typeof format === 'number' && format > archiveFormat) throw newer(this.path, chatreid);
    if (format !== archiveFormat || typeof made !== 'string' || typeof schemas?.gallery !== 'number') {
      throw damaged(this.path, `${cardName} is not complete`);
    }
    const { gallery, conversation } = schemas;
    if (gallery > this.options.gallerySchema || conversation > conversationSchema) {
      throw newer(this.path, chatreid);
    }
    return { format, chatreid: String(chatreid), schemas: { gallery, conversation }, made };
  }

  /** Every file that was read is in the list with its sum, no other is, and the list is the one that was sealed. */
  async #end(entry: ArchiveFile): Promise<void> {
    const read = new Map(this.#sums);
    const list = await this.#text(entry, longestList);
    for (const line of list.split('\n').slice(0, -1)) {
      const [sum, path = ''] = line.split('  ');
      const actual = read.get(path);
      if (actual === undefined) throw damaged(this.path, `${shown(path)} is missing`);
      if (actual !== sum) throw damaged(this.path, `the bytes of ${path} are not those that were written`);
      read.delete(path);
    }
    const [extra] = read.keys();
    if (extra !== undefined) throw damaged(this.path, `${extra} is not in its list`);
    const last = await this.#header();
    const seal = last.path === sealName ? await this.#text(last, longestCard) : '';
    if (seal !== `${this.#sums.get(sumsName)}  ${sumsName}\n`) {
      throw damaged(this.path, 'its list of checksums is not the one that was written');
    }
    if (!(await this.#next(endOfArchive.length)).equals(endOfArchive) || this.#at !== this.size) {
      throw damaged(this.path, 'something follows its end');
    }
  }

  async #next(length: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafe(length);
    for (let filled = 0; filled < length; ) {
      const { bytesRead } = await this.file.read(bytes, filled, length - filled, this.#at + filled);
      if (bytesRead === 0) throw damaged(this.path, 'it ends too early');
      filled += bytesRead;
    }
    this.#at += length;
    return bytes;
  }
}

const again = 'Nothing was changed. Take another copy of the archive, or an earlier one.';

function damaged(path: string, why: string, cause?: unknown): ChatReidError {
  return new ChatReidError('BACKUP_DAMAGED', `The backup ${path} is damaged: ${why}.`, again, cause);
}

function unsafe(path: string, why: string): ChatReidError {
  return new ChatReidError('BACKUP_UNSAFE', `The backup ${path} is refused: ${why}.`, again);
}

function notOurs(path: string): ChatReidError {
  return new ChatReidError(
    'BACKUP_DAMAGED',
    `${path} is not a backup of chatreid, or its beginning is damaged.`,
    'Name a file that chatreid backup has written; unpack it first where something has compressed it.',
  );
}

function newer(path: string, version: unknown): ChatReidError {
  const by = typeof version === 'string' ? ` (${shown(version)})` : '';
  return new ChatReidError(
    'BACKUP_NEWER',
    `The backup ${path} was made by a newer chatreid${by}, and this one cannot read it.`,
    'Update chatreid, then restore again. Nothing was changed.',
  );
}

function noArchive(path: string): ChatReidError {
  return new ChatReidError(
    'OPTION_INVALID',
    `There is no backup at ${path}.`,
    'Name a file that chatreid backup has written.',
  );
}

/** Names in an archive are anybody's. */
function shown(name: string): string {
  return JSON.stringify(name.slice(0, 100));
}
