/** Evaluations that are kept: listing them, and reading one to compare or to show it. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { asChatReidError, ChatReidError } from '../../foundation/error.ts';
import type { EvaluationReport } from '../evaluation-report.ts';
import { linesOf } from './lines.ts';
import type { QueryResult } from './query-result.ts';
import { runFiles } from './run-folder.ts';

export interface StoredRun {
  readonly report: EvaluationReport;
  /** In the order of the queries, draw by draw. */
  readonly queries: readonly QueryResult[];
}

export interface ListedRun {
  /** Absolute. */
  readonly folder: string;
  /** Of its folder: what `compare` takes too. */
  readonly name: string;
  /** Last change of the report or, while there is none, of the run. */
  readonly changed: Date;
  /** Absent while the run is not finished, and where the report is damaged: the command that began it mends both. */
  readonly report?: EvaluationReport;
}

/** What every report has; the rest of it is taken as this program wrote it. */
const reportSchema = z.looseObject({
  benchmark: z.string(),
  setting: z.string(),
  mode: z.enum(['filter', 'pairwise', 'best-choice', 'full']),
  mAP: z.number(),
  rank1: z.number(),
  cmc: z.array(z.number()),
  evaluated: z.int().min(0),
});

const querySchema = z.looseObject({
  trial: z.int().min(0),
  source: z.string(),
  personId: z.string(),
  firstRank: z.int().min(1),
  averagePrecision: z.number(),
  inversePenalty: z.number(),
  correct: z.boolean(),
  firstConfidence: z.number(),
  top: z.array(z.looseObject({ source: z.string() })),
});

/** @throws ChatReidError OPTION_INVALID naming what is no finished run; DATASET_INVALID naming a file that is damaged */
export async function loadRun(folder: string): Promise<StoredRun> {
  const root = resolve(folder);
  const report = await readReport(root);
  if (report === undefined) throw notFinished(root);
  const queries: QueryResult[] = [];
  try {
    for await (const line of linesOf(join(root, runFiles.queries))) {
      queries.push(parsed<QueryResult>(querySchema, line));
    }
  } catch (error) {
    throw damaged(join(root, runFiles.queries), error, ` (line ${queries.length + 1})`);
  }
  if (queries.length !== report.evaluated) {
    throw damaged(
      join(root, runFiles.queries),
      undefined,
      `: ${queries.length} of ${report.evaluated} lines`,
    );
  }
  return { report, queries };
}

/** Newest first. A folder that is not there holds none. What is no run is passed over. */
export async function listRuns(runsFolder: string): Promise<ListedRun[]> {
  const root = resolve(runsFolder);
  const names = await readdir(root).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw asChatReidError(error, `listing ${root}`);
  });
  const runs = await Promise.all(
    names.map(async (name): Promise<ListedRun | undefined> => {
      const folder = join(root, name);
      const begun = await stat(join(folder, runFiles.identity)).catch(() => undefined);
      if (begun === undefined) return undefined;
      // One that is damaged must not hide the others.
      const report = await readReport(folder).catch(() => undefined);
      if (report === undefined) return { folder, name, changed: begun.mtime };
      return { folder, name, changed: (await stat(join(folder, runFiles.report))).mtime, report };
    }),
  );
  return runs
    .filter((run) => run !== undefined)
    .sort((a, b) => b.changed.getTime() - a.changed.getTime() || a.name.localeCompare(b.name));
}

/** @returns undefined where there is none */
async function readReport(folder: string): Promise<EvaluationReport | undefined> {
  const path = join(folder, runFiles.report);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw asChatReidError(error, `reading ${path}`);
  }
  try {
    // Where it is now: it may have been moved or copied.
    return { ...parsed<EvaluationReport>(reportSchema, text), run: folder };
  } catch (error) {
    throw damaged(path, error);
  }
}

/** The schema checks what is most used; the program wrote the rest itself. */
function parsed<T>(schema: z.ZodType, text: string): T {
  const document = JSON.parse(text) as unknown;
  schema.parse(document);
  return document as T;
}

function notFinished(folder: string): ChatReidError {
  return new ChatReidError(
    'OPTION_INVALID',
    `${folder} holds no finished evaluation: there is no ${runFiles.report}.`,
    'Give the folder of a finished run; one that was stopped is finished by the command that began it.',
  );
}

function damaged(path: string, cause: unknown, where = ''): ChatReidError {
  return new ChatReidError(
    'DATASET_INVALID',
    `${path} is damaged${where}.`,
    'Run the evaluation again: judgements that are kept are not made again.',
    cause,
  );
}
