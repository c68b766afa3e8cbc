/** `chatreid gallery reindex`: encodes a gallery with another model beside the index in use, then switches. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { recordedAction } from '../audit/recorded-command.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { galleryOption, jsonOption } from '../gallery-option.ts';
import { counted, printable } from '../output.ts';
import { progressOn } from '../progress.ts';
import { pictureEncoder } from '../registering.ts';
import type { Shell, Work } from '../shell.ts';

interface ReindexOptions {
  readonly gallery: string;
  readonly model?: string;
  readonly drop?: boolean;
  readonly json?: boolean;
}

export function galleryReindexCommand(shell: Shell): Command {
  return shell
    .command('reindex', 'Index a gallery for this model, or finish an index.', [
      'chatreid gallery reindex --gallery lobby',
      'chatreid gallery reindex --gallery lobby --model ./another-model',
    ])
    .addOption(galleryOption())
    .option('--model <folder>', 'model to index for (default: CHATREID_MODEL, or the model that is shipped)')
    .option('--drop', "forget the other models' vectors after the switch")
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nSearches go on in the old index until the new one is complete. Stopped, the same command goes on where it was.',
    )
    .action((options: ReindexOptions) => shell.run(options, (work) => run(work, options)));
}

async function run(
  { shell, out, parts, settings, signal }: Work,
  options: ReindexOptions,
): Promise<ExitCode> {
  const { gallery } = options;
  const started = performance.now();
  const store = await parts.store();
  await store.summary(gallery);
  const folder = options.model === undefined ? settings.model : resolve(options.model);
  const encoder = await pictureEncoder(
    await (options.model === undefined ? parts.encoder() : parts.localModel(folder)),
  );
  const { reindex } = await import('../../gallery/reindex.ts');
  const progress = progressOn(shell.stderr, { noun: 'pictures' });
  const dropOthers = options.drop ?? false;
  const report = await recordedAction(
    parts,
    { kind: 'configuration', facts: { what: 'index', gallery, space: encoder.space, dropOthers } },
    () =>
      reindex({
        store,
        gallery,
        encoder,
        signal,
        dropOthers,
        onProgress: ({ done, total, ...pace }) => progress.update(done, total, pace),
      }),
    ({ encoded }) => ({ count: encoded }),
  ).finally(() => progress.stop());
  const seconds = (performance.now() - started) / 1000;
  const { pictures, liveSpace } = await store.summary(gallery);
  out.document({
    gallery,
    model: folder,
    space: encoder.space,
    live: liveSpace === encoder.space,
    pictures,
    indexed: report.encoded,
    damaged: report.damaged,
    failed: report.failed,
    seconds,
  });
  out.print(
    `Gallery ${gallery}: ${counted(report.encoded, 'picture')} indexed in ${seconds.toFixed(1)} s; ${
      liveSpace === encoder.space ? 'searches use this index now.' : 'searches still use the old index.'
    }`,
  );
  if (report.damaged === 'all') {
    out.note('The whole index was damaged: run the same command for the other galleries too.');
  } else if (report.damaged > 0) {
    out.note(`Damaged by the disk and removed: ${counted(report.damaged, 'vector')} of all galleries.`);
  }
  if (liveSpace === encoder.space && folder !== settings.model) {
    out.note(`Searches need the same model: set CHATREID_MODEL=${folder}`);
  }
  for (const { source, message } of report.failed) out.note(`  ${printable(source)}: ${printable(message)}`);
  return report.failed.length > 0 ? exitCodes.skipped : exitCodes.ok;
}
