/** Asking a busy or failing server again: when, how often, and how long at most. */
import { setTimeout as sleep } from 'node:timers/promises';
import { APIConnectionError, APIError } from 'openai';
import { ChatReidError } from '../../foundation/error.ts';
import { cancellationError } from '../call/cancellation.ts';
import { busyError, isBrokenConnection, type RemoteContext, redact, remoteError } from './remote-errors.ts';

export interface RetryRules {
  /** Attempts after the first. */
  readonly retries: number;
  /** Wait before the second attempt where the server names none, in ms; doubled each time, give or take a quarter. */
  readonly delayMs: number;
  /** Longest wait that is obeyed, in ms: a server that asks for more is an error at once, so that nobody waits in the dark. */
  readonly maxWaitMs: number;
}

/**
 * 429, 5xx and broken connections are tried again, everything else is final. The client library's own retries are off:
 * they obey any Retry-After, however long, and cannot be cancelled while they wait.
 *
 * @param mayRetry asked before each further attempt, e.g. false once part of a reply has been read
 * @throws ChatReidError
 */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  rules: RetryRules,
  context: RemoteContext,
  signal: AbortSignal,
  mayRetry: () => boolean = () => true,
): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (signal.aborted) throw cancellationError(signal.reason);
      if (!isTransient(error) || tries >= rules.retries || !mayRetry()) throw remoteError(error, context);
      const asked = askedWaitMs(error);
      if (asked !== undefined && asked > rules.maxWaitMs) {
        throw busyError(context.server, redact((error as Error).message, context.secrets), asked / 1000);
      }
      const own = rules.delayMs * 2 ** tries * (0.75 + Math.random() / 2);
      try {
        await sleep(asked ?? Math.min(own, rules.maxWaitMs), undefined, { signal });
      } catch {
        throw cancellationError(signal.reason);
      }
    }
  }
}

function isTransient(error: unknown): boolean {
  if (error instanceof APIConnectionError) return true;
  if (error instanceof APIError && typeof error.status === 'number') {
    return error.status === 408 || error.status === 429 || error.status >= 500;
  }
  return isBrokenConnection(error) || (error instanceof ChatReidError && error.code === 'REMOTE_UNREACHABLE');
}

/** Retry-After in seconds or as a date; milliseconds from now. */
function askedWaitMs(error: unknown): number | undefined {
  const header = error instanceof APIError ? error.headers?.get('retry-after') : undefined;
  if (!header) return undefined;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}
