/** `chatreid gallery remove`: takes pictures, persons or a whole gallery out; files, vectors and kept features included. */
import type { Command } from 'commander';
import { ChatReidError } from '../../foundation/error.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { pictureFacts, recordedAction } from '../audit/recorded-command.ts';
import { confirmed } from '../confirmed.ts';
import { galleryOption, jsonOption } from '../gallery-option.ts';
import { counted } from '../output.ts';
import type { Shell, Work } from '../shell.ts';

interface RemoveOptions {
  readonly gallery: string;
  readonly all?: boolean;
  readonly picture?: readonly string[];
  readonly person?: readonly string[];
  readonly yes?: boolean;
  readonly json?: boolean;
}

export function galleryRemoveCommand(shell: Shell): Command {
  return shell
    .command('remove', 'Remove pictures, persons or a whole gallery.', [
      'chatreid gallery remove --picture a1b2c3d4 9f8e7d6c --yes',
      'chatreid gallery remove --gallery lobby --person 0042',
      'chatreid gallery remove --gallery lobby --all',
    ])
    .addOption(galleryOption())
    .option('--all', 'remove the whole gallery')
    .option('--picture <id...>', 'remove these pictures, by id or by the name they were imported under')
    .option('--person <id...>', 'remove every picture of these persons')
    .option('-y, --yes', 'do not ask')
    .addOption(jsonOption())
    .action((options: RemoveOptions) => shell.run(options, (work) => remove(work, options)));
}

async function remove(work: Work, options: RemoveOptions): Promise<ExitCode> {
  const { out, parts, settings } = work;
  const { gallery, all, picture = [], person = [] } = options;
  if (all === true && picture.length + person.length > 0) {
    throw new ChatReidError(
      'OPTION_INVALID',
      '--all cannot be combined with --picture or --person.',
      'Name what to remove, or remove all.',
    );
  }
  if (all !== true && picture.length + person.length === 0) {
    throw new ChatReidError(
      'OPTION_INVALID',
      'Nothing to remove was named.',
      'Give --picture ID, --person ID or --all.',
    );
  }
  const { pictureByIdOrName } = await import('../picture-argument.ts');
  const store = await parts.store();
  const summary = await store.summary(gallery);
  const ids = new Set<string>();
  for (const name of picture) ids.add((await pictureByIdOrName(store, gallery, name)).pictureId);
  for (const name of person) {
    const records = await store.list(gallery, { scope: { persons: [name] } });
    if (records.length === 0) {
      throw new ChatReidError(
        'PICTURE_UNKNOWN',
        `The gallery ${gallery} has no picture of person ${name}.`,
        `See: chatreid gallery list --gallery ${gallery}`,
      );
    }
    for (const { pictureId } of records) ids.add(pictureId);
  }
  const count = all ? summary.pictures : ids.size;
  const what = all ? `the gallery ${gallery} with ${counted(count, 'picture')}` : counted(count, 'picture');
  if (
    options.yes !== true &&
    !(await confirmed(work, `Remove ${what}? It cannot be undone.`, 'whether to remove them'))
  ) {
    out.note('Nothing was removed.');
    out.document({ gallery, removed: 0 });
    return exitCodes.ok;
  }
  const { forgetFeatures } = await import('../../engine/feature-folder.ts');
  if (all) for (const { pictureId } of await store.list(gallery)) ids.add(pictureId);
  const removed = await recordedAction(
    parts,
    {
      kind: 'forget',
      facts: { gallery, ...pictureFacts([...ids]) },
      words: { pictures: picture, persons: person },
    },
    async () => {
      // Before the records go: after an interruption between the two, this command can be run again and finds its pictures.
      await forgetFeatures(settings.home.cache, ids);
      return all ? store.removeGallery(gallery) : store.remove(gallery, [...ids]);
    },
    (count) => ({ removed: count }),
  );
  out.document({ gallery, removed });
  out.print(
    all
      ? `Removed the gallery ${gallery} with ${counted(removed, 'picture')}.`
      : `Removed ${counted(removed, 'picture')} from the gallery ${gallery}.`,
  );
  return exitCodes.ok;
}
