/** Small audit trails for tests, and what is in their files. */
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditEvent } from '../../src/trust/audit-event.ts';

export const november = () => new Date('2026-11-29T10:00:00.000Z');

export async function emptyFolder(): Promise<string> {
  return join(await mkdtemp(join(tmpdir(), 'chatreid-audit-')), 'audit');
}

export function lookup(user: string, text: string, purpose?: string): AuditEvent {
  return {
    kind: 'lookup',
    platform: 'slack',
    user,
    facts: { acts: ['clue'], shown: [[1, 'a'.repeat(64)]], decision: 'found' },
    personal: { words: { text }, ...(purpose === undefined ? {} : { case: purpose }) },
  };
}

/** Of every file by name, without the lock. */
export async function filesOf(folder: string): Promise<Readonly<Record<string, Buffer>>> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.jsonl')).sort();
  const files = await Promise.all(names.map((name) => readFile(join(folder, name))));
  return Object.fromEntries(names.map((name, at) => [name, files[at]!]));
}
