/** `chatreid demo`: the talk about the shipped pictures, or a few lines of it played where there is nobody to type. */
import { isAbsolute, relative } from 'node:path';
import { Readable } from 'node:stream';
import type { Command } from 'commander';
import { ChatReidError } from '../../foundation/error.ts';
import { prepareDemo } from '../demo/demo-gallery.ts';
import type { ExitCode } from '../exit-code.ts';
import { demoGallery } from '../gallery-option.ts';
import type { Shell, Work } from '../shell.ts';
import { chat } from './chat.ts';

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
    .option('--json', 'print one JSON document a reply, each on a line')
    .addHelpText(
      'after',
      '\nNeeds no network. It is "chatreid chat --gallery demo" with pictures to begin with.',
    )
    .action((options: DemoOptions) => shell.run(options, (work) => demo(work, options)));
}

async function demo(work: Work, { once, json = false }: DemoOptions): Promise<ExitCode> {
  const [first, second = first] = await prepareDemo(work);
  if (!first || !second) {
    throw new ChatReidError(
      'IMPORT_MANIFEST_INVALID',
      'The demo has no picture to search with: no row of its manifest has the split "query".',
      'Install the package again.',
    );
  }
  const options = { gallery: demoGallery, json };
  if (!once && !json && work.shell.stdin.isTTY) {
    work.out.print(`A picture to begin with: ${named(first.path)}`);
    return chat(work, options);
  }
  // By picture, by words, by both.
  const lines = [named(first.path), 'start over', 'man with a backpack', named(second.path)];
  return chat(work, options, Readable.from(lines.map((line) => `${line}\n`)));
}

/** As it can be typed: relative to where the user stands when it lies below, and in quotes where it needs them. */
function named(path: string): string {
  const short = relative('.', path);
  const shown = short.startsWith('..') || isAbsolute(short) ? path : short;
  return /^[\w./-]+$/.test(shown) ? shown : `"${shown}"`;
}
