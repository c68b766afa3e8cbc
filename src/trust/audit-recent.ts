/** The latest entries, the last one first: what was recorded just now, without reading months. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { entryIn } from './audit-entry.ts';
import type { AuditEntry } from './audit-event.ts';
import { auditFiles } from './audit-files.ts';
import { readChainLine } from './audit-line.ts';

/** Thousands of entries. */
const looked = 4 * 1024 * 1024;

/** @returns events of the last four megabytes, without people's words. @throws what the file system throws */
export function* recentEvents(folder: string): Generator<AuditEntry['event']> {
  let left = looked;
  for (const path of [...auditFiles(folder).chain].reverse()) {
    const bytes = endOf(path, left);
    left -= bytes.length;
    yield* eventsIn(bytes);
    if (left <= 0) return;
  }
}

function* eventsIn(bytes: Buffer): Generator<AuditEntry['event']> {
  for (let end = bytes.length; end > 0; ) {
    const start = bytes.lastIndexOf(10, end - 1) + 1;
    const entry = readChainLine(bytes, start, end) && entryIn(bytes.toString('utf8', start, end));
    if (entry) yield entry.event;
    end = start - 1;
  }
}

function endOf(path: string, most: number): Buffer {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const bytes = Buffer.allocUnsafe(Math.min(most, size));
    return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, size - bytes.length));
  } finally {
    closeSync(file);
  }
}
