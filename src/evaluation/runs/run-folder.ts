/** One evaluation on disk: what it is, what was judged so far, and what came out. */
import { constants } from 'node:fs';
import { access, type FileHandle, open, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { makePrivateFolder } from '../../foundation/home.ts';
import type { ProcessLock } from '../../foundation/process-lock.ts';
import type { EvaluationReport } from '../evaluation-report.ts';
import { JudgementLog } from './judgement-log.ts';
import type { QueryResult } from './query-result.ts';
import { type RunIdentity, runName } from './run-identity.ts';
import { takeRunLock } from './run-lock.ts';

/**
 * `run.json` (its identity, there from the start), `judged.jsonl` (grows), `queries.jsonl` and `report.json` (there when
 * it is finished, whole or not at all), `run.lock`.
 */
export const runFiles = {
  identity: 'run.json',
  judged: 'judged.jsonl',
  queries: 'queries.jsonl',
  report: 'report.json',
  lock: 'run.lock',
} as const;

export class RunFolder {
  #judgements: JudgementLog | undefined;
  #queries: FileHandle | undefined;

  private constructor(
    /** Absolute. */
    readonly path: string,
    private readonly lock: ProcessLock,
  ) {}

  /** Makes the folder, or goes on with the one that is there. @throws ChatReidError EVALUATION_BUSY; what the disk refuses */
  static async open(runsFolder: string, identity: RunIdentity): Promise<RunFolder> {
    const path = resolve(runsFolder, runName(identity));
    await makePrivateFolder(path);
    // The lock's own error would not say why.
    await access(path, constants.W_OK);
    const run = new RunFolder(path, takeRunLock(join(path, runFiles.lock)));
    try {
      await run.#write(runFiles.identity, identity);
      return run;
    } catch (error) {
      await run.close();
      throw error;
    }
  }

  /** @param sources of the gallery, by row */
  async judgements(sources: readonly string[]): Promise<JudgementLog> {
    this.#judgements ??= await JudgementLog.open(join(this.path, runFiles.judged), sources);
    return this.#judgements;
  }

  async addResults(results: readonly QueryResult[]): Promise<void> {
    this.#queries ??= await open(this.#part(runFiles.queries), 'w', 0o600);
    await this.#queries.appendFile(results.map((result) => `${JSON.stringify(result)}\n`).join(''));
  }

  /** From here on the run is finished. */
  async finish(report: EvaluationReport): Promise<void> {
    await this.addResults([]);
    await this.#queries?.datasync();
    await this.#queries?.close();
    this.#queries = undefined;
    await rename(this.#part(runFiles.queries), join(this.path, runFiles.queries));
    await this.#write(runFiles.report, report);
  }

  /** Safe to call twice, and in the middle: results that are not finished are thrown away, judgements are kept. */
  async close(): Promise<void> {
    try {
      await this.#judgements?.close();
      this.#judgements = undefined;
      await this.#queries?.close();
      this.#queries = undefined;
      for (const name of [runFiles.identity, runFiles.queries, runFiles.report]) {
        await rm(this.#part(name), { force: true });
      }
    } finally {
      this.lock.release();
    }
  }

  #part(name: string): string {
    return join(this.path, `${name}.part`);
  }

  async #write(name: string, document: object): Promise<void> {
    await writeFile(this.#part(name), `${JSON.stringify(document, null, 2)}\n`, { mode: 0o600, flush: true });
    await rename(this.#part(name), join(this.path, name));
  }
}
