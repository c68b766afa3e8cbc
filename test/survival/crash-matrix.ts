/** One operation, ended or refused at every step: reopened, looked at, done again, compared with one that was left alone. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { asChatReidError, type ChatReidError } from '../../src/foundation/error.ts';
import { failingAt, fullFrom } from './faults/fault.ts';
import { type Step, watched } from './faults/steps.ts';
import { checkHome, filesBelow, Invariants } from './home-invariants.ts';
import type { Operation } from './operation.ts';
import { copyTree, scratchFolder } from './scratch.ts';

export interface Row {
  readonly operation: string;
  readonly fault: string;
  /** Steps of the operation, and after how many of them it was ended or refused. */
  readonly steps: number;
  readonly faults: number;
  /** Invariants that were looked at. */
  readonly checked: number;
  readonly failures: readonly string[];
}

interface Left {
  readonly root: string;
  readonly promised: readonly string[];
  readonly at: string;
}

export interface CallPoint {
  readonly call: string;
  readonly time: number;
}

/** What changes files, as Linux knows it; `write` is left out, as a process writes much that is no file. */
export const tracedCalls = [
  'pwrite64',
  'fsync',
  'fdatasync',
  'ftruncate',
  'rename',
  'unlink',
  'rmdir',
  'mkdir',
  'link',
] as const;

/** An operation with what is there before it, and what it leads to when nothing disturbs it. */
export class Prepared {
  readonly #folders: string[] = [];

  private constructor(
    readonly operation: Operation,
    private readonly scratch: string,
    private readonly before: string,
    private readonly expected: unknown,
    readonly steps: number,
  ) {}

  static async of(operation: Operation): Promise<Prepared> {
    const scratch = scratchFolder();
    const before = join(scratch, 'before');
    mkdirSync(join(before, 'home'), { recursive: true });
    await operation.prepare(before);
    const root = join(scratch, 'undisturbed');
    copyTree(before, root);
    const steps = await watched(
      root,
      () => undefined,
      () => operation.run(root, () => undefined),
    );
    await checkHome(join(root, 'home'), new Invariants());
    return new Prepared(operation, scratch, before, await operation.state(root), steps);
  }

  close(): void {
    rmSync(this.scratch, { recursive: true, force: true });
  }

  /**
   * Runs it once, and takes the folder as it is before every step: what SIGKILL would leave there, as the kernel keeps what was
   * written. Folders that are the same count once.
   */
  async ended(points: number): Promise<Row> {
    const root = this.#copy();
    const left: Left[] = [];
    const seen = new Set<string>();
    const promised: string[] = [];
    const take = (step: Pick<Step, 'quiet' | 'what' | 'number'>) => {
      if (!step.quiet) return;
      const print = fingerprint(root, promised.length);
      if (seen.has(print)) return;
      seen.add(print);
      const taken = join(this.scratch, `left-${step.number}`);
      copyTree(root, taken);
      left.push({ root: taken, promised: [...promised], at: `before step ${step.number}, ${step.what}` });
    };
    await watched(root, take, () => this.operation.run(root, (promise) => promised.push(promise)));
    take({ quiet: true, what: 'end', number: this.steps + 1 });
    return this.#row('ended', spread(left, points));
  }

  /** A process of its own that really ends so. */
  async killed(points: number): Promise<Row> {
    const numbers = spread(
      Array.from({ length: this.steps }, (_, at) => at + 1),
      points,
    );
    const left: Left[] = [];
    for (const number of numbers)
      left.push(await this.#killedAt(['--kill', String(number)], `killed before step ${number}`));
    return this.#row('SIGKILL', left);
  }

  async #killedAt(args: readonly string[], at: string, wrap: readonly string[] = []): Promise<Left> {
    const root = this.#copy();
    const log = `${root}.log`;
    const { status } = await runOperation([this.operation.name, root, log, ...args], wrap);
    if (status !== 'SIGKILL' && status !== 0)
      throw new Error(`${this.operation.name}, ${at}: ended with ${status}`);
    const promised = existsSync(log) ? readFileSync(log, 'utf8').split('\n').filter(Boolean) : [];
    return { root, promised, at: status === 0 ? `${at} (never came)` : at };
  }

  /**
   * SIGKILL inside of system calls, those of SQLite too.
   *
   * @param points a call and how often a thread has made it by then; one that never comes is no fault
   */
  async traced(strace: string, points: readonly CallPoint[]): Promise<Row> {
    const left: Left[] = [];
    for (const { call, time } of points) {
      // Not with --seccomp-bpf: it injects nothing then.
      const wrap = [strace, '-f', '-qq', '-o', '/dev/null', '-e', `trace=?${call}`];
      const inject = ['-e', `inject=?${call}:signal=KILL:when=${time}`];
      const one = await this.#killedAt([], `${call} number ${time}`, [...wrap, ...inject]);
      if (!one.at.endsWith('(never came)')) left.push(one);
    }
    return this.#row('in a system call', left);
  }

