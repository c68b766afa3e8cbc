/** Picture records as database cells and back, and what makes one acceptable. */
import { ChatReidError } from '../foundation/error.ts';
import { bytesOf, type Cell, type Row } from './gallery-database.ts';
import type { PictureRecord } from './gallery-store.ts';

/** The facts of an entry that a later import may add to or correct, by column. */
export const factColumns = ['person', 'camera', 'place', 'time', 'caption', 'split', 'tags'] as const;

export type FactColumn = (typeof factColumns)[number];

/** Unknown facts are null. */
export function factCells(record: PictureRecord): Record<FactColumn, Cell> {
  return {
    person: record.personId ?? null,
    camera: record.cameraId ?? null,
    place: record.place ?? null,
    time: record.time === undefined ? null : Date.parse(record.time),
    caption: record.caption ?? null,
    split: record.split ?? null,
    tags: record.tags?.length ? JSON.stringify(record.tags) : null,
  };
}

/** From a row of {@link recordColumns}. */
export function recordOf(row: Row): PictureRecord {
  const text = (cell: Row[string] | undefined) =>
    cell === null || cell === undefined ? undefined : String(cell);
  const known = {
    personId: text(row.person),
    cameraId: text(row.camera),
    place: text(row.place),
    time: row.time === null ? undefined : new Date(Number(row.time)).toISOString(),
    caption: text(row.caption),
    split: text(row.split),
    tags: row.tags === null ? undefined : (JSON.parse(String(row.tags)) as string[]),
  };
  return {
    pictureId: hexOf(row.hash),
    ...dropUndefined(known),
    source: String(row.source),
    width: Number(row.width),
    height: Number(row.height),
  };
}

export const recordColumns =
  'p.hash AS hash, p.width AS width, p.height AS height, e.source AS source, e.person AS person, e.camera AS camera, ' +
  'e.place AS place, e.time AS time, e.caption AS caption, e.split AS split, e.tags AS tags';

/** @throws ChatReidError OPTION_INVALID */
export function checkRecord(record: PictureRecord): void {
  if (!isPictureId(record.pictureId)) throw invalid(record, 'its id is not a lower-case SHA-256');
  const { time } = record;
  if (time !== undefined && (Number.isNaN(Date.parse(time)) || new Date(time).toISOString() !== time)) {
    throw invalid(record, `its time ${JSON.stringify(time)} is not ISO 8601 in UTC with milliseconds`);
  }
  if (!(record.width > 0 && record.height > 0)) throw invalid(record, 'its size is unknown');
}

export function isPictureId(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}

/** The 32 bytes of a picture id; an impossible id gives no bytes and so matches nothing. */
export function hashOf(pictureId: string): Uint8Array {
  return isPictureId(pictureId) ? Buffer.from(pictureId, 'hex') : new Uint8Array(0);
}

export function hexOf(cell: Row[string] | undefined): string {
  return Buffer.from(bytesOf(cell)).toString('hex');
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

export function dropUndefined<T extends object>(fields: T): Defined<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>;
}

function invalid(record: PictureRecord, why: string): ChatReidError {
  return new ChatReidError(
    'OPTION_INVALID',
    `The record of ${record.source} cannot be kept: ${why}.`,
    'Correct the record and add it again.',
  );
}
