/** What people wrote, beside the chain: looked up by the commitment that the chain has of it, and taken away. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncFolder } from '../foundation/sync-folder.ts';
import type { PersonalField } from './audit-event.ts';
import { auditFiles } from './audit-files.ts';
import { readWordsLine, type WordsLine } from './audit-line.ts';
import type { Json } from './canonical-json.ts';
import { LineReader } from './line-reader.ts';

export interface Words {
  readonly field: PersonalField;
  readonly value: Json;
}

const none: readonly string[] = [];

/** Walks the words in their order, as the entries of the chain are walked in theirs. */
export class WordsCursor {
  readonly #lines: LineReader;
  #ahead: WordsLine | undefined;
  #unread = true;

  constructor(files: readonly string[]) {
    this.#lines = new LineReader(files);
  }

  /** Of the entry of this number, by commitment; numbers may only rise. */
  of(seq: number): ReadonlyMap<string, Words> {
    const found = new Map<string, Words>();
    for (let line = this.#upTo(seq); line !== undefined; line = this.#upTo(seq)) {
      const { bytes, start, end } = this.#lines;
      if (line.seq === seq) found.set(line.commit, wordsIn(bytes.toString('utf8', start, end)));
      this.#unread = true;
    }
    return found;
  }

  /**
   * The commitments, in the order of their lines, that no words of this entry are there for. Words that nobody asks for are
   * passed over: a process ended before it wrote the entry that they are of.
   */
  missing(seq: number, commits: readonly string[]): readonly string[] {
    let left = commits;
    for (let line = this.#upTo(seq); line !== undefined; line = this.#upTo(seq)) {
      const { commit } = line;
      // One is the common case, and made without anything new.
      if (line.seq === seq)
        left = left.length === 1 && left[0] === commit ? none : left.filter((one) => one !== commit);
      this.#unread = true;
    }
    return left;
  }

  close(): void {
    this.#lines.close();
  }

  /** @returns undefined where the next words are of a later entry */
  #upTo(seq: number): WordsLine | undefined {
    if (this.#unread) this.#read();
    return this.#ahead !== undefined && this.#ahead.seq <= seq ? this.#ahead : undefined;
  }

  #read(): void {
    this.#unread = false;
    this.#ahead = undefined;
    const lines = this.#lines;
    while (lines.next()) {
      // What is no line was torn when it was written, before any entry said that it was there; or is missed by its entry.
      const line = lines.whole ? readWordsLine(lines.bytes, lines.start, lines.end) : undefined;
      if (line === undefined) continue;
      this.#ahead = line;
      return;
    }
  }
}

function wordsIn(line: string): Words {
  return (JSON.parse(line) as { words: Words }).words;
}

/** Whether a process was ended while it wrote the last line. */
export function endsInMiddle(path: string): boolean {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
  try {
    const { size } = fstatSync(file);
    const last = Buffer.alloc(1);
    return size > 0 && readSync(file, last, 0, 1, size - 1) === 1 && last[0] !== 10;
  } finally {
    closeSync(file);
  }
}

/** Whoever calls this holds the lock. Lines that cannot be read go too: nobody refers to them. */
export async function dropWords(folder: string, commits: ReadonlySet<string>): Promise<void> {
  for (const file of auditFiles(folder).words) {
    const kept: Buffer[] = [];
    let dropped = false;
    const lines = new LineReader([file]);
    while (lines.next()) {
      const { bytes, start, end } = lines;
      const line = readWordsLine(bytes, start, end);
      if (line === undefined || commits.has(line.commit)) dropped = true;
      else kept.push(Buffer.from(bytes.subarray(start, end)), newline);
    }
    if (dropped) await replace(file, kept);
  }
}

const newline = Buffer.from('\n');

async function replace(path: string, parts: readonly Buffer[]): Promise<void> {
  const beside = `${path}.new`;
  await rm(beside, { force: true });
  const file = await open(beside, 'wx', 0o600);
  try {
    await file.writeFile(Buffer.concat(parts));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(beside, path);
  await syncFolder(dirname(path));
}
