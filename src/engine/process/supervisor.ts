/** Keeps one child alive for the work that is asked of it: starts, loads, dispatches, cancels, restarts, retries once. */
import { asChatReidError, ChatReidError } from '../../foundation/error.ts';
import type { EngineStats } from '../engine.ts';
import { cancellationError, closedError, throwIfAborted } from '../call/cancellation.ts';
import { ChildHandle } from './child-handle.ts';
import { type LoadOutcome, ModelLoads } from './model-loads.ts';
import {
  type FromChild,
  type HostOptions,
  type Kind,
  type Side,
  sideOf,
  type WorkOf,
  type WorkResult,
} from './protocol.ts';
import { RunningStats } from '../call/running-stats.ts';
import { crashedError, cutOffError, slowStartError } from './supervisor-errors.ts';
import { type Lane, TaskQueue } from './task-queue.ts';

export interface SupervisorOptions {
  readonly host: HostOptions;
  readonly module: string | undefined;
  readonly heapMb: number | undefined;
  /** From the start of the child, or the wish for its second model, to a loaded model. */
  readonly startTimeoutMs: number;
  /**
   * How long cancelled work may go on before the child is killed for it. While another's reply is being produced the
   * kill waits, until nothing has come from the child for {@link replyPatience} times as long.
   */
  readonly cancelGraceMs: number;
  /** Waits before the 2nd, 3rd, ... start in a row without any work done between: this, doubled each time, at most 10 s. */
  readonly backoffMs: number;
}

export interface RunTaskOptions {
  readonly lane: Lane;
  readonly signal?: AbortSignal | undefined;
  onChunk?(text: string): void;
}

interface Task {
  readonly id: number;
  readonly work: WorkOf<Kind>;
  readonly lane: Lane;
  readonly side: Side;
  readonly onChunk: ((text: string) => void) | undefined;
  /** Ends the caller's wait, once; later calls do nothing. */
  settle(outcome: { readonly value: WorkResult[Kind] } | { readonly error: unknown }): void;
  crashes: number;
  chars: number;
  settled: boolean;
  grace: NodeJS.Timeout | undefined;
  /** Cancelled, and still going on after its grace. */
  overdue: boolean;
}

const maxBackoffMs = 10_000;
const leavePatienceMs = 2000;
const replyPatience = 6;
const overdueEveryMs = 500;
const describing: Readonly<Record<Side, WorkOf<'describe'> | WorkOf<'describeEncoder'>>> = {
  engine: { kind: 'describe' },
  encoder: { kind: 'describeEncoder' },
};

