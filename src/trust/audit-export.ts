/** The trail for others to read: a line of JSON or a row of a table for each entry. */
import type { AuditEntry } from './audit-event.ts';

export const exportFormats = ['jsonl', 'csv'] as const;
export type ExportFormat = (typeof exportFormats)[number];

const columns = [
  'seq',
  'at',
  'kind',
  'platform',
  'user',
  'conversation',
  'message',
  'case',
  'words',
  'facts',
  'prev',
  'hash',
] as const;

/** Lines with their ends; a table has a line of titles first. */
export function* exportLines(entries: Iterable<AuditEntry>, format: ExportFormat): Generator<string> {
  if (format === 'csv') yield `${columns.join(',')}\r\n`;
  for (const entry of entries) yield format === 'csv' ? row(entry) : `${JSON.stringify(entry)}\n`;
}

function row({ seq, at, event, words, prev, hash, personal }: AuditEntry): string {
  const { kind, platform, user, conversation, message, ...facts } = event;
  const said = (field: 'case' | 'words') => {
    const value = words[field];
    if (value === undefined) return personal[field] === undefined ? '' : '(forgotten)';
    return typeof value === 'string' ? value : JSON.stringify(value);
  };
  const cells = [
    String(seq),
    at,
    kind,
    platform ?? '',
    user ?? '',
    String(conversation ?? ''),
    String(message ?? ''),
    said('case'),
    said('words'),
    JSON.stringify(facts),
    prev,
    hash,
  ];
  return `${cells.map(cell).join(',')}\r\n`;
}

/** A cell that begins like a formula is text for every table program: the words are those of strangers. */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
