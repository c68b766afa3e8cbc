/** `chatreid evaluate results`: the runs of a plan, measured where they are missing, and the page of tables made of them. */
import { mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import type { ResultsPlan } from '../../evaluation/results/results-plan.ts';
import type { StoredResult } from '../../evaluation/results/stored-result.ts';
import { asChatReidError, ChatReidError } from '../../foundation/error.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { jsonOption } from '../gallery-option.ts';
import { printable } from '../output.ts';
import { collect, type Shell, type Work } from '../shell.ts';
import { writeWhole } from '../write-file.ts';

interface ResultsOptions {
  readonly plan: string;
  readonly out?: string;
  readonly place?: readonly string[];
  readonly only?: readonly string[];
  readonly again?: boolean;
  readonly json?: boolean;
}

/** @param evaluation makes the command that the plan's runs are words for */
export function evaluateResultsCommand(shell: Shell, evaluation: (shell: Shell) => Command): Command {
  return shell
    .command('results', 'Measure what a plan asks for, and write its page of tables. No number is typed.', [
      'chatreid evaluate results --plan model/results.json --out model/RESULTS.md',
      'chatreid evaluate results --plan model/results.json --out model/RESULTS.md --place market=./Market-1501-v15.09.15',
    ])
    .requiredOption(
      '--plan <file>',
      'JSON: runs, and tables of what they came to; results are kept in results/ beside it',
    )
    .option('--out <file>', 'write the page as Markdown')
    .option(
      '--place <name=path>',
      'where a data set or a model of the plan is: runs that lack one are left (repeatable)',
      collect,
    )
    .option('--only <run>', 'measure this run and no other that is missing (repeatable)', collect)
    .option('--again', 'measure again what is there')
    .addOption(jsonOption())
    .action((options: ResultsOptions) => shell.run(options, (work) => results(work, options, evaluation)));
}

async function results(
  { shell, out, signal }: Work,
  options: ResultsOptions,
  evaluation: (shell: Shell) => Command,
): Promise<ExitCode> {
  const [{ readResultsPlan, placesIn }, { publishable, readResult }, { resultsPage }] = await Promise.all([
    import('../../evaluation/results/results-plan.ts'),
    import('../../evaluation/results/stored-result.ts'),
    import('../../evaluation/results/results-page.ts'),
  ]);
  const plan = await readResultsPlan(options.plan);
  const places = placesGiven(options.place ?? [], plan);
  const unknown = options.only?.find((id) => !(id in plan.runs));
  if (unknown !== undefined) {
    throw new ChatReidError(
      'OPTION_INVALID',
      `The plan has no run "${unknown}".`,
      `Give one of: ${Object.keys(plan.runs).join(', ')}.`,
    );
  }
  const folder = join(dirname(resolve(options.plan)), 'results');
  const found = new Map<string, StoredResult>();
  const mode = 0o666 & ~shell.umask;
  const status: { run: string; status: string; reason?: string }[] = [];
  const page = async (): Promise<void> => {
    const inOrder = new Map(
      Object.keys(plan.runs).flatMap((id) => (found.has(id) ? [[id, found.get(id)!]] : [])),
    );
    if (options.out !== undefined)
      await writeWhole(resolve(options.out), Buffer.from(resultsPage(plan, inOrder)), mode);
  };
  for (const [id, { args }] of Object.entries(plan.runs)) {
    const kept = await readResult(folder, id);
    const asPlanned = kept && JSON.stringify(kept.args) === JSON.stringify(args);
    const wanted = options.only === undefined || options.only.includes(id);
    if (asPlanned && !(options.again && wanted)) {
      found.set(id, kept);
      status.push({ run: id, status: 'kept' });
      continue;
    }
    const lacking = [...new Set(args.flatMap(placesIn))].filter((place) => !places.has(place));
    const others = args
      .flatMap((arg) => (arg.startsWith('@') ? [arg.slice(1)] : []))
      .filter((other) => !found.has(other));
    if (!wanted || lacking.length > 0 || others.length > 0) {
      const reason = !wanted
        ? 'not asked for'
        : lacking.length > 0
          ? `where is ${lacking.join(', ')}? (--place)`
          : `${others.join(', ')} is not measured`;
      // Measured by other words than the plan's: what it says is not what the table would say that it is.
      status.push({
        run: id,
        status: 'missing',
        reason: kept && !asPlanned ? `the plan changed; ${reason}` : reason,
      });
      continue;
    }
    try {
      out.note(`${id}: chatreid evaluate ${args.join(' ')}`);
      const line = args.map((arg) =>
        arg.startsWith('@')
          ? String(found.get(arg.slice(1))!.document.run)
          : arg.replaceAll(/\{([a-z0-9-]+)\}/g, (_, place: string) => places.get(place)!),
      );
      const document = await documentOf(shell, evaluation, line);
      const result: StoredResult = {
        id,
        args: [...args],
        date: shell.now().toISOString(),
        machine: `${availableParallelism()} cores, ${process.platform} ${process.arch}, Node.js ${process.versions.node}`,
        document: publishable(document) as StoredResult['document'],
      };
      await mkdir(folder, { recursive: true });
      await writeWhole(join(folder, `${id}.json`), Buffer.from(`${JSON.stringify(result, null, 1)}\n`), mode);
      found.set(id, result);
      status.push({ run: id, status: 'measured' });
      await page();
    } catch (error) {
      if (signal.aborted) throw error;
      const { message, next } = asChatReidError(error, `measuring ${id}`);
      status.push({ run: id, status: 'failed', reason: `${message} ${next}` });
      if (kept && asPlanned) found.set(id, kept);
    }
  }
  await page();
  out.table(
    [{ title: 'run' }, { title: '' }, { title: 'why' }],
    status.map((one) => [one.run, one.status, printable(one.reason ?? '')]),
  );
  if (options.out !== undefined) out.note(`The page is in ${resolve(options.out)}`);
  out.document(status);
  return status.some((one) => one.status === 'failed') ? exitCodes.error : exitCodes.ok;
}

/** What the command prints with --json, run as it would be typed. @throws ChatReidError with what it says where it fails */
async function documentOf(
  shell: Shell,
  evaluation: (shell: Shell) => Command,
  args: readonly string[],
): Promise<unknown> {
  const stdout = new PassThrough();
  const printed = text(stdout);
  const inner = shell.within(stdout);
  const command = evaluation(inner);
  const argv = [...args, '--json'];
  try {
    await command.parseAsync(argv, { from: 'user' });
  } catch (error) {
    inner.complain(error, argv, command);
  }
  stdout.end();
  const document = parsed(await printed) as {
    readonly error?: { readonly message: string; readonly next: string };
  };
  if (inner.exitCode === exitCodes.ok && document?.error === undefined) return document;
  const { message = 'The command failed.', next = 'Run it by itself to see why.' } = document?.error ?? {};
  throw new ChatReidError('OPTION_INVALID', message, next);
}

function parsed(printed: string): unknown {
  try {
    return JSON.parse(printed);
  } catch {
    return undefined;
  }
}

/** @throws ChatReidError OPTION_INVALID */
function placesGiven(given: readonly string[], plan: ResultsPlan): ReadonlyMap<string, string> {
  return new Map(
    given.map((one) => {
      const [, name, path] = /^([a-z0-9-]+)=(.+)$/.exec(one) ?? [];
      if (name !== undefined && path !== undefined && name in plan.places) return [name, resolve(path)];
      throw new ChatReidError(
        'OPTION_INVALID',
        `--place ${one} names no place of the plan.`,
        `Write NAME=PATH with one of: ${Object.keys(plan.places).join(', ')}.`,
      );
    }),
  );
}
