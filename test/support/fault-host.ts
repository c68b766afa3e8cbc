/** A module for the engine's child whose faults are files in the model folder, so that a test can plan them across restarts. */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Encoder } from '../../src/engine/encoder.ts';
import type { Engine, EngineDescription, GenerateOptions, RunOptions } from '../../src/engine/engine.ts';
import type { HostModule, HostOptions } from '../../src/engine/process/protocol.ts';
import type { Prompt } from '../../src/engine/prompt.ts';
import { ChatReidError, type ErrorCode } from '../../src/foundation/error.ts';
import type { Picture } from '../../src/foundation/picture.ts';
import { FakeEncoder, FakeEngine } from './fake-engine.ts';

export interface Fault {
  readonly on: 'openEngine' | 'openEncoder' | 'score' | 'generate' | 'encode';
  /**
   * `kill`: SIGKILL, as the out-of-memory killer does. `exit`: last words on stderr, then exit code 3. `hang`: the thread
   * never comes back. `eat`: fills the heap. `refuse`: throws `code`. `nap`: blocks the thread for `ms`.
   * `change`: opens another model than before. `wait`, for `generate`: the next piece takes `ms`, the thread is free meanwhile.
   */
  readonly act: 'kill' | 'exit' | 'hang' | 'eat' | 'refuse' | 'nap' | 'change' | 'wait';
  readonly ms?: number;
  readonly code?: ErrorCode;
  /** For `generate`: pieces that are produced first. */
  readonly afterPieces?: number;
  /** Stays for the next call too. */
  readonly stays?: boolean;
}

export const faultHostUrl = import.meta.url;

export function planFaults(folder: string, faults: readonly Fault[]): void {
  mkdirSync(join(folder, 'faults'), { recursive: true });
  const first = readdirSync(join(folder, 'faults')).length;
  faults.forEach((fault, i) => {
    const name = `${String(first + i).padStart(3, '0')}.json`;
    writeFileSync(join(folder, 'faults', name), JSON.stringify(fault));
  });
}

/** What the children were asked, in order, e.g. `score 3`. */
export function callsOf(folder: string): string[] {
  const file = join(folder, 'calls.log');
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
}

export const createEngine: HostModule['createEngine'] = async (options) => {
  note(options, 'openEngine');
  const fault = take(options, 'openEngine');
  act(fault);
  return new FaultyEngine(options, fault?.act === 'change');
};

export const createEncoder: HostModule['createEncoder'] = async (options) => {
  note(options, 'openEncoder');
  act(take(options, 'openEncoder'));
  return new FaultyEncoder(options);
};

class FaultyEngine extends FakeEngine implements Engine {
  readonly #options: HostOptions;
  readonly #changed: boolean;

  constructor(options: HostOptions, changed: boolean) {
    super();
    this.#options = options;
    this.#changed = changed;
  }

  override async describe(): Promise<EngineDescription> {
    const description = await super.describe();
    return this.#changed ? { ...description, checksum: 'another' } : description;
  }

  override async score(
    prompts: readonly Prompt[],
    answers: readonly string[],
    options?: RunOptions,
  ): Promise<number[][]> {
    note(this.#options, `score ${prompts.length} ${prompts[0]?.version}`);
    act(take(this.#options, 'score'));
    return super.score(prompts, answers, options);
  }

  override async *generate(prompt: Prompt, options?: GenerateOptions): AsyncGenerator<string> {
    note(this.#options, 'generate');
    const fault = take(this.#options, 'generate');
    let left = fault?.afterPieces ?? 0;
    if (left === 0) act(fault);
    for await (const piece of super.generate(prompt, options)) {
      yield piece;
      if (--left === 0) {
        // The pieces before must have crossed to the parent for the fault to be about a reply that has begun.
        await sleep(fault?.act === 'wait' ? fault.ms : 50);
        act(fault);
      }
    }
  }
}

class FaultyEncoder extends FakeEncoder implements Encoder {
  readonly #options: HostOptions;

  constructor(options: HostOptions) {
    super();
    this.#options = options;
  }

  override async encodePictures(pictures: readonly Picture[]): Promise<(Float32Array | Error)[]> {
    note(this.#options, `encode ${pictures.length}`);
    act(take(this.#options, 'encode'));
    return super.encodePictures(pictures);
  }
}

function note(options: HostOptions, call: string): void {
  appendFileSync(join(options.model, 'calls.log'), `${call}\n`);
}

function take(options: HostOptions, on: Fault['on']): Fault | undefined {
  const folder = join(options.model, 'faults');
  if (!existsSync(folder)) return undefined;
  for (const name of readdirSync(folder).sort()) {
    const fault = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Fault;
    if (fault.on !== on) continue;
    if (!fault.stays) rmSync(join(folder, name));
    return fault;
  }
  return undefined;
}

function act(fault: Fault | undefined): void {
  switch (fault?.act) {
    case 'kill':
      process.kill(process.pid, 'SIGKILL');
      block(undefined);
      return;
    case 'exit':
      process.stderr.write('the last words of the child\n');
      process.exit(3);
      return;
    case 'hang':
      block(undefined);
      return;
    case 'nap':
      block(fault.ms);
      return;
    case 'eat': {
      const eaten: unknown[] = [];
      for (;;) eaten.push(new Array(100_000).fill(Math.random()));
    }
    case 'refuse':
      throw new ChatReidError(fault.code ?? 'INTERNAL', 'refused by plan', 'Nothing to do.');
  }
}

/** As a model run does: nothing else happens in this thread meanwhile, and no processor is used. */
function block(ms: number | undefined): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
