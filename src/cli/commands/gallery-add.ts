/** `chatreid gallery add`: registers folders, pictures, zip archives and manifests. */
import type { Command } from 'commander';
import { ChatReidError } from '../../foundation/error.ts';
import { isTimeZone } from '../../foundation/site-time.ts';
import { recordedAction } from '../audit/recorded-command.ts';
import { deviceNote } from '../device-note.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { galleryOption, jsonOption } from '../gallery-option.ts';
import { counted, grouped, printable } from '../output.ts';
import { type Registered, register } from '../registering.ts';
import type { Shell, Work } from '../shell.ts';

interface AddOptions {
  readonly gallery: string;
  readonly timeZone?: string;
  readonly index: boolean;
  readonly people?: boolean;
  readonly json?: boolean;
}

/** More bad files than this are a number in the text; --json has them all. */
const namedFailures = 50;

export function galleryAddCommand(shell: Shell): Command {
  return shell
    .command('add', 'Register folders, pictures, zip archives and manifests in a gallery.', [
      'chatreid gallery add pictures/',
      'chatreid gallery add --gallery lobby --time-zone Europe/Berlin lobby.zip manifest.csv',
      'chatreid gallery add --people camera-3/',
    ])
    .argument('<path...>', 'folders, pictures, zip archives, manifests (CSV or JSONL)')
    .addOption(galleryOption())
    .option('--time-zone <zone>', 'zone of times that name none (default: CHATREID_TIME_ZONE)')
    .option('--no-index', 'keep the pictures only; "gallery reindex" makes them searchable later')
    .option('--people', 'cut camera frames into the people in them; crops of one person stay as they are')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nStopped at any point, the same command goes on where it was. Bad files are named and skipped (exit code 3).',
    )
    .action((paths: string[], options: AddOptions) =>
      shell.run(options, (work) => add(work, paths, options)),
    );
}

async function add(work: Work, sources: readonly string[], options: AddOptions): Promise<ExitCode> {
  const { out, settings, signal } = work;
  const timeZone = options.timeZone ?? settings.timeZone;
  if (!isTimeZone(timeZone)) {
    throw new ChatReidError(
      'OPTION_INVALID',
      `--time-zone "${timeZone}" is not a time zone.`,
      'Give a name such as Europe/Berlin or UTC.',
    );
  }
  try {
    if (options.index && settings.device === 'cuda') {
      const note = await deviceNote(settings, await work.parts.encoder());
      if (note) out.note(note);
    }
    const { notes, ...done } = await recordedAction(
      work.parts,
      { kind: 'registration', facts: { gallery: options.gallery }, words: { sources } },
      () =>
        register(work, {
          gallery: options.gallery,
          sources,
          timeZone,
          index: options.index,
          people: options.people ?? false,
        }),
      ({ added, already, updated, failed }) => ({ added, already, updated, failed: failed.length }),
    );
    for (const note of notes) out.note(printable(note));
    out.document(done);
    tell(done, options.index, work);
    return done.failed.length > 0 ? exitCodes.skipped : exitCodes.ok;
  } catch (error) {
    if (!signal.aborted) throw error;
    throw await interrupted(work, options.gallery);
  }
}

function tell(done: Registered, index: boolean, { out }: Work): void {
  const { gallery, added, already, updated, indexed, failed, seconds } = done;
  const parts = [
    `${counted(added, 'picture')} added`,
    ...(already > 0 ? [`${grouped(already)} already there`] : []),
    ...(updated > 0 ? [`${grouped(updated)} updated`] : []),
    ...(index ? [`${grouped(indexed)} indexed`] : []),
    ...(failed.length > 0 ? [`${grouped(failed.length)} skipped`] : []),
  ];
  out.print(`Gallery ${gallery}: ${parts.join(', ')}, in ${seconds.toFixed(1)} s.`);
  if (failed.length > 0) {
    out.note(`Skipped ${counted(failed.length, 'file')}:`);
    for (const { source, message } of failed.slice(0, namedFailures)) {
      out.note(`  ${printable(source)}: ${printable(message)}`);
    }
    if (failed.length > namedFailures) {
      out.note(`  … and ${grouped(failed.length - namedFailures)} more; --json names them all.`);
    }
  }
  if (!index) out.note(`Not indexed. Run: chatreid gallery reindex --gallery ${gallery}`);
}

async function interrupted({ parts }: Work, gallery: string): Promise<ChatReidError> {
  const store = await parts.store();
  const kept = (await store.galleries()).find(({ name }) => name === gallery)?.pictures ?? 0;
  return new ChatReidError(
    'CANCELLED',
    `Stopped. The gallery ${gallery} holds ${counted(kept, 'picture')} now.`,
    'Run the same command again: it goes on where it was.',
  );
}
