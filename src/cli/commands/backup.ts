/** `chatreid backup`: everything that must not be lost, in one file, while the bot runs. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { finishRestore } from '../../foundation/pending-restore.ts';
import { recordedAction } from '../audit/recorded-command.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { jsonOption } from '../gallery-option.ts';
import { counted, megabytes } from '../output.ts';
import { programVersion } from '../program-version.ts';
import { progressOn } from '../progress.ts';
import type { Shell, Work } from '../shell.ts';
import { remoteTalks } from '../backup/remote-talks.ts';

interface BackupCommandOptions {
  readonly to: string;
  readonly json?: boolean;
}

export function backupCommand(shell: Shell): Command {
  return shell
    .command('backup', 'Write galleries, talks and the audit trail into one file.', [
      'chatreid backup --to /backups/chatreid-monday.tar',
    ])
    .requiredOption('--to <file>', 'the archive, which must not be there yet')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nThe bot may go on running. Not in it: caches, config, secrets, and talks that CHATREID_STATE_URL keeps elsewhere.',
    )
    .action((options: BackupCommandOptions) => shell.run(options, (work) => run(work, options)));
}

async function run(
  { shell, out, settings, parts, signal }: Work,
  options: BackupCommandOptions,
): Promise<ExitCode> {
  const { backUp, refuseEmpty } = await import('../backup/back-up.ts');
  const { home } = settings;
  const to = resolve(options.to);
  // Before the audit trail makes a home of it.
  await finishRestore(home.root);
  await refuseEmpty(home);
  const progress = progressOn(shell.stderr, { noun: 'pictures' });
  const report = await recordedAction(
    parts,
    { kind: 'export', facts: { what: 'backup' }, words: { to } },
    () =>
      backUp({
        home,
        to,
        version: programVersion(),
        now: () => shell.now(),
        signal,
        onProgress: (done, total) => progress.update(done, total),
      }),
    ({ pictures }) => ({ count: pictures }),
  ).finally(() => progress.stop());
  const elsewhere = remoteTalks(settings);
  out.document({ ...report, ...(elsewhere === undefined ? {} : { notIncluded: elsewhere }) });
  const { archive, files, bytes, pictures, missing, damaged } = report;
  out.print(
    `Backed up ${counted(files, 'file')} (${counted(pictures, 'picture')} of galleries), ${megabytes(bytes)}: ${archive}`,
  );
  if (elsewhere !== undefined) out.note(elsewhere);
  for (const id of missing) out.note(`  The file of picture ${id} is missing: its record alone is in it.`);
  for (const id of damaged) out.note(`  The file of picture ${id} is damaged: it is in it as it is.`);
  return missing.length + damaged.length > 0 ? exitCodes.skipped : exitCodes.ok;
}
