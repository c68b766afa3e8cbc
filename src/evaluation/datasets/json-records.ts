/** The objects of a file that is one JSON list, one by one: such a file may be larger than any string can be. */
import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { basename, dirname } from 'node:path';
import { type Layout, malformedRow, noFile } from './dataset-errors.ts';

const [tab, lineFeed, carriageReturn, space, quote, comma] = [0x09, 0x0a, 0x0d, 0x20, 0x22, 0x2c];
const [openList, backslash, closeList, openObject, closeObject] = [0x5b, 0x5c, 0x5d, 0x7b, 0x7d];
const byteOrderMark = Buffer.from('\uFEFF');
const restore = 'Restore the file from the data set, then try again.';

/** Where a record is, for people: `reid_raw.json record 17`. */
export function recordName(path: string, number: number): string {
  return `${basename(path)} record ${number}`;
}

/**
 * @param take is called for each object of the list, in order, numbered from 1
 * @throws ChatReidError DATASET_INVALID when the file cannot be read, is not one list, or a record is not a JSON object
 */
export async function eachJsonRecord(
  path: string,
  layout: Layout,
  take: (record: Readonly<Record<string, unknown>>, number: number) => void,
): Promise<void> {
  const reader = new RecordReader(path, take);
  let first = true;
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
      const marked = first && chunk.subarray(0, 3).equals(byteOrderMark);
      reader.read(marked ? chunk.subarray(3) : chunk);
      first = false;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    throw noFile(dirname(path), basename(path), layout, error);
  }
  reader.end();
}

/** Finds where each object of the list ends; JSON.parse does the rest. */
class RecordReader {
  #number = 0;
  /** Objects and lists that are open, the outermost list not counted. */
  #depth = 0;
  #inString = false;
  #escaped = false;
  #list: 'before' | 'inside' | 'after' = 'before';
  /** What earlier chunks hold of the record that is under way. */
  #begun: Buffer[] = [];

  constructor(
    readonly path: string,
    readonly take: (record: Readonly<Record<string, unknown>>, number: number) => void,
  ) {}

  read(chunk: Buffer): void {
    let start = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at];
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false;
        else if (byte === backslash) this.#escaped = true;
        else if (byte === quote) this.#inString = false;
      } else if (this.#depth === 0) {
        start = at;
        this.#between(byte);
      } else if (byte === quote) this.#inString = true;
      else if (byte === openObject || byte === openList) this.#depth++;
      else if (byte === closeObject || byte === closeList) {
        this.#depth--;
        if (this.#depth === 0) this.#finish(chunk.subarray(start, at + 1));
      }
    }
    if (this.#depth > 0) this.#begun.push(chunk.subarray(start));
  }

  end(): void {
    if (this.#list === 'after') return;
    const wrong =
      this.#list === 'before'
        ? 'this is not a JSON list'
        : `it ends in the middle, in record ${this.#number + 1}`;
    throw malformedRow(this.path, wrong, restore);
  }

  #between(byte: number | undefined): void {
    if (byte === space || byte === lineFeed || byte === carriageReturn || byte === tab) return;
    if (this.#list === 'before' && byte === openList) this.#list = 'inside';
    else if (this.#list === 'inside' && byte === openObject) this.#depth = 1;
    else if (this.#list === 'inside' && byte === closeList) this.#list = 'after';
    else if (this.#list !== 'inside') throw malformedRow(this.path, 'this is not one JSON list', restore);
    else if (byte !== comma) throw this.#notAnObject();
  }

  #finish(last: Buffer): void {
    const bytes = this.#begun.length === 0 ? last : Buffer.concat([...this.#begun, last]);
    this.#begun = [];
    this.#number++;
    if (!isUtf8(bytes))
      throw malformedRow(recordName(this.path, this.#number), 'it is not UTF-8 text', restore);
    let record: Readonly<Record<string, unknown>>;
    try {
      record = JSON.parse(bytes.toString('utf8')) as typeof record;
    } catch (error) {
      this.#number--;
      throw this.#notAnObject(error);
    }
    this.take(record, this.#number);
  }

  #notAnObject(cause?: unknown): Error {
    return malformedRow(recordName(this.path, this.#number + 1), 'it is not a JSON object', restore, cause);
  }
}
