/** Whether the trail is what was written: one pass over its bytes, beside it one over the words. */
import { hash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import { auditFiles } from './audit-files.ts';
import { type ChainLine, noHash, readChainLine } from './audit-line.ts';
import { WordsCursor } from './audit-words.ts';
import { LineReader } from './line-reader.ts';

export interface Broken {
  /** Of the first entry that is not as it was written. */
  readonly seq: number;
  readonly file: string;
  /** From 1; absent where it is about words. */
  readonly line?: number;
  readonly why: string;
}

export interface Verified {
  readonly entries: number;
  /** Number of the first entry; above 1 where earlier months were taken away. */
  readonly first: number;
  readonly last: number;
  /** Hash of the last entry: noted elsewhere, it proves later that no entry was taken from the end. */
  readonly head: string;
  /** Lines that a process did not live to finish, each closed by the next. */
  readonly recoveries: number;
  /** Entries whose words were forgotten. */
  readonly forgotten: number;
  readonly broken?: Broken;
}

export interface VerifyOptions {
  /** A hash that an entry must have. */
  readonly head?: string;
  /** Whether the words are checked against the chain's commitments too (default true). */
  readonly words?: boolean;
}

interface Torn {
  readonly file: string;
  readonly from: number;
  readonly broken: Broken;
}

/** @throws what the file system throws */
export function verifyTrail(folder: string, options: VerifyOptions = {}): Verified {
  return new Verification(folder, options).run();
}

class Verification {
  readonly #lines: LineReader;
  readonly #words: WordsCursor | undefined;
  readonly #missing: { readonly seq: number; readonly commit: string }[] = [];
  #entries = 0;
  #first = 0;
  #seq = 0;
  #hash = noHash;
  #recoveries = 0;
  #torn: Torn | undefined;
  #broken: Broken | undefined;
  #headFound: boolean;

  constructor(
    private readonly folder: string,
    private readonly options: VerifyOptions,
  ) {
    const files = auditFiles(folder);
    this.#lines = new LineReader(files.chain);
    this.#words = options.words === false ? undefined : new WordsCursor(files.words);
    this.#headFound = options.head === undefined;
  }

  run(): Verified {
    try {
      while (this.#broken === undefined && this.#lines.next()) this.#take();
    } finally {
      this.#lines.close();
      this.#words?.close();
    }
    this.#broken ??= this.#torn?.broken;
    this.#broken ??= this.#wordsBroken() ?? this.#headBroken();
    return {
      entries: this.#entries,
      first: this.#first,
      last: this.#seq,
      head: this.#hash,
      recoveries: this.#recoveries,
      forgotten: new Set(this.#missing.map(({ seq }) => seq)).size,
      ...(this.#broken ? { broken: this.#broken } : {}),
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

  #misfit({ seq, prev }: ChainLine): string | undefined {
    if (this.#entries === 0) {
      if ((seq === 1) === (prev === noHash)) return undefined;
      return 'it is not the first entry of a trail';
    }
    if (seq !== this.#seq + 1) return `the entry after ${this.#seq} is ${seq}`;
    return prev === this.#hash ? undefined : 'it does not follow the entry before it';
  }

  #unreadable(): string {
    if (this.#lines.whole) return 'its bytes are not those that were written';
    return 'it ends in the middle: it was changed, or a process was ended while it wrote, which the next one that records will close';
  }

  #accept({ seq, hash: own, commits }: ChainLine): void {
    if (this.#entries === 0) this.#first = seq;
    this.#entries++;
    this.#seq = seq;
    this.#hash = own;
    this.#headFound ||= own === this.options.head;
    if (this.#words === undefined || commits.length === 0) return;
    for (const commit of this.#words.missing(seq, commits)) this.#missing.push({ seq, commit });
  }

  /** Whether the line that is read now is a recovery of exactly what is torn. */
  #closes({ file, from }: Torn): boolean {
    const { bytes, start, end, offset } = this.#lines;
    if (file !== this.#lines.file) return false;
    const { entry } = JSON.parse(bytes.toString('utf8', start, end)) as {
      entry: { event: { kind: string; torn?: { bytes: number; sha256: string } } };
    };
    const { kind, torn } = entry.event;
    const left = readRange(file, from, offset - 1);
    if (kind !== 'recovery' || torn?.bytes !== left.length || torn.sha256 !== hash('sha256', left))
      return false;
    this.#recoveries++;
    return true;
  }

  #headBroken(): Broken | undefined {
    if (this.#headFound) return undefined;
    const why = `no entry has the hash ${this.options.head}: entries were taken away, or it is of another trail`;
    return { seq: this.#seq + 1, file: basename(this.folder), why };
  }

  /** Words that are not there must be words that an entry says were forgotten. */
  #wordsBroken(): Broken | undefined {
    if (this.#missing.length === 0) return undefined;
    const forgotten = forgottenIn(auditFiles(this.folder).chain);
    const lost = this.#missing.find(({ commit }) => !forgotten.has(commit));
    if (lost === undefined) return undefined;
    return {
      seq: lost.seq,
      file: basename(this.folder),
      why: 'what was written in it is gone or changed, and no entry says that it was forgotten',
    };
  }
}

/** Commitments to words that were forgotten, by the entries that say so. */
function forgottenIn(chain: readonly string[]): ReadonlySet<string> {
  const forgotten = new Set<string>();
  const lines = new LineReader(chain);
  const mark = Buffer.from('"redacted":[');
  while (lines.next()) {
    const line = lines.bytes.subarray(lines.start, lines.end);
    if (line.indexOf(mark) < 0) continue;
    const { entry } = JSON.parse(line.toString('utf8')) as {
      entry: { event: { kind: string; redacted?: readonly string[] } };
    };
    if (entry.event.kind !== 'forget') continue;
    for (const commit of entry.event.redacted ?? []) forgotten.add(commit);
  }
  return forgotten;
}

function readRange(path: string, from: number, to: number): Buffer {
  const bytes = Buffer.alloc(Math.max(0, to - from));
  const file = openSync(path, 'r');
  try {
    readSync(file, bytes, 0, bytes.length, from);
  } finally {
    closeSync(file);
  }
  return bytes;
}
