/** Which platforms are up: what `/readyz` answers and the gauge of connected adapters shows. */
import type { Adapter } from '../../../adapters/adapter.ts';

export type PlatformState = 'starting' | 'connected' | 'disconnected' | 'failed' | 'stopped';

export interface Readiness {
  /** Every platform that could be started takes messages now, and there is one. */
  readonly ready: boolean;
  readonly platforms: Readonly<Record<string, PlatformState>>;
}

export class PlatformStates {
  readonly #states = new Map<string, PlatformState>();
  readonly #adapters = new Map<string, Adapter>();

  set(platform: string, state: PlatformState): void {
    this.#states.set(platform, state);
  }

  /** From now on its adapter says whether it is connected. */
  started(platform: string, adapter: Adapter): void {
    this.#states.set(platform, 'connected');
    this.#adapters.set(platform, adapter);
  }

  connected(): ReadonlyMap<string, boolean> {
    return new Map([...this.#now()].map(([name, state]) => [name, state === 'connected']));
  }

  readiness(): Readiness {
    const now = this.#now();
    const wanted = [...now.values()].filter((state) => state !== 'failed');
    return {
      ready: wanted.length > 0 && wanted.every((state) => state === 'connected'),
      platforms: Object.fromEntries(now),
    };
  }

  #now(): ReadonlyMap<string, PlatformState> {
    return new Map(
      [...this.#states].map(([name, state]) => {
        const lost = state === 'connected' && this.#adapters.get(name)?.connected === false;
        return [name, lost ? 'disconnected' : state];
      }),
    );
  }
}