  /** How often the operation makes each of the calls, those of starting the process among them. */
  async calls(strace: string): Promise<ReadonlyMap<string, number>> {
    const log = join(this.scratch, 'calls');
    const names = tracedCalls.map((call) => `?${call}`).join();
    const root = this.#copy();
    const wrap = [strace, '-f', '--seccomp-bpf', '-qq', '-o', log, '-e', `trace=${names}`];
    await runOperation([this.operation.name, root, `${root}.log`], wrap);
    const made = readFileSync(log, 'utf8').matchAll(/^\d+ +(\w+)\(/gm);
    const counts = new Map<string, number>();
    for (const [, call = ''] of made) counts.set(call, (counts.get(call) ?? 0) + 1);
    return counts;
  }

  /** No room from a step on; then there is. */
  full(points: number): Promise<Row> {
    return this.#refused('full disk', points, fullFrom, (error) => {
      const wanted = 'full' in this.operation ? this.operation.full : 'STORAGE_FULL';
      if (error.code !== wanted) return `a full disk is told as ${error.code}: ${error.message}`;
      return /[Ff]ree some space/.test(error.next) ? undefined : `it does not say what to do: ${error.next}`;
    });
  }

  failing(points: number): Promise<Row> {
    return this.#refused('failing disk', points, failingAt, (error) =>
      error.code === 'INTERNAL' ? `a failing disk is told as ${error.message}` : undefined,
    );
  }

  async #refused(
    fault: string,
    points: number,
    at: typeof fullFrom,
    complaint: (error: ChatReidError) => string | undefined,
  ): Promise<Row> {
    const numbers = spread(
      Array.from({ length: this.steps }, (_, i) => i + 1),
      points,
    );
    const left: Left[] = [];
    const failures: string[] = [];
    for (const number of numbers) {
      const root = this.#copy();
      const promised: string[] = [];
      let what = '';
      const refuse = at(number);
      const before = (step: Step) => {
        if (step.number === number) what = step.what;
        refuse(step);
      };
      const run = () => this.operation.run(root, (promise) => promised.push(promise));
      const error = await watched(root, before, run).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      const where = `${fault} at step ${number}, ${what}`;
      if (error !== undefined) {
        // As every command does with what it is thrown.
        const why = complaint(asChatReidError(error, this.operation.name));
        if (why !== undefined) failures.push(`${where}: ${why}`);
      }
      left.push({ root, promised, at: where });
    }
    const row = await this.#row(fault, left);
    return { ...row, failures: [...failures, ...row.failures] };
  }

  async #row(fault: string, left: readonly Left[]): Promise<Row> {
    const is = new Invariants();
    const failures: string[] = [];
    for (const one of left) {
      await this.#check(one, is).catch((error: unknown) => {
        failures.push(`${one.at}: ${error instanceof Error ? error.message : String(error)}`);
      });
      rmSync(one.root, { recursive: true, force: true });
    }
    const { name } = this.operation;
    return { operation: name, fault, steps: this.steps, faults: left.length, checked: is.checked, failures };
  }

  async #check({ root, promised }: Left, is: Invariants): Promise<void> {
    if (!this.operation.mends) await checkHome(join(root, 'home'), is);
    await this.operation.kept?.(root, promised);
    is.checked++;
    await this.operation.run(root, () => undefined);
    await checkHome(join(root, 'home'), is);
    const state = await this.operation.state(root);
    is.holds(
      isDeepStrictEqual(state, this.expected),
      () =>
        `done again it ends otherwise:\n${JSON.stringify(state)}\ninstead of\n${JSON.stringify(this.expected)}`,
    );
  }

  #copy(): string {
    const root = join(this.scratch, `run-${this.#folders.length}`);
    this.#folders.push(root);
    copyTree(this.before, root);
    return root;
  }
}

/** As many as asked for, evenly, the first and the last among them. */
export function spread<Item>(items: readonly Item[], points: number): Item[] {
  if (items.length <= points) return [...items];
  const step = (items.length - 1) / Math.max(1, points - 1);
  return Array.from({ length: points }, (_, at) => items[Math.round(at * step)] as Item);
}

/** Of everything but SQLite's shared memory, which the next process makes anew. */
function fingerprint(root: string, promised: number): string {
  const hash = createHash('sha256').update(String(promised));
  for (const path of filesBelow(root)) {
    hash.update(`\n${path}\n`);
    if (!path.endsWith('-shm')) hash.update(readFileSync(path));
  }
  return hash.digest('hex');
}

const script = fileURLToPath(new URL('./operation-process.ts', import.meta.url));

async function runOperation(
  args: readonly string[],
  wrap: readonly string[],
): Promise<{ readonly status: number | string | null }> {
  const [command = '', ...rest] = [...wrap, process.execPath, '--import', 'tsx', script, ...args];
  // One thread for files, so that they come in one order.
  const env = { ...process.env, UV_THREADPOOL_SIZE: '1' };
  const child = spawn(command, rest, { stdio: ['ignore', 'ignore', 'pipe'], env });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const status = await new Promise<number | string | null>((resolve) => {
    child.on('close', (code, signal) => resolve(signal ?? code));
  });
  // strace ends as what it watches ended.
  if (status !== 0 && status !== 'SIGKILL' && status !== 137)
    throw new Error(`${args[0]}: ${status} ${said}`);
  return { status: status === 137 ? 'SIGKILL' : status };
}

/** What is promised goes where the parent reads it, before anything else happens. */
export function sayInto(log: string): (promise: string) => void {
  return (promise) => appendFileSync(log, `${promise}\n`);
}
