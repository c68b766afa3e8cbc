/** Registering pictures from any source: read, examined, kept and encoded, again and again until all is there. */
import { asChatReidError, ChatReidError, type ErrorCode, messageOf } from '../foundation/error.ts';
import { pictureId } from '../foundation/picture.ts';
import { isTimeZone, systemTimeZone } from '../foundation/site-time.ts';
import { exifTime } from './exif-time.ts';
import type { GalleryStore, GallerySummary, PictureRecord } from './gallery-store.ts';
import { lookahead } from './lookahead.ts';
import { examinePicture } from './picture-completeness.ts';
import { type EncodingFailure, encodeRegistered, type PictureEncoder } from './picture-encoder.ts';
import { dropUndefined } from './picture-record.ts';
import { Progress, type ProgressReport } from './progress.ts';
import { factsOfName } from './sources/dataset-names.ts';
import type { PictureFacts, RejectedItem, SourceItem } from './sources/import-source.ts';
import { openSource } from './sources/source-kinds.ts';

export interface ImportOptions {
  readonly store: GalleryStore;
  readonly gallery: string;
  /** Folders, pictures, zip archives, manifests. */
  readonly sources: readonly string[];
  /** Without one, pictures are registered but cannot be searched until an import or reindex with one. */
  readonly encoder?: PictureEncoder;
  /** IANA zone of times that name none; the machine's own by default. */
  readonly timeZone?: string;
  /** Pictures that are registered in one transaction and encoded in one call. */
  readonly batch?: number;
  readonly onProgress?: (progress: ImportProgress) => void;
  readonly signal?: AbortSignal;
}

export interface ImportProgress extends ProgressReport {
  /** `resuming`: encoding pictures that an earlier, interrupted import registered. */
  readonly phase: 'resuming' | 'importing';
  readonly failed: number;
}

export interface ImportFailure {
  /** The name of the file, entry or line. */
  readonly source: string;
  readonly code: ErrorCode;
  readonly message: string;
  readonly next: string;
}

/** Every item of the sources is counted once: in `added`, `already`, `updated` or `failed`. */
export interface ImportReport {
  added: number;
  /** Pictures that the gallery had, with nothing new to say about them; also the same picture twice in the sources. */
  already: number;
  /** Pictures that the gallery had, of which something was learnt or corrected. */
  updated: number;
  /** Pictures that got a vector, those of an interrupted import included. */
  encoded: number;
  readonly failed: ImportFailure[];
  readonly notes: string[];
}

interface Prepared {
  readonly record: PictureRecord;
  readonly bytes: Uint8Array;
}

const readers = 8;
const batchBytes = 64 * 1024 * 1024;

/**
 * A bad file is named in the report and skipped. Killed at any instruction and run again, it goes on: what is registered
 * is not registered twice, and what was registered but not encoded is encoded first.
 *
 * @throws ChatReidError IMPORT_SOURCE_MISSING, IMPORT_MANIFEST_INVALID, IMPORT_ARCHIVE_UNSAFE, before anything is changed;
 * GALLERY_NOT_INDEXED when the gallery is searched in another model's space; STORAGE_FULL, GALLERY_BUSY, ENGINE_*,
 * CANCELLED, with everything kept that was done until then
 */
export async function importPictures(options: ImportOptions): Promise<ImportReport> {
  try {
    return await new Import(options).run();
  } catch (error) {
    throw asChatReidError(error, `importing into gallery "${options.gallery}"`);
  }
}

class Import {
  private readonly report: ImportReport = {
    added: 0,
    already: 0,
    updated: 0,
    encoded: 0,
    failed: [],
    notes: [],
  };
  private readonly timeZone: string;
  private readonly batch: number;
  private live: string | undefined;
  /** Pictures that were registered before and that the encoder cannot open: told once, by the source that brings them. */
  private readonly rejected = new Map<string, RejectedItem>();

  constructor(private readonly options: ImportOptions) {
    this.timeZone = options.timeZone ?? systemTimeZone();
    this.batch = options.batch ?? 64;
    if (!isTimeZone(this.timeZone)) {
      throw new ChatReidError(
        'OPTION_INVALID',
        `There is no time zone "${this.timeZone}".`,
        'Give an IANA name such as Europe/Berlin.',
      );
    }
  }

