/** What a backup archive is: a plain tar of files under known names, nothing else, and the same bytes for the same content. */
import { Header } from 'tar';

/**
 * In this order: the card, the files under the names that they have in the home folder, the SHA-256 of every file as
 * `sha256sum -c` reads it, and the SHA-256 of that list.
 */
export const cardName = 'chatreid-backup.json';
export const sumsName = 'SHA256SUMS';
export const sealName = 'SHA256SUMS.sha256';

/** Rises when an older program could not read the archive any more. */
export const archiveFormat = 1;

export const block = 512;

/** A tar ends with two blocks of zeros. */
export const endOfArchive: Buffer = Buffer.alloc(2 * block);

export interface BackupCard {
  readonly format: number;
  /** Version of the program that made it. */
  readonly chatreid: string;
  /** Versions of what is in it: a program that knows only lower ones cannot read it. */
  readonly schemas: { readonly gallery: number; readonly conversation: number };
  /** ISO 8601 in UTC. */
  readonly made: string;
}

/** As talks' heads say in their `version`. */
export const conversationSchema = 1;

export interface ArchiveFile {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Whole seconds are kept. */
  readonly modified: Date;
}

const known = [
  'galleries/gallery\\.db',
  'galleries/pictures/[0-9a-f]{2}/[0-9a-f]{64}\\.[a-z]{3,4}',
  'conversations/state\\.sqlite',
  'conversations/pictures/[0-9a-f]{2}/[0-9a-f]{64}\\.(jpg|png)',
  'conversations/pictures/talks/[0-9a-f]{32}/[0-9a-f]{64}\\.(jpg|png)',
  'audit/[0-9A-Za-z_-]{1,90}\\.jsonl',
];
const knownPath = new RegExp(`^(${known.join('|')})$`);

/** No other path is ever written or read: none of these is absolute, begins with a dot or has `..` as a part. */
export function isArchivePath(path: string): boolean {
  return knownPath.test(path);
}

export function headerOf({ path, size, modified }: ArchiveFile): Buffer {
  const mtime = new Date(Math.floor(modified.getTime() / 1000) * 1000);
  const header = new Header({ path, size, mtime, mode: 0o600, uid: 0, gid: 0, type: 'File' });
  const bytes = Buffer.alloc(block);
  header.encode(bytes);
  // Sizes of 8 GiB and more are written in the way that GNU tar knows.
  const written = new Header(bytes);
  if (written.path !== path || written.size !== size) throw new Error(`${path} has no plain tar header.`);
  return bytes;
}

/** @returns undefined for whatever is not, byte for byte, the header of a file as {@link headerOf} writes it: links, folders, … */
export function readHeader(bytes: Buffer): ArchiveFile | undefined {
  try {
    const { path, size, mtime, type, cksumValid } = new Header(bytes);
    if (!cksumValid || type !== 'File' || path === undefined || size === undefined || mtime === undefined) {
      return undefined;
    }
    const file = { path, size, modified: mtime };
    return Number.isSafeInteger(size) && size >= 0 && headerOf(file).equals(bytes) ? file : undefined;
  } catch {
    return undefined;
  }
}

/** Zeros up to the next block. */
export function paddingOf(size: number): Buffer {
  return Buffer.alloc((block - (size % block)) % block);
}
