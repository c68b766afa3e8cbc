/** `chatreid audit verify`: whether the audit trail is what was written, and if not, from which entry on. */
import type { Command } from 'commander';
import { ChatReidError } from '../../foundation/error.ts';
import type { Verified } from '../../trust/audit-verify.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { jsonOption } from '../gallery-option.ts';
import { counted, grouped } from '../output.ts';
import type { Shell, Work } from '../shell.ts';

interface VerifyCommandOptions {
  readonly head?: string;
  readonly json?: boolean;
}

export function auditVerifyCommand(shell: Shell): Command {
  return shell
    .command('verify', 'Check that no entry was changed, taken out or put in.', [
      'chatreid audit verify',
      'chatreid audit verify --head 5f0c…',
    ])
    .option('--head <hash>', 'hash of an entry that was noted before: it must be there')
    .addOption(jsonOption())
    .action((options: VerifyCommandOptions) => shell.run(options, (work) => verify(work, options)));
}

async function verify({ out, settings }: Work, { head }: VerifyCommandOptions): Promise<ExitCode> {
  if (head !== undefined && !/^[0-9a-f]{64}$/i.test(head)) {
    throw new ChatReidError(
      'OPTION_INVALID',
      `--head "${head}" is not the hash of an entry.`,
      'Give all 64 digits that "chatreid audit verify" printed.',
    );
  }
  const [{ verifyTrailFast }, { auditFolder }] = await Promise.all([
    import('../../trust/audit-verify-parallel.ts'),
    import('../../trust/audit-files.ts'),
  ]);
  const started = performance.now();
  const found = await verifyTrailFast(
    auditFolder(settings.home),
    head === undefined ? {} : { head: head.toLowerCase() },
  );
  const seconds = (performance.now() - started) / 1000;
  if (out.json) {
    out.document({ ...found, seconds });
    return found.broken ? exitCodes.error : exitCodes.ok;
  }
  if (found.broken) throw broken(found, found.broken);
  if (found.entries === 0) {
    out.print('There is no entry yet.');
    return exitCodes.ok;
  }
  out.print(
    `${counted(found.entries, 'entry', 'entries')}, each as it was written (${seconds.toFixed(2)} s).`,
  );
  if (found.first > 1) {
    out.print(`The trail begins with entry ${grouped(found.first)}: months before it were taken away.`);
  }
  if (found.recoveries > 0) {
    const lines = counted(found.recoveries, 'line');
    out.print(`${lines} not finished by a process that was ended; the next one recorded that.`);
  }
  if (found.forgotten > 0) {
    out.print(`Words of ${counted(found.forgotten, 'entry', 'entries')} were forgotten, as the trail says.`);
  }
  out.print(`The last entry, ${grouped(found.last)}, has the hash ${found.head}`);
  out.print('Noted outside this machine, it proves later (--head) that nothing was taken from the end.');
  return exitCodes.ok;
}

function broken({ entries, first }: Verified, { seq, file, line, why }: NonNullable<Verified['broken']>) {
  const place = line === undefined ? file : `${file}, line ${line}`;
  const before =
    entries === 0 || line === undefined ? '' : ` Entries ${first} to ${seq - 1} are as they were written.`;
  return new ChatReidError(
    'AUDIT_DAMAGED',
    `Entry ${seq} of the audit trail is broken (${place}): ${why}.${before}`,
    'Keep a copy of the folder audit as it is, and compare it with a backup.',
  );
}
