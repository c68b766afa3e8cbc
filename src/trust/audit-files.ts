/** Where the audit trail is: a file of the chain and a file of the words for each month, and the lock of the writers. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

export function auditFolder(home: { readonly root: string }): string {
  return join(home.root, 'audit');
}

export interface AuditFiles {
  readonly folder: string;
  /** Absolute paths, the oldest month first. */
  readonly chain: readonly string[];
  readonly words: readonly string[];
}

/** @returns no files where there is no trail. @throws what the file system throws */
export function auditFiles(folder: string): AuditFiles {
  const names = namesIn(folder).sort();
  const all = (pattern: RegExp) =>
    names.filter((name) => pattern.test(name)).map((name) => join(folder, name));
  return {
    folder,
    chain: all(/^audit-\d{4}-\d\d\.jsonl$/),
    words: all(/^audit-words-\d{4}-\d\d\.jsonl$/),
  };
}

/** @param month `2026-11` */
export function chainFile(folder: string, month: string): string {
  return join(folder, `audit-${month}.jsonl`);
}

export function wordsFile(folder: string, month: string): string {
  return join(folder, `audit-words-${month}.jsonl`);
}

export function monthOf(path: string): string {
  return /(\d{4}-\d\d)\.jsonl$/.exec(path)?.[1] ?? '';
}

export function lockFile(folder: string): string {
  return join(folder, 'audit.lock');
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
