/** What goes wrong by script: the next calls of a route are limited, fail, or lose their answer. */
export type Fault =
  /** 429: seconds to wait, for this route or for the whole bot. */
  | { readonly rateLimited: number; readonly global?: boolean }
  /** 5xx; `done`: after the work was done. */
  | { readonly status: number; readonly done?: boolean }
  /** The connection breaks before or after the work was done; `reset`: by a reset, which discord.js tries again by itself. */
  | { readonly drop: 'before' | 'after'; readonly reset?: boolean }
  /** A refusal in Discord's words. */
  | { readonly refuse: { readonly status: number; readonly code: number; readonly message: string } }
  /** Milliseconds until it is answered. */
  | { readonly delay: number };

/** Names of routes; `*` is any. */
export type RouteName =
  | '*'
  | 'gateway'
  | 'users'
  | 'application'
  | 'commands'
  | 'callback'
  | 'original'
  | 'followup'
  | 'message.create'
  | 'message.edit'
  | 'message.delete'
  | 'message.read'
  | 'thread.create'
  | 'channel'
  | 'typing'
  | 'guild'
  | 'attachment';

export class Faults {
  #planned: { route: RouteName; fault: Fault }[] = [];
  /** Faults that happened. */
  readonly happened: { readonly route: RouteName; readonly fault: Fault }[] = [];

  /** The next calls of a route; faults of one route come in the order in which they were planned. */
  next(route: RouteName, fault: Fault, times = 1): void {
    for (let i = 0; i < times; i += 1) this.#planned.push({ route, fault });
  }

  get waiting(): number {
    return this.#planned.length;
  }

  take(route: RouteName): Fault | undefined {
    const at = this.#planned.findIndex((planned) => planned.route === route || planned.route === '*');
    if (at < 0) return undefined;
    const [taken] = this.#planned.splice(at, 1);
    this.happened.push(taken!);
    return taken!.fault;
  }

  clear(): void {
    this.#planned = [];
  }
}
