/** `chatreid audit show`: the last entries of the audit trail, as a table. */
import type { Command } from 'commander';
import { formatTime } from '../../foundation/site-time.ts';
import type { AuditEntry } from '../../trust/audit-event.ts';
import type { Json } from '../../trust/canonical-json.ts';
import { type EntryOptions, entryFilter, recordReading, withEntryOptions } from '../audit/entry-options.ts';
import { jsonOption } from '../gallery-option.ts';
import { type Shell, type Work, wholeNumber } from '../shell.ts';

interface ShowOptions extends EntryOptions {
  readonly last: number;
  readonly json?: boolean;
}

/** Characters of what was written, in the table; --json has all. */
const longestCell = 60;

export function auditShowCommand(shell: Shell): Command {
  const command = shell.command('show', 'Show the last entries: who looked for whom, and what was shown.', [
    'chatreid audit show',
    'chatreid audit show --last 100 --case 2026-117',
    'chatreid audit show --user slack:T1/U7 --kind lookup --json',
  ]);
  return withEntryOptions(command)
    .option('-n, --last <count>', 'how many', wholeNumber(1, 100_000), 20)
    .addOption(jsonOption())
    .action((options: ShowOptions) => shell.run(options, (work) => show(work, options)));
}

async function show(work: Work, options: ShowOptions): Promise<void> {
  const { out, settings } = work;
  const [{ lastEntries }, { auditFolder }] = await Promise.all([
    import('../../trust/audit-entries.ts'),
    import('../../trust/audit-files.ts'),
  ]);
  const filter = await entryFilter(work, options);
  const entries = lastEntries(auditFolder(settings.home), filter, options.last);
  await recordReading(work, 'view', { last: options.last });
  out.document({ entries });
  if (entries.length === 0) out.print('There is no such entry.');
  else {
    out.table(
      [
        { title: 'entry', align: 'right' },
        { title: 'time' },
        { title: 'what' },
        { title: 'who' },
        { title: 'case' },
        { title: 'words' },
        { title: 'result' },
      ],
      entries.map((entry) => [
        String(entry.seq),
        formatTime(entry.at, settings.timeZone),
        entry.event.kind,
        entry.event.user ?? entry.event.platform ?? '',
        said(entry, 'case'),
        said(entry, 'words'),
        resultOf(entry),
      ]),
    );
  }
}

function said({ words, personal }: AuditEntry, field: 'case' | 'words'): string {
  const value = words[field];
  if (value === undefined) return personal[field] === undefined ? '' : '(forgotten)';
  const text = typeof value === 'string' ? value : (textOf(value) ?? JSON.stringify(value));
  return text.length > longestCell ? `${text.slice(0, longestCell - 1)}…` : text;
}

function textOf(value: Json): string | undefined {
  const { text } = value as { text?: Json };
  return typeof text === 'string' ? text : undefined;
}

/** The decision with how many pictures were shown and the first of them, or the code of the refusal. */
function resultOf({ event }: AuditEntry): string {
  const { shown, decision, code, pictures, count, what } = event;
  if (Array.isArray(shown)) {
    const [, first] = (shown[0] ?? []) as readonly Json[];
    return `${String(decision)}, ${shown.length} shown${typeof first === 'string' ? `, first ${first.slice(0, 8)}` : ''}`;
  }
  if (typeof code === 'string') return code;
  if (typeof what === 'string') return what;
  const many = typeof count === 'number' ? count : Array.isArray(pictures) ? pictures.length : 0;
  return many === 0 ? '' : `${many} pictures`;
}
