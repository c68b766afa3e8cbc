/** `chatreid demo`: the shipped pictures, searched at a prompt, or three searches played where there is nobody to type. */
import { isAbsolute, join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import { ChatReidError } from '../../foundation/error.ts';
import { type DemoQuery, prepareDemo } from '../demo/demo-gallery.ts';
import { DemoSession } from '../demo/demo-session.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { demoGallery, jsonOption } from '../gallery-option.ts';
import type { Shell, Work } from '../shell.ts';

interface DemoOptions {
  readonly once?: boolean;
  readonly json?: boolean;
}

export function demoCommand(shell: Shell): Command {
  return shell
    .command('demo', 'Try it out on the pictures that are shipped.', [
      'chatreid demo',
      'chatreid demo --once',
    ])
    .option('--once', 'play three searches and leave; so it does where no terminal is')
    .addOption(jsonOption())
    .addHelpText('after', '\nNeeds no network. Contact sheets go to CHATREID_HOME/demo.')
    .action((options: DemoOptions) => shell.run(options, (work) => demo(work, options)));
}

async function demo(work: Work, options: DemoOptions): Promise<ExitCode> {
  const queries = await prepareDemo(work);
  const session = new DemoSession(work, demoGallery, join(work.settings.home.root, 'demo'));
  if (!options.once && !options.json && work.shell.stdin.isTTY) {
    await talk(work, session, queries);
    return exitCodes.ok;
  }
  await play(work, session, queries);
  work.out.document({ gallery: demoGallery, searches: session.answers });
  return session.searches > 0 ? exitCodes.ok : exitCodes.error;
}

/** By picture, by words, by both. */
async function play({ out }: Work, session: DemoSession, queries: readonly DemoQuery[]): Promise<void> {
  const [first] = queries;
  if (!first) {
    throw new ChatReidError(
      'IMPORT_MANIFEST_INVALID',
      'The demo has no picture to search with: no row of its manifest has the split "query".',
      'Install the package again.',
    );
  }
  const second = queries.find((query) => query !== first) ?? first;
  const searches = [
    [`image ${shortened(first.path)}`],
    ['man with a backpack', `image ${shortened(second.path)}`],
  ];
  for (const lines of searches) {
    session.reset();
    for (const line of lines) {
      out.print(`${out.style('cyan', '>')} ${line}`);
      await session.handle(line);
      out.print();
    }
  }
}

async function talk(
  { shell, out }: Work,
  session: DemoSession,
  queries: readonly DemoQuery[],
): Promise<void> {
  const [example] = queries;
  out.print(
    'Whom are you looking for? Describe the person, or give a picture. "help" shows more, "clear" forgets.',
  );
  if (example) out.print(`  For example: image ${shortened(example.path)}`);
  const lines = createInterface({ input: shell.stdin, output: shell.stdout, prompt: '> ' });
  const leave = () => lines.close();
  lines.on('SIGINT', leave);
  shell.signal.addEventListener('abort', leave, { once: true });
  try {
    lines.prompt();
    for await (const line of lines) {
      if (!(await session.handle(line))) break;
      lines.prompt();
    }
  } finally {
    shell.signal.removeEventListener('abort', leave);
    lines.close();
  }
}

/** Relative to where the user stands, when it lies below. */
function shortened(path: string): string {
  const short = relative('.', path);
  return short.startsWith('..') || isAbsolute(short) ? path : short;
}
