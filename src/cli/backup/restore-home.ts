/** Puts a backup in the place of a home folder's contents: wholly, or not at all. */
import { type FileHandle, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { asChatReidError, ChatReidError } from '../../foundation/error.ts';
import { type Home, makePrivateFolder } from '../../foundation/home.ts';
import { removeLeftovers } from '../../foundation/leftovers.ts';
import {
  finishRestore,
  type HomePart,
  homeParts,
  planName,
  type RestorePlan,
  restoredName,
} from '../../foundation/pending-restore.ts';
import { syncFolder } from '../../foundation/sync-folder.ts';
import { migrations } from '../../gallery/gallery-schema.ts';
import type { ArchiveFile, BackupCard } from './archive-format.ts';
import { readArchive } from './archive-reader.ts';
import { isOpenElsewhere } from './open-elsewhere.ts';

export interface RestoreOptions {
  readonly home: Home;
  readonly archive: string;
  /** Where something is in the home folder: it moves into a folder of its own there. Otherwise that is refused. */
  readonly force?: boolean;
  readonly now?: () => Date;
  readonly onProgress?: (bytes: number, total: number) => void;
  readonly signal?: AbortSignal;
}

export interface RestoreReport {
  readonly card: BackupCard;
  readonly files: number;
  readonly bytes: number;
  /** Where what was there before is now. */
  readonly replaced?: string;
}

/**
 * Everything is unpacked beside what is there, verified, and on the disk before the first thing is moved. Killed before
 * that, the home folder is as it was; killed after it, whoever opens the home folder next finishes the moving.
 *
 * @throws ChatReidError HOME_NOT_EMPTY, GALLERY_BUSY (somebody has it open), BACKUP_*, OPTION_INVALID, STORAGE_*, CANCELLED
 */
export async function restoreHome(options: RestoreOptions): Promise<RestoreReport> {
  const { home, archive, signal, onProgress, force = false, now = () => new Date() } = options;
  const { root } = home;
  try {
    await finishRestore(root);
    const moves = await occupiedParts(root);
    if (moves.some((part) => part !== 'cache') && !force) throw notEmpty(root);
    await refuseWhileOpen(root);
    await makePrivateFolder(root);
    await removeLeftovers(root, partPrefix);
    const stage = new Stage(join(root, `${partPrefix}${process.pid}`));
    try {
      await stage.begin();
      const report = await readArchive(archive, (file, bytes) => stage.keep(file, bytes), {
        gallerySchema: migrations.length,
        ...(onProgress ? { onProgress } : {}),
        ...(signal ? { signal } : {}),
      });
      const replaced = `replaced-${now().toISOString().replaceAll(/[:.]/g, '-')}`;
      await stage.settle({ moves, replaced });
      await refuseWhileOpen(root);
      // From here on it is decided.
      await rename(stage.folder, join(root, restoredName));
      await syncFolder(root);
      await finishRestore(root);
      return { ...report, ...(moves.length > 0 ? { replaced: join(root, replaced) } : {}) };
    } finally {
      await rm(stage.folder, { recursive: true, force: true }).catch(() => undefined);
    }
  } catch (error) {
    throw asChatReidError(error, `restoring ${archive} into ${root}`);
  }
}

/** Reads the archive as a restore does, and keeps nothing. @throws as {@link readArchive} */
export async function checkArchive(
  archive: string,
  options: Pick<RestoreOptions, 'onProgress' | 'signal'> = {},
): Promise<Omit<RestoreReport, 'replaced'>> {
  const drain = async (_: ArchiveFile, bytes: AsyncIterable<Buffer>) => {
    for await (const piece of bytes) void piece;
  };
  return readArchive(archive, drain, { gallerySchema: migrations.length, ...options });
}

const partPrefix = '.restoring-';

/** Where the archive is unpacked: a new folder that nobody else can write to, so that no link can be in it. */
class Stage {
  readonly #folders = new Set<string>();

  constructor(readonly folder: string) {}

  async begin(): Promise<void> {
    await mkdir(this.folder, { mode: 0o700 });
    for (const part of homeParts) await mkdir(join(this.folder, part), { mode: 0o700 });
  }

  /** @param file whose path the reader has found to be one of the few that an archive may hold */
  async keep({ path, modified }: ArchiveFile, bytes: AsyncIterable<Buffer>): Promise<void> {
    const target = join(this.folder, path);
    await this.#make(dirname(target));
    const file = await open(target, 'wx', 0o600);
    try {
      for await (const piece of bytes) await writeAll(file, piece);
      await file.utimes(modified, modified);
      await file.sync();
    } finally {
      await file.close();
    }
  }

  async settle(plan: RestorePlan): Promise<void> {
    const file = await open(join(this.folder, planName), 'wx', 0o600);
    try {
      await file.writeFile(JSON.stringify(plan));
      await file.sync();
    } finally {
      await file.close();
    }
    for (const folder of this.#folders) await syncFolder(folder);
    for (const part of homeParts) await syncFolder(join(this.folder, part));
    await syncFolder(this.folder);
  }

  async #make(folder: string): Promise<void> {
    if (folder === this.folder || this.#folders.has(folder)) return;
    await this.#make(dirname(folder));
    await mkdir(folder, { recursive: true, mode: 0o700 });
    this.#folders.add(folder);
  }
}

async function writeAll(file: FileHandle, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at)).bytesWritten;
}

async function occupiedParts(root: string): Promise<HomePart[]> {
  const occupied: HomePart[] = [];
  for (const part of homeParts) {
    const names = await readdir(join(root, part)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    });
    if (names.length > 0) occupied.push(part);
  }
  return occupied;
}

async function refuseWhileOpen(root: string): Promise<void> {
  for (const file of ['galleries/gallery.db', 'conversations/state.sqlite']) {
    if (!(await isOpenElsewhere(join(root, file)))) continue;
    throw new ChatReidError(
      'GALLERY_BUSY',
      `Another process is using ${root}.`,
      'Stop it (chatreid serve, web, chat), then restore again. Nothing was changed.',
    );
  }
}

function notEmpty(root: string): ChatReidError {
  return new ChatReidError(
    'HOME_NOT_EMPTY',
    `There are galleries, talks or an audit trail in ${root} already.`,
    'Set CHATREID_HOME to a new folder, or add --force: what is there is then moved into a folder of its own beside it.',
  );
}
