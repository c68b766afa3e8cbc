/** One incarnation of the child: forked, spoken to, watched until it is gone. */
import { type ChildProcess, fork } from 'node:child_process';
import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { splitPictures } from './picture-pieces.ts';
import type { FromChild, HostOptions, ToChild, Work } from './protocol.ts';

export interface ChildHandleOptions {
  readonly host: HostOptions;
  readonly module: string | undefined;
  /** V8 heap of the child in megabytes; tensors live outside of it. */
  readonly heapMb: number | undefined;
  onMessage(message: FromChild): void;
  /** Called once, whichever way it went. `how` is a phrase such as `signal SIGKILL`; `lastWords` the end of its stderr. */
  onGone(how: string, lastWords: string): void;
}

/** How much of the child's stderr is kept for the error message. */
const tailChars = 2000;
const stderrPatienceMs = 500;
const disconnectPatienceMs = 1000;

export class ChildHandle {
  readonly #process: ChildProcess;
  readonly #given = new Set<number>();
  #tail = '';
  #gone = false;
  readonly gone: Promise<void>;

  constructor(options: ChildHandleOptions) {
    const typescript = import.meta.url.endsWith('.ts');
    const loader = typescript ? ['--import', tsxLoader()] : [];
    const heap = options.heapMb === undefined ? [] : [`--max-old-space-size=${options.heapMb}`];
    this.#process = fork(fileURLToPath(new URL(typescript ? 'child.ts' : 'child.js', import.meta.url)), [], {
      serialization: 'advanced',
      execArgv: [...heap, ...loader],
      env: withoutOurs(process.env),
      // What native libraries print must not end up in the parent's own (perhaps JSON) output.
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#tail = (this.#tail + text).slice(-tailChars);
      });
      (stream as Socket | null)?.unref();
    }
    this.gone = new Promise((resolve) => {
      const leave = (how: string): void => {
        if (this.#gone) return;
        this.#gone = true;
        options.onGone(how, this.#tail.trim());
        resolve();
      };
      const ended = (code: number | null, signal: string | null): void =>
        leave(signal ? `signal ${signal}` : `exit code ${code}`);
      // 'close' comes after the last of stderr, which has the reason; but a grandchild can hold that pipe open. The timer holds the
      // event loop: nothing else may be left of a child that is gone, and somebody may be waiting for that.
      this.#process.once('exit', (code, signal) => setTimeout(ended, stderrPatienceMs, code, signal));
      this.#process.once('close', ended);
      this.#process.once('error', (error) => leave(error.message));
      // A child without its channel is of no use; but most are just exiting, and that exit tells more than a kill.
      this.#process.once('disconnect', () => setTimeout(() => this.kill(), disconnectPatienceMs).unref());
    });
    this.#process.on('message', (message) => {
      if (!this.#gone) options.onMessage(message as FromChild);
    });
    this.#send({ type: 'configure', host: options.host, module: options.module });
    this.hold(false);
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Whether the parent's event loop waits for this child. */
  hold(hold: boolean): void {
    if (hold) {
      this.#process.ref();
      this.#process.channel?.ref();
    } else {
      this.#process.unref();
      this.#process.channel?.unref();
    }
  }

  /** Large pictures go ahead piece by piece, each when the one before has left. */
  async give(id: number, work: Work): Promise<void> {
    const split = splitPictures(id, work);
    if (split.pieces.length === 0) return this.#send({ type: 'work', id, work });
    this.#given.add(id);
    for (const piece of split.pieces) {
      await new Promise<void>((resolve) => this.#send(piece, resolve));
      if (!this.#given.has(id)) return;
    }
    this.#given.delete(id);
    this.#send({ type: 'work', id, work: split.work });
  }

  /** @returns false when the work had not left whole, so that the child will not answer it. */
  cancel(id: number): boolean {
    const underWay = this.#given.delete(id);
    this.#send({ type: 'cancel', id });
    return !underWay;
  }

  kill(): void {
    if (this.#gone) return;
    this.hold(true);
    this.#process.kill('SIGKILL');
  }

  /** Lets it put its caches away; one that has not left after `patienceMs` is killed. */
  async leave(patienceMs: number): Promise<void> {
    this.hold(true);
    this.#send({ type: 'close' });
    const timer = setTimeout(() => this.kill(), patienceMs);
    await this.gone;
    clearTimeout(timer);
  }

  #send(message: ToChild, sent?: () => void): void {
    if (this.#gone || !this.#process.connected) {
      sent?.();
      return;
    }
    // A send that fails means a child that is going: its end is reported by 'close', with the reason.
    this.#process.send(message, () => sent?.());
  }
}

/** The child is told what it needs: tokens of platforms, and whatever else is ours, are not. */
function withoutOurs(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('CHATREID_')));
}

/** As an absolute address, because the working folder of the user is not that of the program. */
function tsxLoader(): string {
  return pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
}
