/** Ending work early: the caller's signal, a time limit, a closed engine, and the error that each becomes. */
import { setMaxListeners } from 'node:events';
import { ChatReidError } from '../../foundation/error.ts';

/** What an aborted signal means to the caller: a time limit (AbortSignal.timeout) is ENGINE_TIMEOUT, all else CANCELLED. */
export function cancellationError(reason: unknown): ChatReidError {
  if (reason instanceof ChatReidError) return reason;
  if (reason instanceof Error && reason.name === 'TimeoutError') {
    return new ChatReidError(
      'ENGINE_TIMEOUT',
      'The model did not answer in time.',
      'Ask again; if it happens often, ask about fewer candidates, use a smaller model or allow more time.',
      reason,
    );
  }
  return new ChatReidError('CANCELLED', 'The question was cancelled.', 'Ask again when you are ready.');
}

export function closedError(): ChatReidError {
  return new ChatReidError('ENGINE_CLOSED', 'The model has been shut down.', 'Start the program again.');
}

/** @throws ChatReidError CANCELLED or ENGINE_TIMEOUT when the signal has been aborted. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw cancellationError(signal.reason);
}

/**
 * A signal of one's own that also follows the caller's and a time limit. `release` ends both ties: the caller's signal
 * may live as long as the program, so listeners must not pile up on it.
 */
export class LinkedAbort {
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal | undefined;
  readonly #follow: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(outer: AbortSignal | undefined, timeoutMs?: number) {
    this.#outer = outer;
    // A search asks a hundred questions under one signal; each takes its listener away again.
    setMaxListeners(0, this.signal, ...(outer ? [outer] : []));
    this.#follow = () => this.#controller.abort(outer?.reason);
    if (outer?.aborted) this.#follow();
    else outer?.addEventListener('abort', this.#follow, { once: true });
    if (timeoutMs !== undefined) this.restartTimer(timeoutMs);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The limit counts from now again: for streams, where each piece shows that the other side lives. */
  restartTimer(timeoutMs: number): void {
    clearTimeout(this.#timer);
    const late = () => this.abort(new DOMException(`over ${timeoutMs} ms`, 'TimeoutError'));
    this.#timer = setTimeout(late, timeoutMs);
  }

  abort(reason?: unknown): void {
    this.#controller.abort(reason);
  }

  release(): void {
    clearTimeout(this.#timer);
    this.#outer?.removeEventListener('abort', this.#follow);
  }
}
