/** What the search needs to know of each row beside its vector: a few numbers a row, texts as small codes. */

import type { Scope } from './gallery-store.ts';
import { GrowableColumn } from './growable-column.ts';

export interface RowFacts {
  /** Order of registration, unique in the gallery. */
  readonly seq: number;
  /** SHA-256, 32 bytes. */
  readonly hash: Uint8Array;
  readonly person?: string;
  readonly camera?: string;
  readonly place?: string;
  /** Milliseconds since 1970, UTC. */
  readonly time?: number;
  readonly tags?: readonly string[];
}

/** Writes the rows of [start, end) that are in scope to the front of `into`, in order, and returns how many. */
export type RowSelector = (start: number, end: number, into: Int32Array) => number;

/** One restriction: keeps those of the first `count` rows that pass, in order. */
type Narrowing = (rows: Int32Array, count: number) => number;

/** Columns of facts: about 60 bytes a row beside the vector's 4 x dimension. */
export class RowFactColumns {
  readonly #seq = new GrowableColumn((n) => new Float64Array(n));
  readonly #hash = new GrowableColumn((n) => new Uint32Array(n), 8);
  readonly #alive = new GrowableColumn((n) => new Uint8Array(n));
  readonly #time = new GrowableColumn((n) => new Float64Array(n));
  readonly #person = new GrowableColumn((n) => new Int32Array(n));
  readonly #camera = new GrowableColumn((n) => new Int32Array(n));
  readonly #place = new GrowableColumn((n) => new Int32Array(n));
  /** Code of the whole list of tags: a gallery has few different lists. */
  readonly #tags = new GrowableColumn((n) => new Int32Array(n));
  readonly #tagLists = new Map<number, readonly string[]>();
  readonly #codes = new Map<string, number>();

  set(row: number, facts: RowFacts): void {
    for (const column of [this.#seq, this.#hash, this.#alive, this.#time]) column.reserve(row + 1);
    for (const column of [this.#person, this.#camera, this.#place, this.#tags]) column.reserve(row + 1);
    this.#seq.values[row] = facts.seq;
    this.#hashBytes(row).set(facts.hash);
    this.#alive.values[row] = 1;
    this.#time.values[row] = facts.time ?? Number.NaN;
    this.#person.values[row] = this.#code(facts.person);
    this.#camera.values[row] = this.#code(facts.camera);
    this.#place.values[row] = this.#code(facts.place);
    this.#tags.values[row] = this.#tagListCode(facts.tags ?? []);
  }

  bury(row: number): void {
    this.#alive.values[row] = 0;
    // The forgotten person's picture id goes at once; the vector is overwritten by the caller.
    this.#hashBytes(row).fill(0);
  }

  alive(row: number): boolean {
    return this.#alive.values[row] === 1;
  }

  seq(row: number): number {
    return this.#seq.values[row] ?? 0;
  }

  pictureId(row: number): string {
    return Buffer.from(this.#hashBytes(row)).toString('hex');
  }

  /** An empty or missing list restricts nothing. A row that lacks a fact is outside any restriction on it. */
  selector(scope: Scope): RowSelector {
    const narrowings: Narrowing[] = [];
    if (scope.cameras?.length) narrowings.push(this.#coded(this.#camera, this.#codesOf(scope.cameras)));
    if (scope.places?.length) narrowings.push(this.#coded(this.#place, this.#codesOf(scope.places)));
    if (scope.persons?.length) narrowings.push(this.#coded(this.#person, this.#codesOf(scope.persons)));
    if (scope.after || scope.before) narrowings.push(this.#between(scope.after, scope.before));
    if (scope.tags?.length) {
      const wanted = scope.tags;
      const lists = [...this.#tagLists].filter(([, tags]) => tags.some((tag) => wanted.includes(tag)));
      narrowings.push(this.#coded(this.#tags, new Set(lists.map(([code]) => code))));
    }
    if (scope.exclude?.length) narrowings.push(this.#notAmong(scope.exclude));
    return (start, end, into) => {
      const alive = this.#alive.values;
      let count = 0;
      for (let row = start; row < end; row++) if (alive[row] === 1) into[count++] = row;
      for (const pass of narrowings) count = pass(into, count);
      return count;
    };
  }

  #coded(column: GrowableColumn<Int32Array>, wanted: ReadonlySet<number>): Narrowing {
    const allowed = new Uint8Array(this.#codes.size + 1);
    for (const code of wanted) allowed[code] = 1;
    return (rows, count) => {
      const codes = column.values;
      let kept = 0;
      for (let at = 0; at < count; at++) {
        const row = rows[at] ?? 0;
        if (allowed[codes[row] ?? 0] === 1) rows[kept++] = row;
      }
      return kept;
    };
  }

  #between(after: Date | undefined, before: Date | undefined): Narrowing {
    const first = after?.getTime() ?? Number.NEGATIVE_INFINITY;
    const last = before?.getTime() ?? Number.POSITIVE_INFINITY;
    return (rows, count) => {
      const times = this.#time.values;
      let kept = 0;
      for (let at = 0; at < count; at++) {
        const row = rows[at] ?? 0;
        const time = times[row] ?? Number.NaN;
        if (time >= first && time <= last) rows[kept++] = row;
      }
      return kept;
    };
  }

  #notAmong(pictureIds: readonly string[]): Narrowing {
    const ids = new Set(pictureIds);
    const starts = new Set(pictureIds.map(hashStart));
    return narrow((row) => !starts.has(this.#hash.values[row * 8] ?? 0) || !ids.has(this.pictureId(row)));
  }

  #hashBytes(row: number): Uint8Array {
    const { buffer } = this.#hash.values;
    return new Uint8Array(buffer, row * 32, 32);
  }

  #codesOf(texts: readonly string[]): Set<number> {
    return new Set(texts.flatMap((text) => this.#codes.get(text) ?? []));
  }

  #tagListCode(tags: readonly string[]): number {
    if (tags.length === 0) return 0;
    const code = this.#code(JSON.stringify(tags));
    this.#tagLists.set(code, tags);
    return code;
  }

  #code(text: string | undefined): number {
    if (text === undefined) return 0;
    const known = this.#codes.get(text);
    if (known !== undefined) return known;
    const code = this.#codes.size + 1;
    this.#codes.set(text, code);
    return code;
  }
}

function narrow(test: (row: number) => boolean): Narrowing {
  return (rows, count) => {
    let kept = 0;
    for (let at = 0; at < count; at++) {
      const row = rows[at] ?? 0;
      if (test(row)) rows[kept++] = row;
    }
    return kept;
  };
}

/** The first 32 bits of a picture id, read as the machine reads them from the hash column. */
function hashStart(pictureId: string): number {
  const bytes = new Uint8Array(4);
  bytes.set(Buffer.from(pictureId.slice(0, 8), 'hex').subarray(0, 4));
  return new Uint32Array(bytes.buffer)[0] ?? 0;
}
