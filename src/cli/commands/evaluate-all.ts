/** `chatreid evaluate all`: every benchmark that is there, and one table. */
import { relative, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Benchmark } from '../../evaluation/benchmark.ts';
import { benchmarks, findDataset, folderNames } from '../../evaluation/benchmarks.ts';
import type { EvaluationReport } from '../../evaluation/evaluation-report.ts';
import type { OverviewEntry } from '../../evaluation/report/overview-table.ts';
import { asChatReidError } from '../../foundation/error.ts';
import { type MeasureOptions, measure, withMeasureOptions } from '../evaluation/measure.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { printable } from '../output.ts';
import type { Shell, Work } from '../shell.ts';
import { checkWritable, writeWhole } from '../write-file.ts';

interface AllOptions extends MeasureOptions {
  readonly data: string;
  readonly markdown?: string;
  readonly html?: string;
}

interface Entry extends OverviewEntry {
  readonly benchmark: Benchmark;
  readonly report?: EvaluationReport;
}

export function evaluateAllCommand(shell: Shell): Command {
  const command = shell
    .command(
      'all',
      'Measure every benchmark that is there, each in its default setting, and make one table.',
      ['chatreid evaluate all --data ./data-sets --markdown table.md'],
    )
    .requiredOption('--data <folder>', 'folder that the data sets lie in')
    .option('--markdown <file>', 'write the table as Markdown')
    .option('--html <file>', 'write the table as a page');
  return withMeasureOptions(command)
    .addHelpText(
      'after',
      `\nLooked for, whatever the capitals and the punctuation:\n${benchmarks.map((one) => `  ${folderNames(one).join(', ')}`).join('\n')}`,
    )
    .action((options: AllOptions) => shell.run(options, (work) => evaluateAll(work, options)));
}

async function evaluateAll(work: Work, options: AllOptions): Promise<ExitCode> {
  const { shell, out, signal } = work;
  const root = resolve(options.data);
  const { overview, overviewHtml, overviewMarkdown } = await import(
    '../../evaluation/report/overview-table.ts'
  );
  if (options.markdown !== undefined) await checkWritable(options.markdown, '--markdown');
  if (options.html !== undefined) await checkWritable(options.html, '--html');
  const entries: Entry[] = [];
  for (const benchmark of benchmarks) {
    const [setting] = benchmark.settings;
    const folder = await findDataset(root, benchmark);
    if (folder === undefined) {
      entries.push({ benchmark, setting, outcome: { kind: 'absent' } });
      continue;
    }
    try {
      out.note(`${benchmark.title} in ${printable(relative(process.cwd(), folder) || folder)}`);
      const { report } = await measure(work, benchmark, folder, options);
      entries.push({ benchmark, setting, outcome: { kind: 'measured', report }, report });
    } catch (error) {
      if (signal.aborted) throw error;
      const { message, next } = asChatReidError(error, `evaluating ${benchmark.title}`);
      entries.push({ benchmark, setting, outcome: { kind: 'failed', reason: `${message} ${next}` } });
    }
  }
  const { columns, rows, notes } = overview(entries);
  out.table(columns, rows);
  for (const note of notes) out.print(printable(note));
  const mode = 0o666 & ~shell.umask;
  if (options.markdown !== undefined) {
    await writeWhole(options.markdown, Buffer.from(overviewMarkdown(entries)), mode);
  }
  if (options.html !== undefined) {
    const { page } = await import('../../evaluation/report/html-report.ts');
    const { html } = await import('../../evaluation/report/html.ts');
    const content = html`<h1>The ten benchmarks</h1>\n${overviewHtml(entries)}`;
    await writeWhole(options.html, Buffer.from(page('The ten benchmarks', content)), mode);
  }
  // Last, so that a table that cannot be written is the one document.
  out.document(entries.map(document));
  const measured = entries.some(({ outcome }) => outcome.kind === 'measured');
  if (!measured) out.note(`None of the data sets was measured. They are looked for in ${root}.`);
  const failed = entries.some(({ outcome }) => outcome.kind === 'failed');
  return failed || !measured ? exitCodes.error : exitCodes.ok;
}

function document({ benchmark, setting, outcome, report }: Entry): unknown {
  return {
    benchmark: benchmark.name,
    title: benchmark.title,
    setting: setting.name,
    status: outcome.kind,
    ...(outcome.kind === 'failed' ? { reason: outcome.reason } : {}),
    ...(outcome.kind === 'absent' ? { lookedFor: folderNames(benchmark) } : {}),
    ...(report ? { report } : {}),
  };
}
