/** `chatreid evaluate runs`: what was measured and is kept. */
import { basename } from 'node:path';
import type { Command } from 'commander';
import { runsFolder } from '../evaluation/measure.ts';
import { percent } from '../evaluation/report-text.ts';
import { jsonOption } from '../gallery-option.ts';
import { grouped } from '../output.ts';
import type { Shell, Work } from '../shell.ts';

export function evaluateRunsCommand(shell: Shell): Command {
  return shell
    .command('runs', 'List the evaluations that are kept, newest first.', ['chatreid evaluate runs'])
    .addOption(jsonOption())
    .action((options: { readonly json?: boolean }) => shell.run(options, list));
}

async function list({ out, settings }: Work): Promise<void> {
  const { listRuns } = await import('../../evaluation/runs/stored-runs.ts');
  const folder = runsFolder(settings.home);
  const runs = await listRuns(folder);
  out.document(
    runs.map(({ name, folder: path, changed, report }) => ({
      name,
      folder: path,
      changed: changed.toISOString(),
      finished: report !== undefined,
      ...(report ? { report } : {}),
    })),
  );
  if (runs.length === 0) {
    out.print('Nothing is kept yet. See: chatreid evaluate --help');
    return;
  }
  out.table(
    [
      { title: 'run' },
      { title: 'data' },
      { title: 'queries', align: 'right' },
      { title: 'gallery', align: 'right' },
      { title: 'mAP', align: 'right' },
      { title: 'Rank-1', align: 'right' },
      { title: 'last change' },
    ],
    runs.map(({ name, changed, report }) => [
      name,
      basename(report?.data ?? ''),
      report ? grouped(report.queries) : '',
      report ? grouped(report.gallery) : '',
      report ? percent(report.mAP) : 'unfinished',
      report ? percent(report.rank1) : '',
      changed.toISOString().slice(0, 16).replace('T', ' '),
    ]),
  );
  out.print(`Kept in ${folder}`);
}
