/** The places between two runs of a graph where cancelled work ends. */
import { ChatReidError } from '../foundation/error.ts';

/** Gives the event loop a turn, and throws when the call was cancelled or the engine closed. */
export type Checkpoint = () => Promise<void>;

/** Counts the calls under way, so that graphs are released only when nobody is inside them. */
export class OpenCalls {
  #closed = false;
  #running = 0;
  #idle: (() => void) | undefined;

  /** @throws ChatReidError ENGINE_CLOSED, CANCELLED, and what the work throws */
  async run<T>(signal: AbortSignal | undefined, work: (checkpoint: Checkpoint) => Promise<T>): Promise<T> {
    const checkpoint = this.checkpoint(signal);
    if (this.#closed || signal?.aborted) await checkpoint();
    this.#running++;
    try {
      return await work(checkpoint);
    } finally {
      this.#running--;
      if (this.#running === 0) this.#idle?.();
    }
  }

  checkpoint(signal: AbortSignal | undefined): Checkpoint {
    return async () => {
      // A turn of the event loop, in which a cancel message from another process can arrive.
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#closed) {
        throw new ChatReidError('ENGINE_CLOSED', 'The engine was closed.', 'Start it again, then ask again.');
      }
      if (signal?.aborted) {
        throw new ChatReidError(
          'CANCELLED',
          'The question was cancelled.',
          'Ask again when you are ready.',
          signal.reason,
        );
      }
    };
  }

  /** Ends the calls under way at their next checkpoint and waits for them. @returns false when closed before */
  async close(): Promise<boolean> {
    if (this.#closed) return false;
    this.#closed = true;
    if (this.#running > 0) {
      await new Promise<void>((resolve) => {
        this.#idle = resolve;
      });
    }
    return true;
  }
}
