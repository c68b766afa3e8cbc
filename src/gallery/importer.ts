/** Registering pictures from any source: read, examined, kept and encoded, again and again until all is there. */
import { asChatReidError, ChatReidError, type ErrorCode, messageOf } from '../foundation/error.ts';
import { pictureId } from '../foundation/picture.ts';
import { isTimeZone, systemTimeZone } from '../foundation/site-time.ts';
import { exifTime } from './exif-time.ts';
import type { GalleryStore, GallerySummary, PictureRecord } from './gallery-store.ts';
import { otherModel } from './gallery-vectors.ts';
import { lookahead } from './lookahead.ts';
import type { Detector } from './people/detector.ts';
import { type PreparedPicture, peopleOfFrame } from './people/people-of-frame.ts';
import { examinePicture, isStoredWhole } from './picture-completeness.ts';
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
  /** With one, camera frames are cut into the people in them; crops of one person are registered as they are. */
  readonly detector?: Detector;
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

/** Every item of the sources, and where frames are cut every person, is counted once: in `added`, `already`, `updated` or `failed`. */
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

/** Where the report counts a picture that the sources brought. */
type Counter = 'added' | 'already' | 'updated';

const readers = 8;
const batchBytes = 64 * 1024 * 1024;

/**
 * A bad file is named in the report and skipped. Killed at any instruction and run again, it goes on: what is registered
 * is not registered twice, and what was registered but not encoded is encoded first.
 *
 * @throws ChatReidError IMPORT_SOURCE_MISSING, IMPORT_MANIFEST_INVALID, IMPORT_ARCHIVE_UNSAFE, before anything is changed;
 * GALLERY_NOT_INDEXED when the gallery is searched in another model's space, or is from some moment on; STORAGE_FULL, GALLERY_BUSY, ENGINE_*,
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
  /** Frames that were cut and show nobody. */
  private deserted = 0;
  private readonly timeZone: string;
  private readonly batch: number;
  /** Pictures that were registered before and that the encoder cannot open: told once, by the source that brings them. */
  private readonly rejected = new Map<string, RejectedItem>();
  /** Registered pictures whose stored copy is damaged: a source that brings them mends them, and else they are told. */
  private readonly damaged = new Map<string, RejectedItem>();

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
      if (this.deserted > 0) this.report.notes.push(desertedNote(this.deserted));
      for (const { source, error } of this.rejected.values()) this.#fail(source, error);
      for (const { source, error } of this.damaged.values()) this.#fail(source, error);
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
    await store.addVectors(encoder.space, [], { claimFor: gallery });
    const missing = await store.missingVectors(gallery, encoder.space);
    const progress = new Progress(missing.length);
    for (let first = 0; first < missing.length; first += this.batch) {
      const some = missing.slice(first, first + this.batch);
      const failures = await this.#encode(encoder, some);
      for (const { pictureId: id, error } of failures) {
        const source = (await store.record(gallery, id))?.source ?? id;
        const known = asChatReidError(error, `encoding ${source}`);
        const fate = await this.#settle(id, source, known);
        if (fate === 'gone') this.rejected.set(id, { source, error: known });
        else if (fate === 'kept') this.#fail(source, known);
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
    let some: PreparedPicture[] = [];
    let taken = 0;
    const flush = async () => {
      const [batch, count] = [some, taken];
      [some, taken] = [[], 0];
      const waiting = await this.#register(batch);
      await encoding;
      encoding = this.#encodeNew(batch, waiting).then(() => {
        progress.advance(count);
        this.#tell('importing', progress);
      });
      encoding.catch(() => undefined);
    };
    try {
      for await (const pictures of prepared) {
        this.options.signal?.throwIfAborted();
        taken++;
        for (const one of pictures) {
          if ('bytes' in one) some.push(one);
          else this.#fail(one.source, one.error);
        }
        const bytes = some.reduce((sum, waiting) => sum + waiting.bytes.length, 0);
        if (taken >= this.batch || bytes > batchBytes) await flush();
      }
      if (taken > 0) await flush();
    } finally {
      await encoding;
    }
  }

  async #prepare(
    item: SourceItem | RejectedItem,
    label: string,
  ): Promise<(PreparedPicture | RejectedItem)[]> {
    if ('error' in item) return [item];
    try {
      const bytes = await item.read();
      const info = await examinePicture(bytes, this.options.encoder === undefined);
      const id = pictureId(bytes);
      const rejected = this.rejected.get(id);
      if (rejected) {
        this.rejected.delete(id);
        return [{ source: item.source, error: rejected.error }];
      }
      const guessed: PictureFacts = {
        ...dropUndefined({ time: info.exif && exifTime(info.exif, this.timeZone) }),
        ...factsOfName(`${label}/${item.source}`),
      };
      const open = Object.entries(guessed).filter(([name]) => !item.decided.has(name as keyof PictureFacts));
      const whole: PreparedPicture = {
        bytes,
        record: {
          pictureId: id,
          ...Object.fromEntries(open),
          ...item.facts,
          source: item.source,
          width: info.width,
          height: info.height,
        },
      };
      return await this.#people(whole);
    } catch (error) {
      // Whatever it is, it is about this item: nothing of the store has been touched yet.
      return [{ source: item.source, error: asChatReidError(error, `reading ${item.source}`) }];
    }
  }

  async #people(whole: PreparedPicture): Promise<PreparedPicture[]> {
    const { detector, signal } = this.options;
    if (!detector) return [whole];
    const people = await peopleOfFrame(detector, whole, signal);
    if (people.length === 0) this.deserted++;
    return people;
  }

  /** @returns the pictures to encode (those that were new to the gallery or have been mended), and where each is counted */
  async #register(batch: readonly PreparedPicture[]): Promise<Map<string, Counter>> {
    const { store, gallery } = this.options;
    const waiting = new Map<string, Counter>();
    if (batch.length === 0) return waiting;
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
      const { pictureId: id } = record;
      const known = before[at];
      const isNew = !known && !waiting.has(id);
      const counter = isNew ? 'added' : known && learnt(known, record) ? 'updated' : 'already';
      this.report[counter]++;
      if (isNew || (this.damaged.has(id) && !waiting.has(id))) waiting.set(id, counter);
    });
    return waiting;
  }

  async #encodeNew(batch: readonly PreparedPicture[], waiting: ReadonlyMap<string, Counter>): Promise<void> {
    const { store, encoder } = this.options;
    if (!encoder || waiting.size === 0) return;
    const ids = [...waiting.keys()];
    for (const id of ids) this.damaged.delete(id);
    // Another gallery may have had the picture, and its vector, before.
    const vectors = await store.vectors(encoder.space, ids);
    const missing = ids.filter((_, at) => vectors[at] === undefined);
    const failures = await this.#encode(encoder, missing);
    for (const { pictureId: id, error } of failures) {
      const source = batch.find(({ record }) => record.pictureId === id)?.record.source ?? id;
      const known = asChatReidError(error, `encoding ${source}`);
      const fate = await this.#settle(id, source, known);
      if (fate !== 'damaged') this.#fail(source, known);
      if (fate === 'gone') this.report[waiting.get(id) ?? 'added']--;
    }
  }

  async #encode(encoder: PictureEncoder, ids: readonly string[]): Promise<EncodingFailure[]> {
    const { store, gallery, signal } = this.options;
    signal?.throwIfAborted();
    const failures = await encodeRegistered(store, encoder, ids, { signal, claimFor: gallery });
    this.report.encoded += ids.length - failures.length;
    return failures;
  }

  /**
   * What the encoder cannot open is no picture, and goes again; but only if its file still holds what was registered. Where
   * it does not, the record stays and waits for a source. Any other failure is tried again next time.
   */
  async #settle(id: string, source: string, error: ChatReidError): Promise<'gone' | 'damaged' | 'kept'> {
    const { store, gallery } = this.options;
    if (!error.code.startsWith('PICTURE_') && error.code !== 'IMPORT_SOURCE_MISSING') return 'kept';
    if (!(await isStoredWhole(store, id))) {
      this.damaged.set(id, { source, error: copyDamaged(error) });
      return 'damaged';
    }
    if (error.code === 'IMPORT_SOURCE_MISSING') return 'kept';
    await store.remove(gallery, [id]);
    return 'gone';
  }

  #fail(source: string, { code, message, next, cause }: ChatReidError): void {
    const why = code === 'INTERNAL' && cause !== undefined ? messageOf(cause) : message;
    this.report.failed.push({ source, code, message: why, next });
  }

  #tell(phase: ImportProgress['phase'], progress: Progress): void {
    this.options.onProgress?.({ phase, failed: this.report.failed.length, ...progress.report() });
  }
}

function desertedNote(frames: number): string {
  return `${frames === 1 ? '1 frame shows' : `${frames} frames show`} nobody large enough to be told apart: nothing of it was registered.`;
}

function copyDamaged(cause: ChatReidError): ChatReidError {
  return new ChatReidError(
    'PICTURE_DAMAGED',
    'The stored copy of this picture is damaged or gone; what is known of it is kept.',
    'Import the picture again from its source, which mends the copy, and check the disk.',
    cause,
  );
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
  if (live && live.space !== encoder.space) throw otherModel(known.name);
}
