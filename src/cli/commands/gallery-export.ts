/** `chatreid gallery export`: a gallery as a folder of pictures with a manifest that can be imported again. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { recordedAction } from '../audit/recorded-command.ts';
import { galleryOption, jsonOption } from '../gallery-option.ts';
import { counted } from '../output.ts';
import { progressOn } from '../progress.ts';
import type { Shell, Work } from '../shell.ts';

interface ExportOptions {
  readonly gallery: string;
  readonly to: string;
  readonly json?: boolean;
}

export function galleryExportCommand(shell: Shell): Command {
  return shell
    .command('export', 'Write a gallery into a folder: its pictures and a manifest.', [
      'chatreid gallery export --gallery lobby --to lobby-backup/',
    ])
    .addOption(galleryOption())
    .requiredOption('--to <folder>', 'a new or empty folder')
    .addOption(jsonOption())
    .action((options: ExportOptions) => shell.run(options, (work) => run(work, options)));
}

async function run({ shell, out, parts, signal }: Work, options: ExportOptions): Promise<void> {
  const { exportGallery } = await import('../../gallery/export.ts');
  const progress = progressOn(shell.stderr, { noun: 'pictures' });
  const folder = resolve(options.to);
  const { pictures, manifest } = await recordedAction(
    parts,
    { kind: 'export', facts: { gallery: options.gallery }, words: { to: folder } },
    async () =>
      exportGallery({
        store: await parts.store(),
        gallery: options.gallery,
        folder,
        signal,
        onProgress: ({ done, total, ...pace }) => progress.update(done, total, pace),
      }),
    (exported) => ({ count: exported.pictures }),
  ).finally(() => progress.stop());
  out.document({ gallery: options.gallery, pictures, manifest });
  out.print(`Exported ${counted(pictures, 'picture')}; the manifest is ${manifest}`);
}
