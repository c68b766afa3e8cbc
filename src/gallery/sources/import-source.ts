/** Where pictures come from: what every kind of source gives to the importer. */
import type { Stats } from 'node:fs';
import type { ChatReidError } from '../../foundation/error.ts';
import type { PictureRecord } from '../gallery-store.ts';

/** What a source may know of a picture before it is opened. */
export type PictureFacts = Partial<
  Pick<PictureRecord, 'personId' | 'cameraId' | 'place' | 'time' | 'caption' | 'split' | 'tags'>
>;

export type FactName = keyof PictureFacts;

export interface SourceItem {
  /** The name in reports and in the record: a path relative to what was imported, with forward slashes. */
  readonly source: string;
  readonly facts: PictureFacts;
  /** Where a manifest says the file is, when that is not its source. */
  readonly path?: string;
  /** Facts that the source speaks for even where it leaves them empty: names and EXIF must not fill them in. */
  readonly decided: ReadonlySet<FactName>;
  /** @throws ChatReidError when the bytes cannot be had */
  read(): Promise<Uint8Array>;
}

/** Something that should have been a picture and cannot be: named, skipped, reported. */
export interface RejectedItem {
  readonly source: string;
  readonly path?: string;
  readonly error: ChatReidError;
}

export interface OpenSource {
  /** Name of what was opened, or of the folder it is in: the split of a data set is often written there. */
  readonly label: string;
  readonly items: readonly (SourceItem | RejectedItem)[];
  /** Sentences for the person: what was left out, and why. */
  readonly notes: readonly string[];
  close(): Promise<void>;
}

export interface SourceOptions {
  /** IANA zone of times that name none, e.g. Europe/Berlin. */
  readonly timeZone: string;
}

export interface SourceKind {
  readonly name: string;
  recognises(path: string, stats: Stats): boolean | Promise<boolean>;
  /** @throws ChatReidError IMPORT_SOURCE_MISSING, IMPORT_MANIFEST_INVALID, IMPORT_ARCHIVE_UNSAFE, STORAGE_DENIED */
  open(path: string, options: SourceOptions): Promise<OpenSource>;
}

export const nothingDecided: ReadonlySet<FactName> = new Set();
