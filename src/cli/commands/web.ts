/** `chatreid web`: the chat as a page on this machine, until it is told to stop. */
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { asChatReidError, ChatReidError } from '../../foundation/error.ts';
import { recordConfiguration } from '../audit/configuration.ts';
import { asPlatform } from '../audit/recorded-conversations.ts';
import { recordRefusals } from '../audit/refusals.ts';
import { prepareDemo } from '../demo/demo-gallery.ts';
import { type ExitCode, exitCodes, interruptedBy } from '../exit-code.ts';
import { galleryAccess } from '../gallery-access.ts';
import { demoGallery } from '../gallery-option.ts';
import { printable } from '../output.ts';
import { type Shell, type Work, wholeNumber } from '../shell.ts';
import { tellOfStorage } from '../storage-note.ts';
import { talkGallery } from '../talk-gallery.ts';
import { warmPictures } from '../warm-pictures.ts';

interface WebCommandOptions {
  readonly port: number;
  readonly host: string;
  readonly tokenFile?: string;
  readonly gallery?: string;
  readonly json?: boolean;
}

export function webCommand(shell: Shell): Command {
  return shell
    .command('web', 'Look for a person by talking, in a browser.', [
      'chatreid web',
      'chatreid web --gallery lobby --port 9000',
      'chatreid web --host 0.0.0.0 --token-file token.txt',
    ])
    .option(
      '-p, --port <number>',
      'port to listen on; 0 takes any that is free',
      wholeNumber(0, 65_535),
      8787,
    )
    .option(
      '--host <address>',
      'address to listen on; any but this machine itself demands a token',
      '127.0.0.1',
    )
    .option('--token-file <file>', 'file with the token that everybody who opens the page must know')
    .option(
      '-g, --gallery <name>',
      'gallery to talk about (default: "default" where it has pictures, else the demo)',
    )
    .option('--json', 'print one line {"url": …} when it is ready')
    .addHelpText('after', '\nCtrl-C or SIGTERM stops it: what is running is answered first.')
    .action((options: WebCommandOptions) => shell.run(options, (work) => web(work, options)));
}

async function web(work: Work, options: WebCommandOptions): Promise<ExitCode> {
  const { out, parts, settings, signal } = work;
  await parts.claimHome('chatreid web', work.shell.now());
  const { WebAdapter } = await import('../../../adapters/web/web-adapter.ts');
  const token = options.tokenFile === undefined ? undefined : await readToken(options.tokenFile);
  if (token !== undefined) out.hide(token);
  const gallery = await talkGallery(work, options.gallery);
  const adapter = new WebAdapter({
    port: options.port,
    host: options.host,
    ...(token === undefined ? {} : { token }),
    timeZone: settings.timeZone,
    now: () => work.shell.now(),
    onTrouble: ({ message, next }) => out.note(`Note: ${printable(message)} ${next}`),
    onRefused: recordRefusals(parts),
    galleries: galleryAccess(parts, {
      examples: gallery === demoGallery ? await examples(work) : [],
      now: () => work.shell.now(),
    }),
  });
  const conversations = await parts.conversations(gallery, () => work.shell.now());
  await tellOfStorage(work);
  const { host, port } = options;
  await recordConfiguration(
    work,
    'web',
    { host, port, gallery, token: token !== undefined },
    { gallery, host },
  );
  await adapter.start(asPlatform(conversations, 'web'));
  (await parts.liveForgetting()).serve(adapter);
  if (options.json) work.shell.stdout.write(`${JSON.stringify({ url: adapter.url })}\n`);
  out.print(
    `Looking for people in the gallery ${printable(gallery)}: open ${adapter.url} in a browser. Ctrl-C ends it.`,
  );
  const warming = warmPictures(parts, gallery, signal).catch((error: unknown) => {
    if (signal.aborted) return;
    const { message, next } = asChatReidError(error, 'looking at the gallery');
    out.note(`Note: ${printable(message)} ${next}`);
  });
  await aborted(signal);
  await adapter.stop();
  await warming;
  // Who stops a service so asks for nothing else.
  const code = interruptedBy(signal);
  return code === exitCodes.terminated ? exitCodes.ok : code;
}

/** A few of the demo's pictures that are in no gallery. */
async function examples(work: Work) {
  const queries = (await prepareDemo(work)).slice(0, 6);
  return queries.map(({ path, caption }, i) => ({ title: caption ?? `Example ${i + 1}`, path }));
}

async function readToken(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    throw new ChatReidError(
      'OPTION_INVALID',
      `The token file ${path} cannot be read.`,
      'Make one: openssl rand -hex 16 > token.txt',
      error,
    );
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
