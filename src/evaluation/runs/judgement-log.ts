/** The judgements of a run on disk: appended one by one, and read again by the process that goes on. */
import { type FileHandle, open } from 'node:fs/promises';
import { z } from 'zod';
import { linesOf } from './lines.ts';

/** What the language model made of one query's shortlist. */
export interface Judgement {
  /** Gallery rows, best first. */
  readonly rows: Int32Array;
  /** One a row, 0 to 1; NaN where the model gave an order and no probability. */
  readonly confidences: Float64Array;
  /** Their logits, and natural logs of the worth in the best choice, one a row; NaN where there is none. */
  readonly logits: Float64Array;
  readonly strengths: Float64Array;
  /** Questions to the model, and the time that it took over them. */
  readonly prompts: number;
  readonly seconds: number;
}

/** A line of judged.jsonl names rows by their sources, so that people can read it. */
const lineSchema = z
  .object({
    trial: z.int().min(0),
    query: z.string(),
    candidates: z.array(z.string()),
    confidences: z.array(z.number().min(0).max(1).nullable()),
    /** Not in lines of before they were kept. */
    logits: z.array(z.number().nullable()).optional(),
    strengths: z.array(z.number().nullable()).optional(),
    prompts: z.int().min(0),
    seconds: z.number().min(0),
  })
  .refine(({ candidates, confidences, logits, strengths }) =>
    [confidences, logits, strengths].every((list) => !list || list.length === candidates.length),
  );

export class JudgementLog {
  readonly #kept = new Map<string, Judgement>();

  private constructor(
    private readonly file: FileHandle,
    private readonly sources: readonly string[],
  ) {}

  /**
   * A last line that a kill or a power cut tore is cut off, and a line that cannot be read counts as not there: its query
   * is judged again. Of several lines of one query the last counts.
   *
   * @param sources of the gallery, by row
   */
  static async open(path: string, sources: readonly string[]): Promise<JudgementLog> {
    const file = await open(path, 'a+', 0o600);
    try {
      await cutTornLine(file);
      const log = new JudgementLog(file, sources);
      const rowOf = new Map(sources.map((source, row) => [source, row]));
      for await (const line of linesOf(path)) log.#read(line, rowOf);
      return log;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  get size(): number {
    return this.#kept.size;
  }

  get(trial: number, query: string): Judgement | undefined {
    return this.#kept.get(key(trial, query));
  }

  /** When it returns, the judgement outlasts a kill and a power cut. */
  async append(trial: number, query: string, judgement: Judgement): Promise<void> {
    const { rows, prompts, seconds } = judgement;
    const line: z.infer<typeof lineSchema> = {
      trial,
      query,
      candidates: Array.from(rows, (row) => this.sources[row]!),
      confidences: nullsFor(judgement.confidences),
      logits: nullsFor(judgement.logits),
      strengths: nullsFor(judgement.strengths),
      prompts,
      seconds,
    };
    await this.file.appendFile(`${JSON.stringify(line)}\n`);
    await this.file.datasync();
    this.#kept.set(key(trial, query), judgement);
  }

  async close(): Promise<void> {
    await this.file.close();
  }

  #read(text: string, rowOf: ReadonlyMap<string, number>): void {
    const line = parseLine(text);
    if (line === undefined) return;
    const rows = Int32Array.from(line.candidates, (source) => rowOf.get(source) ?? -1);
    if (rows.includes(-1)) return;
    const none = line.candidates.map(() => null);
    const { trial, query, prompts, seconds, confidences, logits = none, strengths = none } = line;
    this.#kept.set(key(trial, query), {
      rows,
      confidences: numbersOf(confidences),
      logits: numbersOf(logits),
      strengths: numbersOf(strengths),
      prompts,
      seconds,
    });
  }
}

function nullsFor(values: Float64Array): (number | null)[] {
  return Array.from(values, (value) => (Number.isNaN(value) ? null : value));
}

function numbersOf(values: readonly (number | null)[]): Float64Array {
  return Float64Array.from(values, (value) => value ?? Number.NaN);
}

function key(trial: number, query: string): string {
  return `${trial} ${query}`;
}

function parseLine(text: string): z.infer<typeof lineSchema> | undefined {
  try {
    return lineSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

async function cutTornLine(file: FileHandle): Promise<void> {
  const { size } = await file.stat();
  const bytes = Buffer.alloc(64 * 1024);
  let end = size;
  while (end > 0) {
    const from = Math.max(0, end - bytes.length);
    const { bytesRead } = await file.read(bytes, 0, end - from, from);
    const newline = bytes.subarray(0, bytesRead).lastIndexOf('\n');
    if (newline !== -1) {
      end = from + newline + 1;
      break;
    }
    end = from;
  }
  if (end < size) await file.truncate(end);
}
