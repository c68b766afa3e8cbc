/** Answers of a language model on disk, as they are given: a killed run asks only what it had not asked. */
import { createHash } from 'node:crypto';
import { type FileHandle, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { makePrivateFolder } from '../../foundation/home.ts';
import type { ProcessLock } from '../../foundation/process-lock.ts';
import { linesOf } from '../runs/lines.ts';
import { takeRunLock } from '../runs/run-lock.ts';

export type Answer = string | readonly number[];

const lineSchema = z.object({ key: z.string(), answer: z.union([z.string(), z.array(z.number())]) });

export class AnswerLog {
  readonly #kept = new Map<string, Answer>();

  private constructor(
    /** Absolute path of the run's folder. */
    readonly path: string,
    private readonly file: FileHandle,
    private readonly lock: ProcessLock,
  ) {}

  /**
   * @param root folder that such runs lie in
   * @param identity all that decides an answer: another identity is another folder
   * @throws ChatReidError EVALUATION_BUSY, STORAGE_*
   */
  static async open(root: string, identity: object): Promise<AnswerLog> {
    const text = JSON.stringify(identity);
    const path = join(root, `tasks-${createHash('sha256').update(text).digest('hex').slice(0, 12)}`);
    await makePrivateFolder(root);
    await makePrivateFolder(path);
    const lock = takeRunLock(join(path, 'run.lock'));
    try {
      await writeFile(join(path, 'tasks.json'), `${JSON.stringify(identity, null, 2)}\n`, { mode: 0o600 });
      const name = join(path, 'answers.jsonl');
      const file = await open(name, 'a', 0o600);
      const log = new AnswerLog(path, file, lock);
      for await (const line of linesOf(name)) log.#read(line);
      // Behind what a kill tore: an empty line is passed over.
      await file.appendFile('\n');
      return log;
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  get(key: string): Answer | undefined {
    return this.#kept.get(key);
  }

  async append(answers: readonly (readonly [key: string, answer: Answer])[]): Promise<void> {
    await this.file.appendFile(
      answers.map(([key, answer]) => `${JSON.stringify({ key, answer })}\n`).join(''),
    );
    for (const [key, answer] of answers) this.#kept.set(key, answer);
  }

  async close(): Promise<void> {
    await this.file.close();
    this.lock.release();
  }

  #read(line: string): void {
    try {
      const { key, answer } = lineSchema.parse(JSON.parse(line));
      this.#kept.set(key, answer);
    } catch {
      // Torn by a kill, or empty: the question is asked again.
    }
  }
}
