/** A zip archive of pictures, read in place and never unpacked to the disk; refused whole when it is built to harm. */
import { open } from 'node:fs/promises';
import { basename, posix } from 'node:path';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { ChatReidError, messageOf } from '../../foundation/error.ts';
import { pictureLimits } from '../../foundation/picture.ts';
import {
  nothingDecided,
  type OpenSource,
  type SourceItem,
  type SourceKind,
  type SourceOptions,
} from './import-source.ts';
import { readManifest } from './manifest-rows.ts';
import { isJsonLines, manifestItems, manifestNotes } from './manifest-source.ts';
import { byName, isHidden, looksLikePicture } from './picture-names.ts';

/** Bounds on one archive, as data. Pictures hardly shrink in a zip, so a high ratio means a bomb. */
export const archiveLimits = {
  entries: 1_000_000,
  /** Bytes of all entries together, unpacked. */
  bytes: 256 * 1024 ** 3,
  /** Unpacked to packed, of an entry of at least `ratioFrom` bytes. */
  ratio: 200,
  ratioFrom: 1024 ** 2,
  manifestBytes: 512 * 1024 ** 2,
} as const;

export const zipSource: SourceKind = {
  name: 'zip archive',
  recognises: async (path, stats) => stats.isFile() && (/\.zip$/i.test(path) || (await startsLikeZip(path))),
  open: openZip,
};

async function openZip(path: string, options: SourceOptions): Promise<OpenSource> {
  const name = basename(path);
  const zip = await openPromise(path, { autoClose: false, strictFileNames: true }).catch((error: unknown) => {
    throw unsafe(name, `it is damaged or not a zip archive (${messageOf(error)})`, error);
  });
  try {
    const entries = await safeEntries(zip, name);
    const files = entries.filter((entry) => !entry.fileName.split('/').some(isHidden));
    const manifest = files.find((entry) => /^([^/]+\/)?manifest\.(csv|jsonl)$/.test(entry.fileName));
    const close = async () => zip.close();
    if (manifest) return { ...(await describedByManifest(zip, name, files, manifest, options)), close };
    const pictures = files.filter((entry) => looksLikePicture(entry.fileName));
    const others = files.length - pictures.length;
    return {
      label: name,
      items: pictures
        .sort((a, b) => byName(a.fileName, b.fileName))
        .map((entry) => ({
          source: entry.fileName,
          facts: {},
          decided: nothingDecided,
          read: () => readEntry(zip, entry, pictureLimits.bytes),
        })),
      notes:
        others === 0
          ? []
          : [`Left out ${others} file${others === 1 ? '' : 's'} of ${name} that are not pictures`],
      close,
    };
  } catch (error) {
    zip.close();
    throw error;
  }
}

async function describedByManifest(
  zip: ZipFile,
  name: string,
  files: readonly Entry[],
  entry: Entry,
  options: SourceOptions,
): Promise<Omit<OpenSource, 'close'>> {
  const text = Buffer.from(await readEntry(zip, entry, archiveLimits.manifestBytes)).toString('utf8');
  const manifest = readManifest(text, `${name}/${entry.fileName}`, {
    jsonLines: isJsonLines(entry.fileName),
    timeZone: options.timeZone,
  });
  const folder = posix.dirname(entry.fileName);
  const byPath = new Map(files.map((file) => [file.fileName, file]));
  const reader = (path: string): SourceItem['read'] | undefined => {
    const found = byPath.get(posix.join(folder, path));
    return found && (() => readEntry(zip, found, pictureLimits.bytes));
  };
  return {
    label: name,
    items: manifestItems(manifest, entry.fileName, (row) => reader(row.path)),
    notes: manifestNotes(manifest),
  };
}

/** @throws ChatReidError IMPORT_ARCHIVE_UNSAFE */
async function safeEntries(zip: ZipFile, name: string): Promise<Entry[]> {
  if (zip.entryCount > archiveLimits.entries) {
    throw unsafe(name, `it has ${zip.entryCount} entries (at most ${archiveLimits.entries})`);
  }
  const entries: Entry[] = [];
  let packed = 0;
  let unpacked = 0;
  try {
    // Absolute names, names with .. or a backslash, and impossible sizes are refused by the reader itself.
    for await (const entry of zip.eachEntry()) {
      packed += entry.compressedSize;
      unpacked += entry.uncompressedSize;
      refuse(entry, name);
      if (!entry.fileName.endsWith('/')) entries.push(entry);
    }
  } catch (error) {
    if (error instanceof ChatReidError) throw error;
    throw unsafe(name, messageOf(error), error);
  }
  if (packed > zip.fileSize) throw unsafe(name, 'its entries overlap, as in a decompression bomb');
  if (unpacked > archiveLimits.bytes) {
    throw unsafe(name, `it unpacks to ${(unpacked / 1024 ** 3).toFixed(0)} GB`);
  }
  return entries;
}

function refuse(entry: Entry, name: string): void {
  const { fileName, compressedSize, uncompressedSize } = entry;
  const fileType = (entry.externalFileAttributes >>> 16) & 0o170000;
  if (fileType === 0o120000) throw unsafe(name, `"${fileName}" is a symbolic link`);
  if (fileType !== 0 && fileType !== 0o100000 && fileType !== 0o040000) {
    throw unsafe(name, `"${fileName}" is neither a file nor a folder`);
  }
  const ratio = uncompressedSize / Math.max(1, compressedSize);
  if (uncompressedSize >= archiveLimits.ratioFrom && ratio > archiveLimits.ratio) {
    throw unsafe(
      name,
      `"${fileName}" unpacks to ${ratio.toFixed(0)} times its size, as in a decompression bomb`,
    );
  }
}

async function readEntry(zip: ZipFile, entry: Entry, limit: number): Promise<Uint8Array> {
  if (entry.uncompressedSize > limit) {
    throw new ChatReidError(
      'PICTURE_TOO_LARGE',
      `The file in the archive is too large: ${(entry.uncompressedSize / 1024 ** 2).toFixed(0)} MB.`,
      `Bring files of at most ${limit / 1024 ** 2} MB.`,
    );
  }
  try {
    const chunks: Uint8Array[] = [];
    for await (const chunk of await zip.openReadStreamPromise(entry)) chunks.push(chunk as Uint8Array);
    return Buffer.concat(chunks);
  } catch (error) {
    throw new ChatReidError(
      'PICTURE_DAMAGED',
      `The file cannot be taken out of the archive: ${messageOf(error)}.`,
      'Make the archive again, without a password.',
      error,
    );
  }
}

async function startsLikeZip(path: string): Promise<boolean> {
  const file = await open(path, 'r').catch(() => undefined);
  try {
    const head = Buffer.alloc(4);
    await file?.read(head, 0, 4, 0);
    return head.equals(Buffer.from('PK\x03\x04', 'latin1'));
  } finally {
    await file?.close();
  }
}

function unsafe(name: string, why: string, cause?: unknown): ChatReidError {
  return new ChatReidError(
    'IMPORT_ARCHIVE_UNSAFE',
    `The archive ${name} is refused: ${why}.`,
    'Make a plain zip archive of the pictures, or import the unpacked folder.',
    cause,
  );
}
