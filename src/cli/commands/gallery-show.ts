/** `chatreid gallery show`: everything that is known of one picture. */
import type { Command } from 'commander';
import { formatTime } from '../../foundation/site-time.ts';
import { galleryOption, jsonOption } from '../gallery-option.ts';
import { printable } from '../output.ts';
import type { Shell, Work } from '../shell.ts';

interface ShowOptions {
  readonly gallery: string;
  readonly json?: boolean;
}

export function galleryShowCommand(shell: Shell): Command {
  return shell
    .command('show', 'Show everything that is known of one picture.', [
      'chatreid gallery show a1b2c3d4',
      'chatreid gallery show --gallery lobby cam3/0042.jpg',
    ])
    .argument('<picture>', 'picture id (at least 6 digits), or the name it was imported under')
    .addOption(galleryOption())
    .addOption(jsonOption())
    .action((picture: string, options: ShowOptions) =>
      shell.run(options, (work) => show(work, picture, options)),
    );
}

async function show({ out, parts, settings }: Work, picture: string, options: ShowOptions): Promise<void> {
  const { pictureByIdOrName } = await import('../picture-argument.ts');
  const store = await parts.store();
  const record = await pictureByIdOrName(store, options.gallery, picture);
  const path = await store.path(record.pictureId);
  const spaces: string[] = [];
  for (const { space } of (await store.summary(options.gallery)).spaces) {
    const [vector] = await store.vectors(space, [record.pictureId]);
    if (vector) spaces.push(space);
  }
  out.document({ gallery: options.gallery, ...record, path, indexed: spaces });
  const facts: [string, string | undefined][] = [
    ['picture', record.pictureId],
    ['gallery', options.gallery],
    ['person', record.personId],
    ['camera', record.cameraId],
    ['place', record.place],
    ['time', record.time && `${formatTime(record.time, settings.timeZone)} (${settings.timeZone})`],
    ['caption', record.caption],
    ['split', record.split],
    ['tags', record.tags?.join(', ')],
    ['source', record.source],
    ['size', `${record.width} x ${record.height} pixels`],
    ['file', path],
    ['index', spaces.length > 0 ? 'in it' : 'not yet in it'],
  ];
  for (const [name, value] of facts) {
    if (value) out.print(`${out.style('bold', name.padEnd(8))} ${printable(value)}`);
  }
}
