/** `chatreid gallery list`: the galleries, or the pictures of one. */
import type { Command } from 'commander';
import { formatTime } from '../../foundation/site-time.ts';
import { defaultGallery, jsonOption } from '../gallery-option.ts';
import { printGalleries } from '../gallery-table.ts';
import { counted, grouped } from '../output.ts';
import { type Shell, type Work, wholeNumber } from '../shell.ts';

interface ListOptions {
  readonly gallery?: string;
  readonly limit: number;
  readonly json?: boolean;
}

export function galleryListCommand(shell: Shell): Command {
  return shell
    .command('list', 'Show the galleries, or with --gallery the pictures of one.', [
      'chatreid gallery list',
      'chatreid gallery list --gallery lobby --limit 20',
      'chatreid gallery list --gallery lobby --json',
    ])
    .option('-g, --gallery <name>', `show this gallery's pictures (with --json: default "${defaultGallery}")`)
    .option(
      '-l, --limit <count>',
      'longest table of pictures; --json is always whole',
      wholeNumber(1, 1e9),
      50,
    )
    .addOption(jsonOption())
    .action((options: ListOptions) => shell.run(options, (work) => list(work, options)));
}

async function list({ out, parts, settings }: Work, options: ListOptions): Promise<void> {
  const store = await parts.store();
  const galleries = await store.galleries();
  if (out.json) {
    const name = options.gallery ?? defaultGallery;
    // Nothing imported yet is an empty list; a name that was typed must exist.
    const exists = options.gallery !== undefined || galleries.some((gallery) => gallery.name === name);
    out.document({ pictures: exists ? await store.list(name) : [], galleries });
    return;
  }
  if (options.gallery === undefined) {
    if (galleries.length > 0) printGalleries(galleries, out, settings.timeZone);
    else out.print('There is no gallery yet. Make one with: chatreid gallery add FOLDER');
    return;
  }
  const { pictures } = await store.summary(options.gallery);
  const records = await store.list(options.gallery, { limit: options.limit });
  out.table(
    [
      { title: 'picture' },
      { title: 'person' },
      { title: 'camera' },
      { title: 'time' },
      { title: 'place' },
      { title: 'size' },
      { title: 'source' },
    ],
    records.map((record) => [
      record.pictureId.slice(0, 12),
      record.personId ?? '',
      record.cameraId ?? '',
      record.time ? formatTime(record.time, settings.timeZone) : '',
      record.place ?? '',
      `${record.width}x${record.height}`,
      record.source,
    ]),
  );
  if (records.length < pictures) {
    out.note(`The first ${grouped(records.length)} of ${counted(pictures, 'picture')}; --limit shows more.`);
  }
}
