/** `chatreid audit`: who looked for whom. */
import type { Command } from 'commander';
import type { Shell } from '../shell.ts';
import { auditExportCommand } from './audit-export.ts';
import { auditShowCommand } from './audit-show.ts';
import { auditVerifyCommand } from './audit-verify.ts';

export function auditCommand(shell: Shell): Command {
  return shell
    .command('audit', 'Check and read the record of who looked for whom.', [
      'chatreid audit verify',
      'chatreid audit show --last 50 --user anna',
    ])
    .addCommand(auditVerifyCommand(shell))
    .addCommand(auditShowCommand(shell))
    .addCommand(auditExportCommand(shell));
}
