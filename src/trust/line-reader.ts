/** Lines of several files one after the other, as places in a buffer: nothing is copied, and a file may be of any size. */
import { closeSync, openSync, readSync } from 'node:fs';

/** Bytes that are read at once: what stays in the processor's cache until it was looked at. */
const step = 256 * 1024;

/** A part of a file, in whole lines. */
export interface FilePart {
  readonly path: string;
  /** Bytes; `to` is absent where the part goes on to the end of the file. */
  readonly from: number;
  readonly to?: number;
}

/** After {@link next} was true, `bytes[start..end)` is the line, without its end. */
export class LineReader {
  bytes = Buffer.allocUnsafe(step);
  start = 0;
  end = 0;
  /** False for the last line of a file that has no end of line. */
  whole = true;
  /** The file that the line is in, from where, and which line of the part it is, from 1. */
  file = '';
  offset = 0;
  line = 0;
  #filled = 0;
  #next = 0;
  #base = 0;
  #to = Number.POSITIVE_INFINITY;
  #handle: number | undefined;
  #files: readonly (string | FilePart)[];

  /** @param files whole ones by their path */
  constructor(files: readonly (string | FilePart)[]) {
    this.#files = files;
  }

  next(): boolean {
    for (;;) {
      if (this.#handle === undefined && !this.#open()) return false;
      const at = this.#next < this.#filled ? this.bytes.indexOf(10, this.#next) : -1;
      if (at >= 0 && at < this.#filled) return this.#take(at, at + 1, true);
      if (this.#fill()) continue;
      this.close();
      if (this.#next < this.#filled) return this.#take(this.#filled, this.#filled, false);
    }
  }

  close(): void {
    if (this.#handle !== undefined) closeSync(this.#handle);
    this.#handle = undefined;
  }

  #take(end: number, next: number, whole: boolean): boolean {
    this.start = this.#next;
    this.end = end;
    this.whole = whole;
    this.offset = this.#base + this.#next;
    this.#next = next;
    this.line++;
    return true;
  }

  #open(): boolean {
    const [file, ...rest] = this.#files;
    if (file === undefined) return false;
    this.#files = rest;
    const { path, from, to } = typeof file === 'string' ? { path: file, from: 0 } : file;
    this.#handle = openSync(path, 'r');
    this.file = path;
    this.line = 0;
    this.#base = from;
    this.#to = to ?? Number.POSITIVE_INFINITY;
    this.#filled = 0;
    this.#next = 0;
    return true;
  }

  /** More of the file behind what is left. @returns false at its end */
  #fill(): boolean {
    const left = this.#filled - this.#next;
    if (left === this.bytes.length) {
      const larger = Buffer.allocUnsafe(this.bytes.length * 2);
      this.bytes.copy(larger, 0, this.#next, this.#filled);
      this.bytes = larger;
    } else this.bytes.copyWithin(0, this.#next, this.#filled);
    this.#base += this.#next;
    this.#next = 0;
    this.#filled = left;
    const at = this.#base + left;
    const wanted = Math.min(this.bytes.length - left, this.#to - at);
    const read = wanted > 0 ? readSync(this.#handle!, this.bytes, left, wanted, at) : 0;
    this.#filled += read;
    return read > 0;
  }
}
