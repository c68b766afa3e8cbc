/** Whether the trail is what was written: one pass over its bytes, beside it one over the words. */
import { basename } from 'node:path';
import { auditFiles } from './audit-files.ts';
import { wholeTrail } from './audit-range.ts';
import { type RangeFound, verifyRange } from './audit-verify-range.ts';

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

/** @throws what the file system throws */
export function verifyTrail(folder: string, options: VerifyOptions = {}): Verified {
  return verdict(folder, [verifyRange(wholeTrail(auditFiles(folder)), options)], options);
}

/** @param parts of the whole trail, in order */
export function verdict(folder: string, parts: readonly RangeFound[], { head }: VerifyOptions): Verified {
  const last = parts.at(-1)!;
  const missing = parts.flatMap((part) => part.missing);
  const broken =
    parts.find((part) => part.broken !== undefined)?.broken ??
    lost(folder, parts, missing) ??
    (head === undefined || parts.some((part) => part.headFound)
      ? undefined
      : noHead(folder, head, last.last));
  return {
    entries: parts.reduce((sum, { entries }) => sum + entries, 0),
    first: parts[0]!.first,
    last: last.last,
    head: last.head,
    recoveries: parts.reduce((sum, { recoveries }) => sum + recoveries, 0),
    forgotten: new Set(missing.map(({ seq }) => seq)).size,
    ...(broken ? { broken } : {}),
  };
}

/** Words that are not there must be words that an entry says were forgotten. */
function lost(
  folder: string,
  parts: readonly RangeFound[],
  missing: RangeFound['missing'],
): Broken | undefined {
  if (missing.length === 0) return undefined;
  const forgotten = new Set(parts.flatMap((part) => part.redacted));
  const first = missing.find(({ commit }) => !forgotten.has(commit));
  if (first === undefined) return undefined;
  return {
    seq: first.seq,
    file: basename(folder),
    why: 'what was written in it is gone or changed, and no entry says that it was forgotten',
  };
}

function noHead(folder: string, head: string, last: number): Broken {
  const why = `no entry has the hash ${head}: entries were taken away, or it is of another trail`;
  return { seq: last + 1, file: basename(folder), why };
}
