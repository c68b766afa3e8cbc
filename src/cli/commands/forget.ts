/** `chatreid forget`: removes a person's pictures, or old ones, with everything that was made of them, and proves it. */
import type { Command } from 'commander';
import { ChatReidError } from '../../foundation/error.ts';
import { whoseDoing } from '../audit/recorded-command.ts';
import { confirmed } from '../confirmed.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { jsonOption } from '../gallery-option.ts';
import { counted } from '../output.ts';
import type { Shell, Work } from '../shell.ts';
import type { ForgetOptions } from '../forget/forget-options.ts';

export function forgetCommand(shell: Shell): Command {
  return shell
    .command('forget', 'Forget a person or pictures completely, and prove it.', [
      'chatreid forget --person 0042',
      'chatreid forget --picture a1b2c3d4 seen.jpg --yes --prove',
      'chatreid forget --older-than 90d --gallery lobby',
      'chatreid forget --prove',
    ])
    .option('--person <id>', 'every picture of this person')
    .option('--picture <id...>', 'these pictures: files, ids, or beginnings of ids')
    .option('--older-than <time>', 'pictures older than 90d, 12h, 2026-06-01; without --gallery talks too')
    .option('-g, --gallery <name>', 'only out of this gallery (default: everywhere)')
    .option('-y, --yes', 'do not ask')
    .option('--prove', 'then read every byte that is kept, and say where something is left')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nBackups, exports and what people have downloaded are not reached. With --prove alone, what was forgotten before is looked for.',
    )
    .action((options: ForgetOptions) => shell.run(options, (work) => forget(work, options)));
}

async function forget(work: Work, options: ForgetOptions): Promise<ExitCode> {
  const { checkOptions, found, keptOrders } = await import('../forget/forget-options.ts');
  const { reportOf, tellReport } = await import('../forget/forget-report.ts');
  checkOptions(options);
  const asked = options.person ?? options.olderThan ?? options.picture;
  const kept = options.prove === true ? await keptOrders(work, options) : [];
  const wanted =
    asked === undefined
      ? undefined
      : await found(work, options).catch((error: unknown) => {
          // The beginning of an id that is gone is looked for as it was then.
          if (kept.length > 0 && error instanceof ChatReidError && error.code === 'PICTURE_UNKNOWN')
            return undefined;
          throw error;
        });
  if (wanted && (wanted.pictures.length > 0 || wanted.talks > 0)) {
    const talks = wanted.talks > 0 ? ` and ${counted(wanted.talks, 'talk')}` : '';
    const what = `${counted(wanted.pictures.length, 'picture')}${talks}`;
    const question = `Forget ${what}, with everything that was made of them? It cannot be undone.`;
    if (options.yes !== true && !(await confirmed(work, question, 'whether to forget them'))) {
      work.out.note('Nothing was forgotten.');
      work.out.document({ pictures: 0 });
      return exitCodes.ok;
    }
    const { giveAndWorkOff } = await import('../forget/give-and-work-off.ts');
    const { talks: _, ...request } = wanted;
    const done = await giveAndWorkOff(work, { ...request, by: whoseDoing() });
    return tellReport(work, [await reportOf(work, done, options.prove === true)]);
  }
  if (kept.length > 0 || asked === undefined) {
    const reports = [];
    for (const order of kept) reports.push(await reportOf(work, { order, waiting: 0 }, true));
    return tellReport(work, reports);
  }
  if (options.olderThan !== undefined) {
    work.out.print('Nothing is older than that.');
    work.out.document({ pictures: 0 });
    return exitCodes.ok;
  }
  throw new ChatReidError(
    'PICTURE_UNKNOWN',
    'There is no such picture, here or in a talk.',
    'See what there is: chatreid gallery list',
  );
}
