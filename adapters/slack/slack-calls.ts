/** Calls of Slack's Web API: at Slack's pace, tried again where that is safe, refused with a sentence. */
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { webApi } from '@slack/bolt';
import { LRUCache } from 'lru-cache';
import { Turnstile } from '../../src/foundation/turnstile.ts';
import type { SlackLimits } from './limits.ts';
import { type MethodName, methods } from './methods.ts';
import { quietLogger } from './quiet-logger.ts';
import { failureOf, slackError } from './slack-error.ts';

export interface CallOptions {
  /** Posts into one channel are one a second. */
  readonly channel?: string;
  /** Doing it twice is no harm. A post whose answer was lost must be looked for instead. Default true. */
  readonly repeatable?: boolean;
  /** Tries in all; by default those of the limits. */
  readonly tries?: number;
}

/** What Slack answered; to be checked where it is read. */
export type Answered = Readonly<Record<string, unknown>>;

export class SlackCalls {
  readonly client: webApi.WebClient;
  readonly #methods = new Map<MethodName, Turnstile>();
  /** Of the channels that were posted into last. */
  readonly #channels = new LRUCache<string, Turnstile>({ max: 10_000 });
  /** Until when Slack wants no calls of a method, by the clock of `performance`. */
  readonly #pauses = new Map<MethodName, number>();
  readonly #stopping = new AbortController();

  constructor(
    botToken: string,
    private readonly limits: SlackLimits,
    apiUrl: string | undefined,
  ) {
    setMaxListeners(0, this.#stopping.signal);
    this.client = new webApi.WebClient(botToken, clientOptions(limits, apiUrl));
  }

  /**
   * @throws ChatReidError PLATFORM_REFUSED: the sentence names the scope, the token or the channel; PLATFORM_BUSY: Slack wants to
   *   be left alone for longer than we wait; PLATFORM_UNREACHABLE: no answer, so that it may be done or not; CANCELLED
   */
  async call(
    method: MethodName,
    args: Readonly<Record<string, unknown>>,
    { channel, repeatable = true, tries = this.limits.tries }: CallOptions = {},
  ): Promise<Answered> {
    for (let tried = 1; ; tried++) {
      try {
        await this.#rested(method);
        const answer = await this.#paced(method, channel, () => this.client.apiCall(method, { ...args }));
        return answer as Answered & typeof answer;
      } catch (error) {
        const failure = failureOf(error);
        const again =
          tried < tries && (failure.kind === 'busy' || (failure.kind === 'unknown' && repeatable));
        const waitMs = failure.kind === 'busy' ? failure.waitMs : this.limits.retryMs * 2 ** (tried - 1);
        if (!again || waitMs > this.limits.patienceMs || this.#stopping.signal.aborted) {
          throw slackError(error, method);
        }
        if (failure.kind === 'busy') this.#pauses.set(method, performance.now() + waitMs);
        await this.#sleep(waitMs, method);
      }
    }
  }

  /** Whatever waits for another try fails now. */
  stop(): void {
    this.#stopping.abort();
  }

  async #rested(method: MethodName): Promise<void> {
    const waitMs = (this.#pauses.get(method) ?? 0) - performance.now();
    if (waitMs > 0) await this.#sleep(waitMs, method);
  }

  async #sleep(ms: number, method: MethodName): Promise<void> {
    const { signal } = this.#stopping;
    await sleep(ms, undefined, { signal }).catch((error: unknown) => {
      throw slackError(error, method);
    });
  }

  #paced<T>(method: MethodName, channel: string | undefined, call: () => Promise<T>): Promise<T> {
    const ofMethod = this.#method(method);
    const tiered = () => ofMethod.run(call);
    return channel === undefined ? tiered() : this.#channel(channel).run(tiered);
  }

  #channel(channel: string): Turnstile {
    const known = this.#channels.get(channel);
    if (known) return known;
    const turnstile = new Turnstile({ atOnce: 1, betweenMs: this.limits.betweenPostsMs });
    this.#channels.set(channel, turnstile);
    return turnstile;
  }

  #method(method: MethodName): Turnstile {
    const known = this.#methods.get(method);
    if (known) return known;
    const perMinute = Math.max(1, Math.floor(methods[method].perMinute * this.limits.tierFactor));
    const turnstile = new Turnstile({ perMinute });
    this.#methods.set(method, turnstile);
    return turnstile;
  }
}

/** One try, and no waiting of its own: two that retry would fight, and a post whose answer was lost would be there twice. */
export function clientOptions(limits: SlackLimits, apiUrl: string | undefined): webApi.WebClientOptions {
  return {
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: limits.callMs,
    logger: quietLogger(),
    ...(apiUrl === undefined ? {} : { slackApiUrl: apiUrl }),
  };
}
