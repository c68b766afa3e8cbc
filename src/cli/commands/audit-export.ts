/** `chatreid audit export`: the audit trail of a time as CSV or JSONL. */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { resolve } from 'node:path';
import { finished } from 'node:stream/promises';
import { type Command, Option } from 'commander';
import { asChatReidError, ChatReidError } from '../../foundation/error.ts';
import { type ExportFormat, exportFormats } from '../../trust/audit-export.ts';
import { type EntryOptions, entryFilter, recordReading, withEntryOptions } from '../audit/entry-options.ts';
import { counted } from '../output.ts';
import type { Shell, Work } from '../shell.ts';

interface ExportCommandOptions extends EntryOptions {
  readonly format: ExportFormat;
  readonly to?: string;
  readonly json?: boolean;
}

export function auditExportCommand(shell: Shell): Command {
  const command = shell.command('export', 'Write entries as CSV or JSONL, for an archive or an inspection.', [
    'chatreid audit export --format csv --to november.csv --after 2026-11-01 --before 2026-11-30',
    'chatreid audit export --case 2026-117',
  ]);
  return withEntryOptions(command)
    .addOption(new Option('-f, --format <format>', 'jsonl or csv').choices(exportFormats).default('jsonl'))
    .option('--to <file>', 'a new file (default: standard output)')
    .option('--json', 'with --to: print one JSON document')
    .action((options: ExportCommandOptions) => shell.run(options, (work) => run(work, options)));
}

async function run(work: Work, options: ExportCommandOptions): Promise<void> {
  const { shell, out, settings, signal } = work;
  const [{ entriesOf }, { exportLines }, { auditFolder }] = await Promise.all([
    import('../../trust/audit-entries.ts'),
    import('../../trust/audit-export.ts'),
    import('../../trust/audit-files.ts'),
  ]);
  const filter = await entryFilter(work, options);
  const path = options.to === undefined ? undefined : resolve(options.to);
  await recordReading(work, 'export', path === undefined ? {} : { to: path });
  // Never over another file, and for the owner only: it is full of people's words.
  const file = path === undefined ? undefined : createWriteStream(path, { flags: 'wx', mode: 0o600 });
  const target = file ?? shell.stdout;
  let entries = 0;
  try {
    if (file) await once(file, 'open');
    const found = entriesOf(auditFolder(settings.home), filter);
    const counting = (function* () {
      for (const entry of found) {
        entries++;
        yield entry;
      }
    })();
    for (const line of exportLines(counting, options.format)) {
      signal.throwIfAborted();
      if (!target.write(line)) await once(target, 'drain');
    }
    if (file) await finished(file.end());
  } catch (error) {
    file?.destroy();
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
      throw new ChatReidError(
        'OPTION_INVALID',
        `There is a file ${path} already.`,
        'Name a new one with --to.',
      );
    }
    throw asChatReidError(error, `writing ${path ?? 'the entries'}`);
  }
  if (path !== undefined) out.document({ entries, file: path });
  out.note(`${counted(entries, 'entry', 'entries')} written${path === undefined ? '' : ` to ${path}`}.`);
}
