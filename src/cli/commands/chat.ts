/** `chatreid chat`: the talk in a terminal, or line by line in a script. */
import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import {
  askForSixel,
  type InlineProtocol,
  inlineProtocols,
  protocolOf,
} from '../../../adapters/terminal/inline-picture.ts';
import { asPlatform } from '../audit/recorded-conversations.ts';
import { type ExitCode, exitCodes, interruptedBy } from '../exit-code.ts';
import type { Shell, Work } from '../shell.ts';
import { tellOfStorage } from '../storage-note.ts';
import { talkGallery } from '../talk-gallery.ts';
import { writeWhole } from '../write-file.ts';

interface ChatOptions {
  readonly gallery?: string;
  readonly conversation?: string;
  readonly inline?: InlineProtocol;
  readonly json?: boolean;
}

export function chatCommand(shell: Shell): Command {
  return shell
    .command('chat', 'Look for a person by talking, in this terminal.', [
      'chatreid chat',
      'chatreid chat --gallery lobby --conversation lost-boy',
      `printf 'man in a green top\\nnot 2\\n' | chatreid chat`,
    ])
    .option(
      '-g, --gallery <name>',
      'gallery to talk about (default: "default" where it has pictures, else the demo)',
    )
    .option('--conversation <name>', 'go on with the talk of that name, or begin it')
    .addOption(
      new Option(
        '--inline <protocol>',
        'how contact sheets are shown in the terminal (default: as it says it can)',
      ).choices(inlineProtocols),
    )
    .addOption(new Option('--json', 'print one JSON document a reply, each on a line'))
    .addHelpText('after', '\nContact sheets go to CHATREID_HOME/chat.')
    .action((options: ChatOptions) => shell.run(options, (work) => chat(work, options)));
}

/** @param stdin where the lines come from: the shell's own by default */
export async function chat(work: Work, options: ChatOptions, stdin = work.shell.stdin): Promise<ExitCode> {
  const { shell, parts, settings, signal } = work;
  const { TerminalAdapter } = await import('../../../adapters/terminal/terminal-adapter.ts');
  const gallery = await talkGallery(work, options.gallery);
  const name = options.conversation ?? freshName(shell.now());
  const inline = options.inline ?? (await inlineOf(stdin, shell));
  const sheets = join(settings.home.root, 'chat', name);
  const adapter = new TerminalAdapter({
    name,
    user: userInfo().username,
    stdin,
    stdout: shell.stdout,
    env: shell.env,
    ...(options.json ? { json: true } : {}),
    inline,
    keepSheet: async (png) => writeWhole(join(sheets, `answer-${(await countOf(sheets)) + 1}.png`), png),
    signal,
    now: () => shell.now(),
  });
  const conversations = await parts.conversations(gallery, () => work.shell.now());
  await tellOfStorage(work);
  await adapter.start(asPlatform(conversations, 'terminal'));
  await adapter.ended;
  // Whoever left while a search ran does not wait for it: it is answered when the talk goes on.
  await conversations.close(0);
  if (signal.aborted) return interruptedBy(signal);
  const people = stdin.isTTY === true && !options.json;
  if (people && !options.conversation) {
    work.out.note(`To go on with this talk: chatreid chat --conversation ${name}`);
  }
  // A script must see that a line of it was not understood; a person has read it.
  return adapter.errors > 0 && !people ? exitCodes.error : exitCodes.ok;
}

async function countOf(folder: string): Promise<number> {
  return (await readdir(folder).catch(() => [])).length;
}

/** The time tells people which it was, the rest keeps two of one second apart. */
function freshName(now: Date): string {
  return `${now.toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-')}-${randomBytes(2).toString('hex')}`;
}

async function inlineOf(stdin: Shell['stdin'], { stdout, env }: Shell): Promise<InlineProtocol> {
  if (!stdin.isTTY || !stdout.isTTY) return 'none';
  return protocolOf(env) ?? ((await askForSixel(stdin, stdout)) ? 'sixel' : 'none');
}
