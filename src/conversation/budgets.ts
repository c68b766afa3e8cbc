/** The engine's budget: how many turns use it at once. A conversation has one turn at a time, so first come is fair. */
import Bottleneck from 'bottleneck';
import { Turnstile } from '../foundation/turnstile.ts';

export interface EngineBudget {
  /** Runs the work when it is its turn. Rejects with the signal's reason as soon as that is aborted while it waits. */
  run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T>;
  close(): Promise<void>;
}

/** Enough that the first page of one search does not wait for the language model of another. */
export const defaultTurnsAtOnce = 8;

/**
 * @param options.redisUrl where several processes share the state they share the budget too (Bottleneck's cluster mode): what
 *   a process that dies had of it comes back some seconds later
 */
export function engineBudget(
  options: { readonly atOnce?: number; readonly redisUrl?: string } = {},
): EngineBudget {
  const { atOnce = defaultTurnsAtOnce, redisUrl } = options;
  return new LineBudget(redisUrl === undefined ? ofThisProcess(atOnce) : shared(redisUrl, atOnce));
}

/** Lets so many through at once, the first that came first. */
interface Limit {
  schedule<T>(work: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Bottleneck goes by the wall clock: set back by an hour, it would let nobody through for an hour. */
function ofThisProcess(atOnce: number): Limit {
  const turnstile = new Turnstile({ atOnce });
  return { schedule: (work) => turnstile.run(work), close: async () => undefined };
}

async function shared(url: string, atOnce: number): Promise<Limit> {
  const { Redis } = await import('ioredis');
  const connection = new Bottleneck.IORedisConnection({ client: new Redis(url) });
  const limiter = new Bottleneck({
    id: 'chatreid-engine',
    maxConcurrent: atOnce,
    connection,
    clearDatastore: false,
    // Of a process that died.
    clientTimeout: 20_000,
    timeout: 3_600_000,
  });
  // An event that nobody listens to would end the process; what cannot be scheduled is told to who asked for it.
  connection.on('error', () => undefined);
  limiter.on('error', () => undefined);
  return {
    schedule: (work) => limiter.schedule(work),
    close: async () => {
      await limiter.disconnect();
      await connection.disconnect();
    },
  };
}

class LineBudget implements EngineBudget {
  readonly #limit: Promise<Limit>;

  constructor(limit: Limit | Promise<Limit>) {
    this.#limit = Promise.resolve(limit);
    // Told to whoever runs something.
    this.#limit.catch(() => undefined);
  }

  async run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const limit = await this.#limit;
    signal.throwIfAborted();
    let begun = false;
    const scheduled = limit.schedule(async () => {
      // Its place in the line was kept; who waited there is gone.
      signal.throwIfAborted();
      begun = true;
      return work();
    });
    return new Promise<T>((resolve, reject) => {
      const leave = () => {
        if (!begun) reject(signal.reason);
      };
      const end = () => signal.removeEventListener('abort', leave);
      signal.addEventListener('abort', leave, { once: true });
      scheduled.then(
        (value) => {
          end();
          resolve(value);
        },
        (error: unknown) => {
          end();
          reject(error);
        },
      );
    });
  }

  async close(): Promise<void> {
    await (await this.#limit).close();
  }
}
