/** Events over HTTP: requests that are signed, with the headers of a retry; the answer's status is the acknowledgement. */
import { createHmac } from 'node:crypto';
import type { Delivery, Parcel, Transport } from './courier.ts';
import { isObject, type Json, type JsonObject } from './json.ts';

export class HttpTransport implements Transport {
  readonly over = 'http';

  /** @param url the app's request address: `http://127.0.0.1:3000/slack/events` */
  constructor(
    readonly url: string,
    private readonly signingSecret: string,
  ) {}

  async send(delivery: Delivery, deadlineMs: number, signal: AbortSignal): Promise<string | undefined> {
    const started = performance.now();
    const { parcel, attempt, retryReason } = delivery;
    const retry = attempt > 0 && parcel.kind === 'events_api';
    try {
      const response = await this.post(encode(parcel), {
        headers: retry
          ? { 'x-slack-retry-num': String(attempt), 'x-slack-retry-reason': `http_${retryReason}` }
          : {},
        signal: AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]),
      });
      delivery.status = response.status;
      const body = await response.text();
      if (response.status !== 200)
        return response.headers.get('x-slack-no-retry') === '1' ? undefined : 'error';
      delivery.ackMs = performance.now() - started;
      if (body !== '') delivery.answer = readAnswer(body);
      return undefined;
    } catch {
      return 'timeout';
    }
  }

  /** A signed request; a test may forge it. */
  async post(
    { type, body }: { readonly type: string; readonly body: string },
    {
      headers = {},
      signal = null,
      at = Math.floor(Date.now() / 1000),
      secret = this.signingSecret,
    }: {
      readonly headers?: Readonly<Record<string, string>>;
      readonly signal?: AbortSignal | null;
      /** Seconds. */
      readonly at?: number;
      readonly secret?: string;
    } = {},
  ): Promise<Response> {
    return fetch(this.url, {
      method: 'POST',
      headers: {
        'content-type': type,
        'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
        'x-slack-request-timestamp': String(at),
        'x-slack-signature': signature(secret, at, body),
        ...headers,
      },
      body,
      signal,
    });
  }

  /** The handshake when an address is entered at api.slack.com. @returns what the app answered */
  async verify(): Promise<string> {
    const body = JSON.stringify({
      token: 'verification-token',
      challenge: 'challenge-42',
      type: 'url_verification',
    });
    const response = await this.post({ type: 'application/json', body });
    const answer: unknown = await response.json();
    return isObject(answer) ? String(answer.challenge) : '';
  }
}

export function signature(secret: string, at: number, body: string): string {
  return `v0=${createHmac('sha256', secret).update(`v0:${at}:${body}`).digest('hex')}`;
}

function encode({ kind, body }: Parcel): { type: string; body: string } {
  if (kind === 'events_api') return { type: 'application/json', body: JSON.stringify(body) };
  const fields = kind === 'interactive' ? { payload: JSON.stringify(body) } : stringsOf(body);
  return { type: 'application/x-www-form-urlencoded', body: new URLSearchParams(fields).toString() };
}

function stringsOf(body: JsonObject): Record<string, string> {
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, String(value)]));
}

function readAnswer(body: string): Json {
  try {
    return JSON.parse(body) as Json;
  } catch {
    return { text: body };
  }
}
