/** A part of the trail that can be verified by itself, and where a trail is cut into such parts. */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import type { AuditFiles } from './audit-files.ts';
import { readChainLine, readWordsLine } from './audit-line.ts';
import type { FilePart } from './line-reader.ts';

/** The entry that a range goes on from, as it is written. */
export interface Joint {
  readonly seq: number;
  readonly hash: string;
}

export interface AuditRange {
  readonly chain: readonly FilePart[];
  /** From the first words of the range on; how far they go is of no matter. */
  readonly words: readonly FilePart[];
  /** Absent for the beginning of the trail. */
  readonly after?: Joint;
}

/** A cut is looked for in so many bytes: hundreds of entries. */
const sight = 1024 * 1024;

export function wholeTrail({ chain, words }: AuditFiles): AuditRange {
  return { chain: chain.map(whole), words: words.map(whole) };
}

/**
 * Cut behind entries that are whole. A trail in which there is none near a cut stays in one piece there.
 *
 * @param shares of the bytes for each range, above 0; the rest is the last one's
 */
export function cutTrail({ chain, words }: AuditFiles, shares: readonly number[]): readonly AuditRange[] {
  const sizes = chain.map((path) => statSync(path).size);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const ranges: AuditRange[] = [];
  let from: Place = { file: 0, offset: 0 };
  let after: Joint | undefined;
  let wanted = 0;
  for (const share of shares) {
    wanted += share * total;
    const cut = cutAt(chain, placeOf(wanted, sizes));
    if (cut === undefined || !isBehind(cut.place, from)) continue;
    ranges.push(rangeOf(chain, words, from, cut.place, after));
    from = cut.place;
    after = cut.joint;
  }
  return [...ranges, rangeOf(chain, words, from, undefined, after)];
}

interface Place {
  /** Index among the files of the chain. */
  readonly file: number;
  readonly offset: number;
}

function rangeOf(
  chain: readonly string[],
  words: readonly string[],
  from: Place,
  to: Place | undefined,
  after: Joint | undefined,
): AuditRange {
  const files = chain.slice(from.file, to === undefined ? undefined : to.file + 1);
  return {
    chain: files.map((path, at) => ({
      path,
      from: at === 0 ? from.offset : 0,
      ...(to !== undefined && from.file + at === to.file ? { to: to.offset } : {}),
    })),
    words: after === undefined ? words.map(whole) : wordsAfter(words, after.seq),
    ...(after === undefined ? {} : { after }),
  };
}

function isBehind(place: Place, other: Place): boolean {
  return place.file > other.file || (place.file === other.file && place.offset > other.offset);
}

/** @param bytes from the beginning of the first file */
function placeOf(bytes: number, sizes: readonly number[]): Place {
  let offset = Math.floor(bytes);
  for (const [file, size] of sizes.entries()) {
    if (offset < size || file === sizes.length - 1) return { file, offset };
    offset -= size;
  }
  return { file: 0, offset: 0 };
}

function cutAt(
  chain: readonly string[],
  { file, offset }: Place,
): { readonly place: Place; readonly joint: Joint } | undefined {
  const path = chain[file];
  if (path === undefined) return undefined;
  const found = nextLine(path, offset, readChainLine);
  if (found === undefined) return undefined;
  const { seq, hash } = found.line;
  return { place: { file, offset: found.end }, joint: { seq, hash } };
}

/** Words rise with their entries, so that the first of a later one are found by halving. */
function wordsAfter(words: readonly string[], seq: number): readonly FilePart[] {
  const file = words.findLastIndex((path) => {
    const first = nextLine(path, 0, readWordsLine);
    return first !== undefined && first.line.seq <= seq;
  });
  const path = words[file];
  if (path === undefined) return words.map(whole);
  let from = 0;
  for (let to = statSync(path).size; to - from > sight; ) {
    const middle = Math.floor((from + to) / 2);
    const found = nextLine(path, middle, readWordsLine);
    if (found !== undefined && found.line.seq <= seq) from = found.end;
    else to = middle;
  }
  return [{ path, from }, ...words.slice(file + 1).map(whole)];
}

/** The first whole line that begins at or behind an offset. @returns with the offset of its end */
function nextLine<Line>(
  path: string,
  offset: number,
  read: (bytes: Buffer, from: number, to: number) => Line | undefined,
): { readonly line: Line; readonly end: number } | undefined {
  const bytes = Buffer.allocUnsafe(sight);
  const file = openSync(path, 'r');
  let filled: number;
  // The end of the line before it says where a line begins.
  const from = Math.max(0, offset - 1);
  try {
    filled = readSync(file, bytes, 0, bytes.length, from);
  } finally {
    closeSync(file);
  }
  const seen = bytes.subarray(0, filled);
  for (let start = offset === 0 ? 0 : seen.indexOf(10) + 1; start < filled; ) {
    const end = seen.indexOf(10, start);
    if (end < 0 || (start === 0 && offset !== 0)) return undefined;
    const line = read(seen, start, end);
    if (line !== undefined) return { line, end: from + end + 1 };
    start = end + 1;
  }
  return undefined;
}

function whole(path: string): FilePart {
  return { path, from: 0 };
}
