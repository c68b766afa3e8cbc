/** The plan of a page of results: which commands are run, and what of their documents stands in which table. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { z } from 'zod';
import { ChatReidError } from '../../foundation/error.ts';

const identifier = z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'lower-case letters, digits and hyphens');
/** Dots lead into the document, one alone is where one is: `filter.rank1`, `peers.osnet.mAP` (a list is entered by the `name` of what is in it, or by number). */
const path = z.string().min(1);

/**
 * How a value is written. `difference` and `p` are of a comparison's `{difference, interval, pValue}`; the others of
 * a number (`percent`: a fraction, 0 to 1) or a text.
 */
const formats = ['percent', 'count', 'decimal', 'text', 'difference', 'p'] as const;

const schema = z
  .object({
    title: z.string().min(1),
    /** Paragraphs under the title. */
    intro: z.array(z.string()).default([]),
    /** Folders and files that runs are given, by name, with what they are. `{market}` in `args` stands for one. */
    places: z.record(identifier, z.string()),
    /** Behind `chatreid evaluate`; `@other` is the kept run of another entry, for `compare`. */
    runs: z.record(identifier, z.object({ args: z.array(z.string()).min(1) })),
    tables: z.array(
      z.object({
        title: z.string().min(1),
        text: z.string().optional(),
        columns: z.array(z.object({ title: z.string(), value: path, format: z.enum(formats) })).min(1),
        rows: z
          .array(
            z.object({
              name: z.string(),
              run: identifier,
              /** What the columns' values are looked for in; the whole document where absent. */
              at: path.optional(),
              /** A list in the document, a row for each of what is in it, named by its `name` or its `from` and `to`. */
              each: path.optional(),
            }),
          )
          .min(1),
      }),
    ),
  })
  .superRefine(({ places, runs, tables }, context) => {
    const lacking = (message: string): void => context.addIssue({ code: 'custom', message });
    for (const { title, rows } of tables) {
      for (const { run } of rows)
        if (!(run in runs)) lacking(`"${title}" names the run ${run}, which is not there`);
    }
    const earlier = new Set<string>();
    for (const [id, { args }] of Object.entries(runs)) {
      for (const arg of args) {
        for (const place of placesIn(arg)) {
          if (!(place in places)) lacking(`${id} names the place ${place}, which is not there`);
        }
        const other = /^@(.+)$/.exec(arg)?.[1];
        if (other !== undefined && !earlier.has(other))
          lacking(`${id} names @${other}, which no earlier run is`);
      }
      earlier.add(id);
    }
  });

export type ResultsPlan = z.infer<typeof schema>;
export type ResultsTable = ResultsPlan['tables'][number];
export type ResultsRow = ResultsTable['rows'][number];
export type ResultsColumn = ResultsTable['columns'][number];

/** @throws ChatReidError OPTION_INVALID naming the file and what is wrong in it */
export async function readResultsPlan(file: string): Promise<ResultsPlan> {
  const where = resolve(file);
  try {
    return schema.parse(JSON.parse(await readFile(where, 'utf8')));
  } catch (error) {
    const why =
      error instanceof z.ZodError ? z.prettifyError(error).replaceAll('\n', ' ') : 'no JSON can be read';
    throw new ChatReidError(
      'OPTION_INVALID',
      `${where} is no plan of results: ${why}.`,
      'See docs/evaluation.md, "A page of results".',
      error,
    );
  }
}

/** Names in braces. */
export function placesIn(arg: string): string[] {
  return Array.from(arg.matchAll(/\{([a-z0-9-]+)\}/g), ([, name]) => name!);
}

/** As a person types it: places are variables of the shell, earlier runs are named. */
export function shownCommand(args: readonly string[]): string {
  const words = args.map((arg) => {
    if (placesIn(arg).length > 0) {
      return `"${arg.replaceAll(/\{([a-z0-9-]+)\}/g, (_, name: string) => `$${name.replaceAll('-', '_').toUpperCase()}`)}"`;
    }
    if (arg.startsWith('@')) return `RUN-OF-${arg.slice(1)}`;
    return /^[\w./:=-]+$/.test(arg) ? arg : `'${arg}'`;
  });
  return ['chatreid', 'evaluate', ...words].join(' ');
}
