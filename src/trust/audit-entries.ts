/** Reading the trail: its entries with what people wrote, the oldest first, chosen by who, when and what. */
import { statSync } from 'node:fs';
import type { AuditEntry, AuditKind, PersonalField } from './audit-event.ts';
import { auditFiles } from './audit-files.ts';
import { entryIn } from './audit-entry.ts';
import { readChainLine } from './audit-line.ts';
import { WordsCursor } from './audit-words.ts';
import type { Json } from './canonical-json.ts';
import { type FilePart, LineReader } from './line-reader.ts';

export interface EntryFilter {
  readonly kind?: AuditKind;
  /** The whole name, or what follows its last `/` or `:`. */
  readonly user?: string;
  readonly platform?: string;
  /** The whole case, in any case of letters. */
  readonly case?: string;
  /** Inclusive. */
  readonly after?: Date;
  readonly before?: Date;
}

/** How far the files of a trail went when they were looked at, by path. */
export type AuditMarks = ReadonlyMap<string, { readonly inode: number; readonly size: number }>;

/**
 * Entries that cannot be read are left out: `verifyTrail` names them.
 *
 * @param since only those that were written after these marks
 * @throws what the file system throws
 */
export function* entriesOf(
  folder: string,
  filter: EntryFilter = {},
  since: AuditMarks = new Map(),
): Generator<AuditEntry> {
  const { chain, words } = auditFiles(folder);
  const left = (path: string): FilePart => {
    const mark = since.get(path);
    // Words that others took away meanwhile: the file is another one, and read from its beginning.
    return { path, from: mark?.inode === statSync(path).ino ? mark.size : 0 };
  };
  yield* entriesIn(chain.map(left), words.map(left), filter);
}

/** Whoever calls this holds the lock, so that no line is half written. */
export function marksOf(folder: string): AuditMarks {
  const { chain, words } = auditFiles(folder);
  return new Map(
    [...chain, ...words].map((path) => {
      const { ino: inode, size } = statSync(path);
      return [path, { inode, size }];
    }),
  );
}

/** The latest that fits. */
export function lastEntry(
  folder: string,
  filter: EntryFilter,
  wanted: (entry: AuditEntry) => boolean,
): AuditEntry | undefined {
  const { chain } = auditFiles(folder);
  for (const file of [...chain].reverse()) {
    let last: AuditEntry | undefined;
    for (const entry of entriesIn([file], [], filter)) if (wanted(entry)) last = entry;
    if (last) return last;
  }
  return undefined;
}

function* entriesIn(
  chain: readonly (string | FilePart)[],
  words: readonly (string | FilePart)[],
  filter: EntryFilter,
): Generator<AuditEntry> {
  const mark = filter.kind === undefined ? undefined : Buffer.from(`"kind":"${filter.kind}"`);
  const lines = new LineReader(chain);
  const texts = new WordsCursor(words);
  try {
    while (lines.next()) {
      if (mark && lines.bytes.subarray(lines.start, lines.end).indexOf(mark) < 0) continue;
      const line = readChainLine(lines.bytes, lines.start, lines.end);
      if (line === undefined) continue;
      const entry = entryIn(lines.bytes.toString('utf8', lines.start, lines.end));
      if (entry === undefined) continue;
      const written = texts.of(line.seq);
      const found: Partial<Record<PersonalField, Json>> = {};
      for (const [field, commit] of Object.entries(entry.personal)) {
        const text = written.get(commit);
        if (text !== undefined) found[field as PersonalField] = text.value;
      }
      const whole: AuditEntry = { ...entry, hash: line.hash, words: found };
      if (fits(whole, filter)) yield whole;
    }
  } finally {
    lines.close();
    texts.close();
  }
}

/** The last of them, the oldest first. */
export function lastEntries(folder: string, filter: EntryFilter, count: number): readonly AuditEntry[] {
  const last: AuditEntry[] = [];
  for (const entry of entriesOf(folder, filter)) {
    last.push(entry);
    if (last.length > count * 2 + 1000) last.splice(0, last.length - count);
  }
  return last.slice(-count);
}

/** Entries in which a picture of these ids was asked with, shown, viewed, registered or removed. */
export function mentions(pictureIds: Iterable<string>): (entry: AuditEntry) => boolean {
  const ids = new Set(pictureIds);
  return ({ event }) => [...JSON.stringify(event).matchAll(/[0-9a-f]{64}/g)].some(([id]) => ids.has(id));
}

function fits({ at, event, words }: AuditEntry, filter: EntryFilter): boolean {
  const { kind, user, platform, after, before } = filter;
  if (kind !== undefined && event.kind !== kind) return false;
  if (platform !== undefined && event.platform !== platform) return false;
  if (user !== undefined && event.user !== user && event.user?.split(/[/:]/).at(-1) !== user) return false;
  if (filter.case !== undefined) {
    const said = words.case;
    if (typeof said !== 'string' || said.toLowerCase() !== filter.case.toLowerCase()) return false;
  }
  const when = Date.parse(at);
  return (
    (after === undefined || when >= after.getTime()) && (before === undefined || when <= before.getTime())
  );
}
