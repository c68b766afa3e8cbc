/** What the child has loaded: the state of the folder's two models, over the lives of several children. */
import { ChatReidError } from '../../foundation/error.ts';
import type { EncoderDescription } from '../encoder.ts';
import type { EngineDescription } from '../engine.ts';
import type { FromChild, Side } from './protocol.ts';
import { modelChangedError } from './supervisor-errors.ts';

export type Description = EngineDescription | EncoderDescription;

interface Load {
  state: 'cold' | 'loading' | 'ready';
  /** Of the message that asked for it. */
  id: number;
  timer: NodeJS.Timeout | undefined;
  /** Children in a row that died over it. */
  crashes: number;
  description: Description | undefined;
}

export type LoadOutcome = { readonly side: Side } & (
  | { readonly description: Description }
  | { readonly error: ChatReidError; readonly unusable: boolean }
);

const sides = ['engine', 'encoder'] as const;

export class ModelLoads {
  readonly #loads: Readonly<Record<Side, Load>> = { engine: cold(), encoder: cold() };
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Known since the first load; a restart does not change it. */
  description(side: Side): Description | undefined {
    return this.#loads[side].description;
  }

  isCold(side: Side): boolean {
    return this.#loads[side].state === 'cold';
  }

  isReady(side: Side): boolean {
    return this.#loads[side].state === 'ready';
  }

  get busy(): boolean {
    return sides.some((side) => this.#loads[side].state === 'loading');
  }

  begin(side: Side, id: number, timeoutMs: number, late: () => void): void {
    const load = this.#loads[side];
    Object.assign(load, { state: 'loading', id, timer: setTimeout(late, timeoutMs) });
  }

  /** @returns nothing when the message answers something else */
  end(message: Exclude<FromChild, { type: 'chunk' }>): LoadOutcome | undefined {
    const side = sides.find(
      (name) => this.#loads[name].state === 'loading' && this.#loads[name].id === message.id,
    );
    if (!side) return undefined;
    const load = this.#loads[side];
    clearTimeout(load.timer);
    load.crashes = 0;
    load.state = 'cold';
    if (message.type === 'failed') {
      return { side, error: ChatReidError.from(message.error), unusable: false };
    }
    const description = message.value as Description;
    if (load.description && stamp(load.description) !== stamp(description)) {
      // What callers computed before carries the old stamp; the new model's numbers must not be mixed into it.
      return { side, error: modelChangedError(this.#folder), unusable: true };
    }
    load.state = 'ready';
    load.description = description;
    return { side, description };
  }

  /**
   * The child is gone.
   *
   * @param ours it was killed on purpose, so its end says nothing of the models
   * @returns the models over which two children in a row have died
   */
  lost(ours: boolean): Side[] {
    return sides.filter((side) => {
      const load = this.#loads[side];
      const guilty = load.state === 'loading' && !ours;
      clearTimeout(load.timer);
      load.state = 'cold';
      if (guilty) load.crashes++;
      if (load.crashes < 2) return false;
      load.crashes = 0;
      return true;
    });
  }
}

function cold(): Load {
  return { state: 'cold', id: 0, timer: undefined, crashes: 0, description: undefined };
}

function stamp(description: Description): string {
  return 'checksum' in description ? description.checksum : description.space;
}
