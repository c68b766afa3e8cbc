/** `chatreid restore`: a backup in the place of what is in CHATREID_HOME, wholly or not at all. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { asChatReidError } from '../../foundation/error.ts';
import { whoseDoing } from '../audit/recorded-command.ts';
import { remoteTalks } from '../backup/remote-talks.ts';
import { jsonOption } from '../gallery-option.ts';
import { counted, megabytes, printable } from '../output.ts';
import { progressOn } from '../progress.ts';
import type { Shell, Work } from '../shell.ts';

interface RestoreCommandOptions {
  readonly from: string;
  readonly check?: boolean;
  readonly force?: boolean;
  readonly json?: boolean;
}

export function restoreCommand(shell: Shell): Command {
  return shell
    .command('restore', 'Bring a backup back.', [
      'chatreid restore --from /backups/chatreid-monday.tar --check',
      'chatreid restore --from /backups/chatreid-monday.tar',
    ])
    .requiredOption('--from <file>', 'an archive that chatreid backup has written')
    .option('--check', 'only read it and verify every checksum')
    .option('--force', 'also where something is in CHATREID_HOME: it is moved into a folder of its own there')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nStop the bot first. Nothing is replaced before all of the archive is unpacked and verified.',
    )
    .action((options: RestoreCommandOptions) => shell.run(options, (work) => run(work, options)));
}

async function run(work: Work, options: RestoreCommandOptions): Promise<void> {
  const { shell, out, settings, signal } = work;
  const { checkArchive, restoreHome } = await import('../backup/restore-home.ts');
  const archive = resolve(options.from);
  const { home } = settings;
  const progress = progressOn(shell.stderr, { noun: 'MB' });
  const watched = {
    signal,
    onProgress: (bytes: number, total: number) =>
      progress.update(Math.floor(bytes / 1024 ** 2), Math.ceil(total / 1024 ** 2)),
  };
  const { force = false, check = false } = options;
  const working = check
    ? checkArchive(archive, watched)
    : restoreHome({ home, archive, force, now: () => shell.now(), ...watched });
  const { card, files, bytes, ...rest } = await working.finally(() => progress.stop());
  const { replaced } = { replaced: undefined, ...rest };
  if (!check) await recordRestore(work, card.made);
  const elsewhere = remoteTalks(settings);
  out.document({
    archive,
    ...(check ? {} : { home: home.root }),
    restored: !check,
    files,
    bytes,
    made: card.made,
    by: card.chatreid,
    ...(replaced === undefined ? {} : { replaced }),
    ...(elsewhere === undefined ? {} : { notIncluded: elsewhere }),
  });
  const what = `${counted(files, 'file')}, ${megabytes(bytes)}, made at ${printable(card.made)}`;
  out.print(check ? `The backup is whole: ${what}.` : `Restored into ${home.root}: ${what}.`);
  if (replaced !== undefined) {
    out.print(`What was there before is in ${replaced}: remove it when you do not need it any more.`);
  }
  if (elsewhere !== undefined) out.note(elsewhere);
}

/** The trail that came back says so itself: what was recorded after the backup is in the one that was replaced. */
async function recordRestore({ parts, out }: Work, made: string): Promise<void> {
  try {
    const trail = await parts.audit();
    await trail?.record({ ...whoseDoing(), kind: 'configuration', facts: { service: 'restore', made } });
  } catch (error) {
    out.note(`Note: ${printable(asChatReidError(error, 'recording the restore').message)}`);
  }
}
