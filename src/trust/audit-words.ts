/** What people wrote, beside the chain: looked up by the commitment that the chain has of it, and taken away. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncFolder } from '../foundation/sync-folder.ts';
import type { PersonalField } from './audit-event.ts';
import { auditFiles } from './audit-files.ts';
import { hasHash, readWordsLine, type WordsLine } from './audit-line.ts';
import { breathing } from './breathing.ts';
import type { Json } from './canonical-json.ts';
import { type FilePart, LineReader } from './line-reader.ts';

export interface Words {
  readonly field: PersonalField;
  readonly value: Json;
}

const none: readonly number[] = [];
const found: readonly string[] = [];

/** Walks the words in their order, as the entries of the chain are walked in theirs. */
export class WordsCursor {
  readonly #lines: LineReader;
  #ahead: WordsLine | undefined;
  #unread = true;

  constructor(files: readonly (string | FilePart)[]) {
    this.#lines = new LineReader(files);
  }

  /** Of the entry of this number, by commitment; numbers may only rise. */
  of(seq: number): ReadonlyMap<string, Words> {
    const found = new Map<string, Words>();
    for (let line = this.#upTo(seq); line !== undefined; line = this.#upTo(seq)) {
      const { bytes, start, end } = this.#lines;
      const words = line.seq === seq ? wordsIn(bytes.toString('utf8', start, end)) : undefined;
      if (words) found.set(line.commit, words);
      this.#unread = true;
    }
    return found;
  }

  /**
   * The commitments of an entry that no words are there for. Words that nobody asks for are passed over: a process ended
   * before it wrote the entry that they are of.
   *
   * @param at where in `entry` its commitments are
   */
  missing(seq: number, entry: Buffer, at: readonly number[]): readonly string[] {
    let left = at;
    for (let line = this.#upTo(seq); line !== undefined; line = this.#upTo(seq)) {
      const { commit } = line;
      // One is the common case, and made without anything new.
      if (line.seq === seq)
        left =
          left.length === 1 && hasHash(entry, left[0]!, commit)
            ? none
            : left.filter((one) => !hasHash(entry, one, commit));
      this.#unread = true;
    }
    return left.length === 0 ? found : left.map((one) => entry.toString('latin1', one, one + 64));
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

/** @returns undefined for what this program cannot have written, though its hash is right */
function wordsIn(line: string): Words | undefined {
  try {
    const { words } = JSON.parse(line) as { words: Words | null };
    return words ?? undefined;
  } catch {
    return undefined;
  }
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
    const kept = (lines: LineReader) => {
      const line = readWordsLine(lines.bytes, lines.start, lines.end);
      return line !== undefined && !commits.has(line.commit);
    };
    let dropped = false;
    for await (const lines of breathing(linesOf(file))) dropped ||= !kept(lines);
    if (dropped) await rewrite(file, kept);
  }
}

/** The reader itself, at one line after the other. */
function* linesOf(file: string): Generator<LineReader> {
  const lines = new LineReader([file]);
  try {
    while (lines.next()) yield lines;
  } finally {
    lines.close();
  }
}

const newline = Buffer.from('\n');

/** So much is written at once. */
const pieceBytes = 1024 * 1024;

async function rewrite(path: string, kept: (lines: LineReader) => boolean): Promise<void> {
  const beside = `${path}.new`;
  await rm(beside, { force: true });
  const file = await open(beside, 'wx', 0o600);
  try {
    let piece: Buffer[] = [];
    let size = 0;
    const write = async () => {
      await file.writeFile(Buffer.concat(piece));
      piece = [];
      size = 0;
    };
    for await (const lines of breathing(linesOf(path))) {
      if (!kept(lines)) continue;
      piece.push(Buffer.from(lines.bytes.subarray(lines.start, lines.end)), newline);
      size += lines.end - lines.start + 1;
      if (size >= pieceBytes) await write();
    }
    await write();
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(beside, path);
  await syncFolder(dirname(path));
}
