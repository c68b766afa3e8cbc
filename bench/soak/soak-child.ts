/** One life of the bot: started, told where to die, and what became of it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const script = fileURLToPath(new URL('soak-bot.ts', import.meta.url));

export class SoakChild {
  readonly #child: ChildProcess;
  readonly #loaded: Promise<unknown>;
  readonly exited: Promise<readonly [number | null, NodeJS.Signals | null]>;
  #output = '';
  #ended = false;

  constructor(config: string, env: NodeJS.ProcessEnv) {
    const child = spawn(process.execPath, ['--import', tsx, script, config], {
      env,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#child = child;
    this.#loaded = once(child, 'message');
    this.#loaded.catch(() => undefined);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (bytes: Buffer) => {
        this.#output = (this.#output + bytes.toString()).slice(-100_000);
      });
    }
    this.exited = once(child, 'exit').then(([code, signal]) => {
      this.#ended = true;
      return [code as number | null, signal as NodeJS.Signals | null] as const;
    });
  }

  /** The last of its log. */
  get output(): string {
    return this.#output;
  }

  get ended(): boolean {
    return this.#ended;
  }

  get ready(): boolean {
    return this.#output.includes('"event":"ready"');
  }

  /** @param dieAt number of the write at which it kills itself, two a write; 0: it does not */
  async go(dieAt: number): Promise<void> {
    await Promise.race([this.#loaded, this.exited]);
    if (!this.#ended) this.#child.send(dieAt);
  }

  kill(signal: 'SIGKILL' | 'SIGTERM'): void {
    this.#child.kill(signal);
  }
}
