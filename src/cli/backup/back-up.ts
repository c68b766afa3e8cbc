/** Makes a backup of a home folder in one tar file, while others go on using it. */
import { randomUUID } from 'node:crypto';
import { lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { copyState, stateFileName } from '../../conversation/storage/state-snapshot.ts';
import { asChatReidError, ChatReidError } from '../../foundation/error.ts';
import { type Home, makePrivateFolder } from '../../foundation/home.ts';
import { removeLeftovers } from '../../foundation/leftovers.ts';
import { finishRestore, homeParts } from '../../foundation/pending-restore.ts';
import { syncFolder } from '../../foundation/sync-folder.ts';
import { migrations } from '../../gallery/gallery-schema.ts';
import { GallerySnapshot } from '../../gallery/gallery-snapshot.ts';
import { archiveFormat, type BackupCard, cardName, conversationSchema } from './archive-format.ts';
import { ArchiveWriter } from './archive-writer.ts';
import { auditFiles, wholeLines } from './audit-files.ts';
import { filesOfTalks } from './talk-files.ts';

export interface BackupOptions {
  readonly home: Home;
  /** The archive; must not be there. */
  readonly to: string;
  /** Of the program. */
  readonly version: string;
  readonly now?: () => Date;
  readonly onProgress?: (files: number, of: number) => void;
  readonly signal?: AbortSignal;
}

export interface BackupReport {
  readonly archive: string;
  readonly bytes: number;
  readonly files: number;
  /** Pictures of galleries. */
  readonly pictures: number;
  readonly talks: boolean;
  readonly audit: boolean;
  /** Ids of pictures whose file was not there, or does not hold the bytes that it is named after: those are in it as they are. */
  readonly missing: readonly string[];
  readonly damaged: readonly string[];
}

/**
 * As of the moment at which it begins, or a little later: the talks first, then the galleries, the audit trail last. A
 * picture that is removed meanwhile is not in it. Killed at any moment it leaves nothing under the archive's name, and
 * what it does leave is cleared away by the next one.
 *
 * @throws ChatReidError OPTION_INVALID (nothing to back up, something is at `to`), GALLERY_*, CONVERSATION_*, STORAGE_*, CANCELLED
 */
export async function backUp(options: BackupOptions): Promise<BackupReport> {
  const target = resolve(options.to);
  await finishRestore(options.home.root);
  await refuseEmpty(options.home);
  const folder = dirname(target);
  // Of any other archive there too: the next one seldom has the name of the one that was ended.
  await removeLeftovers(folder, partPrefix);
  await checkTarget(target, options.home.root);
  const work = join(folder, `${partPrefix}${process.pid}-${randomUUID()}`);
  try {
    await makePrivateFolder(folder);
    await mkdir(work, { mode: 0o700 });
    const report = await new Backup(options, work, target).run();
    await rename(join(work, 'archive.tar'), target);
    await syncFolder(folder);
    return report;
  } catch (error) {
    throw asChatReidError(error, `making the backup ${target}`);
  } finally {
    await rm(work, { recursive: true, force: true }).catch(() => undefined);
  }
}

const partPrefix = '.chatreid-backup-';

class Backup {
  readonly #missing: string[] = [];
  readonly #damaged: string[] = [];

  constructor(
    private readonly options: BackupOptions,
    private readonly work: string,
    private readonly target: string,
  ) {}

  async run(): Promise<BackupReport> {
    const { home, now = () => new Date() } = this.options;
    const made = now();
    const talks = join(home.root, 'conversations');
    // What a talk speaks of is in the galleries already, and what was looked at is in the audit trail before it is over.
    const state = join(this.work, stateFileName);
    const hasState = await copyState(talks, state);
    const snapshot = await GallerySnapshot.take(home.galleries, this.work);
    const writer = await ArchiveWriter.create(join(this.work, 'archive.tar'));
    try {
      await writer.addText(cardName, this.#card(made), made);
      if (hasState) await this.#copy(writer, state, `conversations/${stateFileName}`);
      await this.#talkPictures(writer, talks);
      const pictures = snapshot ? await this.#galleries(writer, snapshot) : 0;
      const audit = await this.#audit(writer, join(home.root, 'audit'));
      await writer.finish(made);
      return {
        archive: this.target,
        bytes: writer.bytes,
        files: writer.files - 3,
        pictures,
        talks: hasState,
        audit: audit > 0,
        missing: this.#missing,
        damaged: this.#damaged,
      };
    } finally {
      snapshot?.close();
      await writer.close();
    }
  }

  #card(made: Date): string {
    const card: BackupCard = {
      format: archiveFormat,
      chatreid: this.options.version,
      schemas: { gallery: migrations.length, conversation: conversationSchema },
      made: made.toISOString(),
    };
    return `${JSON.stringify(card, null, 2)}\n`;
  }

  /** Those of the snapshot; then the snapshot itself, without those that were removed meanwhile. @returns how many */
  async #galleries(writer: ArchiveWriter, snapshot: GallerySnapshot): Promise<number> {
    const { pictures } = snapshot;
    const gone = new Map<string, string>();
    let done = 0;
    for (const { pictureId, extension } of pictures) {
      const path = `galleries/pictures/${pictureId.slice(0, 2)}/${pictureId}.${extension}`;
      if (!(await this.#picture(writer, pictureId, path))) gone.set(pictureId, path);
      this.options.onProgress?.(++done, pictures.length);
    }
    const named = new Set(await snapshot.stillThere([...gone.keys()]));
    for (const id of named) {
      // Removed and added again since: its file was there before its record.
      if (!(await this.#picture(writer, id, gone.get(id) ?? ''))) this.#missing.push(id);
    }
    const removed = [...gone.keys()].filter((id) => !named.has(id));
    await snapshot.drop(removed);
    await this.#copy(writer, snapshot.file, 'galleries/gallery.db');
    return pictures.length - removed.length - this.#missing.length;
  }

  /** @returns false where the file is not there */
  async #picture(writer: ArchiveWriter, id: string, path: string): Promise<boolean> {
    const sum = await this.#copy(writer, join(this.options.home.root, path), path);
    if (sum !== undefined && sum !== id) this.#damaged.push(id);
    return sum !== undefined;
  }

  /** Pictures that people sent, and under which talks: all that are there now, the state's and some of later. */
  async #talkPictures(writer: ArchiveWriter, folder: string): Promise<void> {
    for await (const { path, modified } of filesOfTalks(folder)) {
      const archived = `conversations/${path}`;
      // The names of a talk may be hard links: an empty file says the same.
      if (modified) await writer.addText(archived, '', modified);
      else await this.#copy(writer, join(folder, path), archived);
    }
  }

  async #audit(writer: ArchiveWriter, folder: string): Promise<number> {
    const paths = await auditFiles(folder);
    for (const path of paths) await this.#copy(writer, join(folder, path), `audit/${path}`, wholeLines);
    return paths.length;
  }

  /**
   * @param sizeOf how much of a file of this size belongs in it
   * @returns its SHA-256, or undefined where it is not there (any more)
   */
  async #copy(
    writer: ArchiveWriter,
    from: string,
    path: string,
    sizeOf?: typeof wholeLines,
  ): Promise<string | undefined> {
    this.options.signal?.throwIfAborted();
    const source = await open(from, 'r').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (!source) return undefined;
    try {
      const found = await source.stat();
      const size = sizeOf ? await sizeOf(source, found.size) : found.size;
      return await writer.add({ path, size, modified: found.mtime }, source);
    } finally {
      await source.close();
    }
  }
}

async function checkTarget(target: string, root: string): Promise<void> {
  if (homeParts.some((part) => target.startsWith(join(root, part) + sep))) {
    throw new ChatReidError(
      'OPTION_INVALID',
      `${target} lies in a folder that is itself backed up, or is a cache.`,
      'Name a file outside of CHATREID_HOME, best on another disk.',
    );
  }
  const found = await lstat(target).catch(() => undefined);
  if (!found) return;
  throw new ChatReidError(
    'OPTION_INVALID',
    `${target} is there already, and a backup is never written over.`,
    'Name a file that is not there yet, or remove this one first.',
  );
}

/** @throws ChatReidError OPTION_INVALID where nothing is kept in the home folder */
export async function refuseEmpty({ root }: Home): Promise<void> {
  for (const part of homeParts) {
    if (part !== 'cache' && (await readdir(join(root, part)).catch(() => [])).length > 0) return;
  }
  throw new ChatReidError(
    'OPTION_INVALID',
    `There is nothing to back up in ${root}.`,
    'Set CHATREID_HOME to the folder that holds the galleries.',
  );
}
