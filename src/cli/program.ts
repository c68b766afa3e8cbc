/** The command line: its commands, its help, and what it answers to a line that it cannot read. */
import type { Command } from 'commander';
import { askCommand } from './commands/ask.ts';
import { auditCommand } from './commands/audit.ts';
import { backupCommand } from './commands/backup.ts';
import { chatCommand } from './commands/chat.ts';
import { demoCommand } from './commands/demo.ts';
import { evaluateCommand } from './commands/evaluate.ts';
import { forgetCommand } from './commands/forget.ts';
import { galleryAddCommand } from './commands/gallery-add.ts';
import { galleryExportCommand } from './commands/gallery-export.ts';
import { galleryListCommand } from './commands/gallery-list.ts';
import { galleryReindexCommand } from './commands/gallery-reindex.ts';
import { galleryRemoveCommand } from './commands/gallery-remove.ts';
import { galleryShowCommand } from './commands/gallery-show.ts';
import { restoreCommand } from './commands/restore.ts';
import { serveCommand } from './commands/serve.ts';
import { statusCommand } from './commands/status.ts';
import { tuneCommand } from './commands/tune.ts';
import { webCommand } from './commands/web.ts';
import type { ExitCode } from './exit-code.ts';
import { programVersion } from './program-version.ts';
import { environment } from './settings.ts';
import { Shell, type ShellOptions } from './shell.ts';

/** Runs one command line to its end. @param argv without the program's own name */
export async function runCommandLine(argv: readonly string[], options: ShellOptions): Promise<ExitCode> {
  const shell = new Shell(options);
  const program = buildProgram(shell);
  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    shell.complain(error, argv, deepestCommand(program, argv));
  }
  return shell.exitCode;
}

export function buildProgram(shell: Shell): Command {
  const gallery = shell
    .command('gallery', 'Register pictures and look after them.', [
      'chatreid gallery add --gallery lobby pictures/',
    ])
    .addCommand(galleryAddCommand(shell))
    .addCommand(galleryListCommand(shell))
    .addCommand(galleryShowCommand(shell))
    .addCommand(galleryRemoveCommand(shell))
    .addCommand(galleryReindexCommand(shell))
    .addCommand(galleryExportCommand(shell));
  return shell
    .command('chatreid', 'Find a person in camera pictures by talking.', [
      'chatreid gallery add pictures/',
      'chatreid web',
      'chatreid ask --image seen.jpg "red backpack"',
    ])
    .version(programVersion(), '-V, --version', 'show the version')
    .addCommand(webCommand(shell))
    .addCommand(serveCommand(shell))
    .addCommand(chatCommand(shell))
    .addCommand(askCommand(shell))
    .addCommand(gallery)
    .addCommand(forgetCommand(shell))
    .addCommand(backupCommand(shell))
    .addCommand(restoreCommand(shell))
    .addCommand(auditCommand(shell))
    .addCommand(statusCommand(shell))
    .addCommand(evaluateCommand(shell))
    .addCommand(tuneCommand(shell))
    .addCommand(demoCommand(shell))
    .addHelpText('after', `\n${environmentHelp()}\n\n${exitCodeHelp}`);
}

function environmentHelp(): string {
  const names = Object.entries(environment).map(([name, what]) => `  ${name.padEnd(22)} ${what}`);
  return ['Environment:', ...names].join('\n');
}

const exitCodeHelp = `Exit codes:
  0    done
  1    something went wrong
  2    the command line is wrong
  3    done, but some pictures were skipped
  130  interrupted by Ctrl-C, 143 by SIGTERM`;

/** The deepest command that the line names: its help is the one that helps. */
function deepestCommand(program: Command, argv: readonly string[]): Command {
  let command = program;
  for (const word of argv) {
    if (word.startsWith('-')) continue;
    const next = command.commands.find((candidate) => candidate.name() === word);
    if (!next) break;
    command = next;
  }
  return command;
}
