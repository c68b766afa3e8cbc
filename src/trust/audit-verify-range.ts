/** Verifies a range of the trail: each entry is what was written and follows the one before, and its words are there. */
import { hash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import { entryIn } from './audit-entry.ts';
import { type ChainLine, hasHash, noHash, readChainLine } from './audit-line.ts';
import type { AuditRange } from './audit-range.ts';
import type { Broken, VerifyOptions } from './audit-verify.ts';
import { WordsCursor } from './audit-words.ts';
import { LineReader } from './line-reader.ts';

export interface RangeFound {
  readonly entries: number;
  /** Number of the first entry; 0 where there is none. */
  readonly first: number;
  readonly last: number;
  readonly head: string;
  readonly recoveries: number;
  /** Words that an entry commits to and that are not there. */
  readonly missing: readonly { readonly seq: number; readonly commit: string }[];
  /** Commitments to words that entries of this range say were forgotten. */
  readonly redacted: readonly string[];
  readonly headFound: boolean;
  readonly broken?: Broken;
}

interface Torn {
  readonly file: string;
  readonly from: number;
  readonly broken: Broken;
}

/** @throws what the file system throws */
export function verifyRange(range: AuditRange, options: VerifyOptions): RangeFound {
  return new Verification(range, options).run();
}

const redactedMark = Buffer.from('"redacted":[');

class Verification {
  readonly #lines: LineReader;
  readonly #words: WordsCursor | undefined;
  readonly #missing: { readonly seq: number; readonly commit: string }[] = [];
  readonly #redacted: string[] = [];
  #started: boolean;
  #entries = 0;
  #first = 0;
  #seq: number;
  #hash: string;
  #recoveries = 0;
  #torn: Torn | undefined;
  #broken: Broken | undefined;
  #headFound = false;

  constructor(
    { chain, words, after }: AuditRange,
    private readonly options: VerifyOptions,
  ) {
    this.#lines = new LineReader(chain);
    this.#words = options.words === false ? undefined : new WordsCursor(words);
    this.#started = after !== undefined;
    this.#seq = after?.seq ?? 0;
    this.#hash = after?.hash ?? noHash;
  }

  run(): RangeFound {
    try {
      while (this.#broken === undefined && this.#lines.next()) this.#take();
    } finally {
      this.#lines.close();
      this.#words?.close();
    }
    const broken = this.#broken ?? this.#torn?.broken;
    return {
      entries: this.#entries,
      first: this.#first,
      last: this.#seq,
      head: this.#hash,
      recoveries: this.#recoveries,
      missing: this.#missing,
      redacted: this.#redacted,
      headFound: this.#headFound,
      ...(broken ? { broken } : {}),
    };
  }

  #take(): void {
    const { bytes, start, end, whole } = this.#lines;
    const line = whole ? readChainLine(bytes, start, end, this.#words !== undefined) : undefined;
    const why = line ? this.#misfit(line) : this.#unreadable();
    if (this.#torn !== undefined) {
      // What follows a line that was not finished must be the entry that says so. It may itself not have been finished.
      if (line === undefined) return;
      if (why !== undefined || !this.#closes(this.#torn)) this.#broken = this.#torn.broken;
      else this.#torn = undefined;
    } else if (why !== undefined) {
      const broken = { seq: this.#seq + 1, file: basename(this.#lines.file), line: this.#lines.line, why };
      if (line) this.#broken = broken;
      else this.#torn = { file: this.#lines.file, from: this.#lines.offset, broken };
    }
    if (line && this.#broken === undefined) this.#accept(line);
  }

  #misfit({ seq, prevAt }: ChainLine): string | undefined {
    const { bytes } = this.#lines;
    if (!this.#started) {
      if ((seq === 1) === hasHash(bytes, prevAt, noHash)) return undefined;
      return 'it is not the first entry of a trail';
    }
    if (seq !== this.#seq + 1) return `the entry after ${this.#seq} is ${seq}`;
    return hasHash(bytes, prevAt, this.#hash) ? undefined : 'it does not follow the entry before it';
  }

  #unreadable(): string {
    if (this.#lines.whole) return 'its bytes are not those that were written';
    return 'it ends in the middle: it was changed, or a process was ended while it wrote, which the next one that records will close';
  }

  #accept({ seq, hash: own, commitsAt }: ChainLine): void {
    if (this.#entries === 0) this.#first = seq;
    this.#started = true;
    this.#entries++;
    this.#seq = seq;
    this.#hash = own;
    this.#headFound ||= own === this.options.head;
    if (this.#words === undefined) return;
    // An entry that says that words were forgotten has none itself.
    if (commitsAt.length === 0) this.#noteForgotten();
    else
      for (const commit of this.#words.missing(seq, this.#lines.bytes, commitsAt))
        this.#missing.push({ seq, commit });
  }

  #noteForgotten(): void {
    const { bytes, start, end } = this.#lines;
    if (bytes.subarray(start, end).indexOf(redactedMark) < 0) return;
    const event = entryIn(bytes.toString('utf8', start, end))?.event;
    const redacted = event?.redacted;
    if (event?.kind !== 'forget' || !Array.isArray(redacted)) return;
    for (const commit of redacted) this.#redacted.push(String(commit));
  }

  /** Whether the line that is read now is a recovery of exactly what is torn. */
  #closes({ file, from }: Torn): boolean {
    const { bytes, start, end, offset } = this.#lines;
    if (file !== this.#lines.file) return false;
    const event = entryIn(bytes.toString('utf8', start, end))?.event;
    const torn = event?.torn as { bytes: number; sha256: string } | null | undefined;
    const left = readPart(file, from, offset - 1);
    if (event?.kind !== 'recovery' || torn?.bytes !== left.length || torn.sha256 !== hash('sha256', left))
      return false;
    this.#recoveries++;
    return true;
  }
}

function readPart(path: string, from: number, to: number): Buffer {
  const bytes = Buffer.alloc(Math.max(0, to - from));
  const file = openSync(path, 'r');
  try {
    readSync(file, bytes, 0, bytes.length, from);
  } finally {
    closeSync(file);
  }
  return bytes;
}