export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #queue = new TaskQueue<Task>();
  readonly #sent = new Map<number, Task>();
  readonly #loads: ModelLoads;
  readonly #stats = new RunningStats();
  #child: ChildHandle | undefined;
  #starts = 0;
  /** When the child last said something, on the clock of `performance`. */
  #heard = 0;
  #nextId = 1;
  /** The kill was ours: it says nothing against the work that was under way beside. */
  #killing = false;
  /** Children in a row that died before they had finished any work. */
  #failures = 0;
  #backoff: NodeJS.Timeout | undefined;
  #pumping = false;
  #closed: Promise<void> | undefined;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#loads = new ModelLoads(options.host.model);
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Whether the child has what the language model computed, or may have it soon. */
  get hasEngine(): boolean {
    return this.#child !== undefined && !this.#loads.isCold('engine');
  }

  stats(): EngineStats {
    return this.#stats.total(Math.max(0, this.#starts - 1));
  }

  async run<K extends Kind>(work: WorkOf<K>, options: RunTaskOptions): Promise<WorkResult[K]> {
    const { signal, lane, onChunk } = options;
    throwIfAborted(signal);
    if (this.#closed) throw closedError();
    const side = sideOf(work.kind);
    const description = isDescribing(work.kind) ? this.#loads.description(side) : undefined;
    if (description) return description as WorkResult[K];

    return new Promise<WorkResult[K]>((resolve, reject) => {
      const task: Task = {
        id: this.#nextId++,
        work,
        lane,
        side,
        onChunk,
        crashes: 0,
        chars: 0,
        settled: false,
        grace: undefined,
        overdue: false,
        settle: (outcome) => {
          if (task.settled) return;
          task.settled = true;
          signal?.removeEventListener('abort', onAbort);
          if ('value' in outcome) resolve(outcome.value as WorkResult[K]);
          else reject(outcome.error);
        },
      };
      const onAbort = (): void => this.#giveUp(task, cancellationError(signal?.reason));
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#queue.add(task);
      this.#pumpSoon();
    });
  }

  /** Everything under way ends with ENGINE_CLOSED; resolves when the child is gone. */
  close(): Promise<void> {
    this.#closed ??= this.#shutDown();
    return this.#closed;
  }

  async #shutDown(): Promise<void> {
    const child = this.#child;
    const busy = this.#sent.size > 0 || this.#loads.busy;
    clearTimeout(this.#backoff);
    this.#loads.lost(true);
    for (const task of [...this.#queue.removeWhere(() => true), ...this.#sent.values()]) {
      clearTimeout(task.grace);
      task.settle({ error: closedError() });
    }
    this.#sent.clear();
    if (!child) return;
    if (busy) child.kill();
    else await child.leave(leavePatienceMs);
    await child.gone;
  }

  /** Deferred by a turn of the event loop, so that a caller whose slice is done can queue its next before others go. */
  #pumpSoon(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    setImmediate(() => {
      this.#pumping = false;
      this.#pump();
    });
  }

  #pump(): void {
    if (this.#backoff && this.#queue.waiting.length > 0) this.#backoff.ref();
    if (this.#closed || this.#killing || this.#backoff) return;
    if (this.#queue.waiting.length > 0) {
      this.#child ??= this.#start();
      // Nothing more for a child that may have to go: replies begun now would put that off for ever.
      const leaving = [...this.#sent.values()].some((task) => task.overdue);
      for (const side of new Set(this.#queue.waiting.map((task) => task.side))) this.#load(side);
      const ready = (side: Side): boolean => this.#loads.isReady(side);
      while (!leaving) {
        const task = this.#queue.take(this.#sent.values(), ready);
        if (!task) break;
        this.#sent.set(task.id, task);
        this.#child.give(task.id, task.work).catch((error: unknown) => {
          // What cannot be copied to another process, e.g. a function in a prompt.
          task.settle({ error: asChatReidError(error, 'sending the question to the model') });
          this.#forget(task);
        });
      }
    }
    this.#child?.hold(this.#queue.waiting.length > 0 || this.#sent.size > 0);
  }

  #start(): ChildHandle {
    this.#starts++;
    const { host, module, heapMb } = this.#options;
    return new ChildHandle({
      host,
      module,
      heapMb,
      onMessage: (message) => this.#onMessage(message),
      onGone: (how, lastWords) => this.#onGone(how, lastWords),
    });
  }

  #load(side: Side): void {
    if (!this.#loads.isCold(side)) return;
    const id = this.#nextId++;
    const { startTimeoutMs } = this.#options;
    this.#loads.begin(side, id, startTimeoutMs, () => {
      this.#failWaiting(side, slowStartError(startTimeoutMs));
      this.#kill();
    });
    void this.#child?.give(id, describing[side]);
  }

  #onMessage(message: FromChild): void {
    this.#heard = performance.now();
    if (message.type !== 'chunk' && message.stats) this.#stats.update(message.stats);
    const loaded = message.type === 'chunk' ? undefined : this.#loads.end(message);
    if (loaded) {
      this.#onLoaded(loaded);
      return;
    }
    const task = this.#sent.get(message.id);
    if (!task) return;
    if (message.type === 'chunk') {
      task.chars += message.text.length;
      if (!task.settled) task.onChunk?.(message.text);
      return;
    }
    this.#failures = 0;
    if (message.type === 'done') task.settle({ value: message.value });
    else task.settle({ error: ChatReidError.from(message.error) });
    this.#forget(task);
  }

  #onLoaded(outcome: LoadOutcome): void {
    const { side } = outcome;
    if ('error' in outcome) {
      this.#failWaiting(side, outcome.error);
      if (outcome.unusable) this.#kill();
    } else {
      const askers = this.#queue.removeWhere((task) => task.side === side && isDescribing(task.work.kind));
      for (const task of askers) task.settle({ value: outcome.description });
    }
    this.#pumpSoon();
  }

  #giveUp(task: Task, error: ChatReidError): void {
    task.settle({ error });
    if (!this.#sent.has(task.id)) {
      this.#queue.remove(task);
      this.#pumpSoon();
    } else if (this.#child?.cancel(task.id)) {
      task.grace = setTimeout(() => this.#onOverdue(task), this.#options.cancelGraceMs);
    } else {
      this.#forget(task);
    }
  }

  /** A reply that has begun cannot be begun anew, so whoever reads it must not pay for another's cancelled question. */
  #onOverdue(task: Task): void {
    const { cancelGraceMs } = this.#options;
    const reading = [...this.#sent.values()].some(({ settled, chars }) => !settled && chars > 0);
    if (!reading || performance.now() - this.#heard > replyPatience * cancelGraceMs) {
      this.#kill();
      return;
    }
    task.overdue = true;
    task.grace = setTimeout(() => this.#onOverdue(task), Math.min(cancelGraceMs, overdueEveryMs));
  }

  #forget(task: Task): void {
    clearTimeout(task.grace);
    this.#sent.delete(task.id);
    this.#pumpSoon();
  }

  #kill(): void {
    if (!this.#child || this.#killing) return;
    this.#killing = true;
    this.#child.kill();
  }

  #onGone(how: string, lastWords: string): void {
    const ours = this.#killing;
    this.#killing = false;
    this.#child = undefined;
    this.#stats.bank();
    if (this.#closed) return;
    if (!ours) this.#failures++;
    for (const side of this.#loads.lost(ours)) {
      this.#failWaiting(side, crashedError('while it opened the model', how, lastWords));
    }
    // Put back in reverse, so that the first asked is the first again.
    for (const task of [...this.#sent.values()].reverse()) {
      clearTimeout(task.grace);
      if (task.settled) continue;
      if (!ours) task.crashes++;
      if (task.chars > 0) {
        const when = `after ${task.chars} characters of the reply`;
        task.settle({ error: ours ? cutOffError(when) : crashedError(when, how, lastWords) });
      } else if (task.crashes >= 2) {
        task.settle({ error: crashedError('twice over this question', how, lastWords) });
      } else {
        this.#queue.putBack(task);
      }
    }
    this.#sent.clear();
    this.#wait();
    this.#pumpSoon();
  }

  #wait(): void {
    if (this.#failures < 2) return;
    const delay = Math.min(this.#options.backoffMs * 2 ** (this.#failures - 2), maxBackoffMs);
    this.#backoff = setTimeout(() => {
      this.#backoff = undefined;
      this.#pump();
    }, delay);
    // With nobody waiting, a pause before a start that nobody asked for must not keep the program alive.
    if (this.#queue.waiting.length === 0) this.#backoff.unref();
  }

  #failWaiting(side: Side, error: ChatReidError): void {
    for (const task of this.#queue.removeWhere((waiting) => waiting.side === side)) task.settle({ error });
  }
}

function isDescribing(kind: Kind): boolean {
  return kind === 'describe' || kind === 'describeEncoder';
}