  async run(): Promise<ImportReport> {
    const { sources, encoder } = this.options;
    const known = await this.#summary();
    this.live = known?.liveSpace;
    if (encoder && known) checkSpace(known, encoder);
    const opened: Awaited<ReturnType<typeof openSource>>[] = [];
    try {
      for (const path of sources) {
        const source = await openSource(path, { timeZone: this.timeZone });
        opened.push(source);
        this.report.notes.push(...source.notes);
        if (source.items.length === 0) this.report.notes.push(`There are no pictures in ${path}`);
      }
      if (encoder && known) await this.#resume(encoder);
      await this.#importAll(opened.flatMap(({ label, items }) => items.map((item) => ({ item, label }))));
      for (const { source, error } of this.rejected.values()) this.#fail(source, error);
      return this.report;
    } finally {
      await Promise.all(opened.map((source) => source.close()));
    }
  }

  async #summary(): Promise<GallerySummary | undefined> {
    return this.options.store.summary(this.options.gallery).catch((error: unknown) => {
      if (error instanceof ChatReidError && error.code === 'GALLERY_UNKNOWN') return undefined;
      throw error;
    });
  }

  async #resume(encoder: PictureEncoder): Promise<void> {
    const { store, gallery } = this.options;
    const missing = await store.missingVectors(gallery, encoder.space);
    const progress = new Progress(missing.length);
    for (let first = 0; first < missing.length; first += this.batch) {
      const some = missing.slice(first, first + this.batch);
      const failures = await this.#encode(encoder, some);
      for (const { pictureId: id, error } of failures) {
        const source = (await store.record(gallery, id))?.source ?? id;
        const known = asChatReidError(error, `encoding ${source}`);
        if (await this.#unregister(id, known)) this.rejected.set(id, { source, error: known });
        else this.#fail(source, known);
      }
      progress.advance(some.length);
      this.#tell('resuming', progress);
    }
  }

  async #importAll(
    items: readonly { readonly item: SourceItem | RejectedItem; readonly label: string }[],
  ): Promise<void> {
    const progress = new Progress(items.length);
    const prepared = lookahead(items, readers, ({ item, label }) => this.#prepare(item, label));
    // While one batch is being encoded the next is read, examined and registered.
    let encoding: Promise<void> = Promise.resolve();
    let some: Prepared[] = [];
    let taken = 0;
    const flush = async () => {
      const [batch, count] = [some, taken];
      [some, taken] = [[], 0];
      const fresh = await this.#register(batch);
      await encoding;
      encoding = this.#encodeFresh(batch, fresh).then(() => {
        progress.advance(count);
        this.#tell('importing', progress);
      });
      encoding.catch(() => undefined);
    };
    try {
      for await (const picture of prepared) {
        this.options.signal?.throwIfAborted();
        taken++;
        if ('bytes' in picture) some.push(picture);
        else this.#fail(picture.source, picture.error);
        const bytes = some.reduce((sum, waiting) => sum + waiting.bytes.length, 0);
        if (taken >= this.batch || bytes > batchBytes) await flush();
      }
      if (taken > 0) await flush();
    } finally {
      await encoding;
    }
  }

  async #prepare(item: SourceItem | RejectedItem, label: string): Promise<Prepared | RejectedItem> {
    if ('error' in item) return item;
    try {
      const bytes = await item.read();
      const info = await examinePicture(bytes, this.options.encoder === undefined);
      const rejected = this.rejected.get(pictureId(bytes));
      if (rejected) {
        this.rejected.delete(pictureId(bytes));
        return { source: item.source, error: rejected.error };
      }
      const guessed: PictureFacts = {
        ...dropUndefined({ time: info.exif && exifTime(info.exif, this.timeZone) }),
        ...factsOfName(`${label}/${item.source}`),
      };
      const open = Object.entries(guessed).filter(([name]) => !item.decided.has(name as keyof PictureFacts));
      return {
        bytes,
        record: {
          pictureId: pictureId(bytes),
          ...Object.fromEntries(open),
          ...item.facts,
          source: item.source,
          width: info.width,
          height: info.height,
        },
      };
    } catch (error) {
      const known = asChatReidError(error, `reading ${item.source}`);
      if (known.code === 'INTERNAL' || known.code === 'STORAGE_FULL') throw known;
      return { source: item.source, error: known };
    }
  }

  /** @returns ids of the pictures that were new to the gallery */
  async #register(batch: readonly Prepared[]): Promise<Set<string>> {
    const { store, gallery } = this.options;
    const fresh = new Set<string>();
    if (batch.length === 0) return fresh;
    const before = await store
      .records(
        gallery,
        batch.map(({ record }) => record.pictureId),
      )
      .catch((error: unknown) => {
        if (error instanceof ChatReidError && error.code === 'GALLERY_UNKNOWN') return [];
        throw error;
      });
    await store.add(gallery, batch);
    batch.forEach(({ record }, at) => {
      const known = before[at];
      if (!known && !fresh.has(record.pictureId)) {
        fresh.add(record.pictureId);
        this.report.added++;
      } else if (known && learnt(known, record)) this.report.updated++;
      else this.report.already++;
    });
    return fresh;
  }

  async #encodeFresh(batch: readonly Prepared[], fresh: ReadonlySet<string>): Promise<void> {
    const { store, encoder } = this.options;
    if (!encoder || fresh.size === 0) return;
    const ids = [...fresh];
    // Another gallery may have had the picture, and its vector, before.
    const vectors = await store.vectors(encoder.space, ids);
    const missing = ids.filter((_, at) => vectors[at] === undefined);
    const failures = await this.#encode(encoder, missing);
    for (const { pictureId: id, error } of failures) {
      const source = batch.find(({ record }) => record.pictureId === id)?.record.source ?? id;
      const known = asChatReidError(error, `encoding ${source}`);
      this.#fail(source, known);
      if (await this.#unregister(id, known)) this.report.added--;
    }
  }

  async #encode(encoder: PictureEncoder, ids: readonly string[]): Promise<EncodingFailure[]> {
    const { store, gallery, signal } = this.options;
    signal?.throwIfAborted();
    const failures = await encodeRegistered(store, encoder, ids, signal);
    this.report.encoded += ids.length - failures.length;
    if (this.live === undefined) {
      await store.setLiveSpace(gallery, encoder.space);
      this.live = encoder.space;
    }
    return failures;
  }

  /** A picture that the encoder cannot open is no picture: it goes again. Any other failure is tried again next time. */
  async #unregister(id: string, error: ChatReidError): Promise<boolean> {
    if (!error.code.startsWith('PICTURE_')) return false;
    await this.options.store.remove(this.options.gallery, [id]);
    return true;
  }

  #fail(source: string, { code, message, next, cause }: ChatReidError): void {
    const why = code === 'INTERNAL' && cause !== undefined ? messageOf(cause) : message;
    this.report.failed.push({ source, code, message: why, next });
  }

  #tell(phase: ImportProgress['phase'], progress: Progress): void {
    this.options.onProgress?.({ phase, failed: this.report.failed.length, ...progress.report() });
  }
}

/** Does the new record know something that the old one does not, or not so? */
function learnt(known: PictureRecord, record: PictureRecord): boolean {
  const facts = ['personId', 'cameraId', 'place', 'time', 'caption', 'split', 'tags'] as const;
  return facts.some(
    (name) => record[name] !== undefined && JSON.stringify(record[name]) !== JSON.stringify(known[name]),
  );
}

function checkSpace(known: GallerySummary, encoder: PictureEncoder): void {
  const live = known.spaces.find(({ space }) => space === known.liveSpace);
  if (!live || live.space === encoder.space) return;
  throw new ChatReidError(
    'GALLERY_NOT_INDEXED',
    `Gallery "${known.name}" is indexed with another model, and vectors of two models are never mixed.`,
    `Run: chatreid gallery reindex --gallery ${known.name}`,
  );
}
