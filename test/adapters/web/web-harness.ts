/** The web chat over the stand-ins: as a function of requests, and as a server. */
import { webLimits, type WebLimits } from '../../../adapters/web/limits.ts';
import { Running } from '../../../adapters/web/running.ts';
import { TalkEvents } from '../../../adapters/web/talk-events.ts';
import { type Refusal, Refusals } from '../../../adapters/refusal.ts';
import { webApp, type WebAppParts } from '../../../adapters/web/web-app.ts';
import type { WebToken } from '../../../adapters/web/web-user.ts';
import type { Act } from '../../../src/conversation/act.ts';
import { StandInConversations } from './stand-in-conversations.ts';
import { StandInGalleries } from './stand-in-galleries.ts';

export const talk = '11111111-2222-4333-8444-555555555555';

export interface Sent {
  readonly id?: string;
  readonly text?: string;
  readonly acts?: readonly Act[] | string;
  readonly pictures?: readonly { readonly name: string; readonly bytes: Uint8Array }[];
}

export class WebHarness {
  readonly conversations = new StandInConversations();
  readonly galleries = new StandInGalleries();
  readonly #stopping = new AbortController();
  readonly #app;

  readonly refused: Refusal[] = [];

  constructor(
    options: {
      host?: string;
      token?: string;
      tokens?: readonly WebToken[];
      limits?: Partial<WebLimits>;
      mayOpen?: WebAppParts['mayOpen'];
    } = {},
  ) {
    const { host = '127.0.0.1', token, tokens = token ? [{ secret: token }] : [], limits, mayOpen } = options;
    this.#app = webApp({
      conversations: this.conversations,
      galleries: this.galleries,
      events: new TalkEvents(),
      limits: { ...webLimits, ...limits },
      timeZone: 'Europe/Berlin',
      now: () => new Date(),
      host,
      running: new Running(),
      stopping: this.#stopping.signal,
      tokens,
      refusals: new Refusals('web', (refusal) => void this.refused.push(refusal)),
      ...(mayOpen ? { mayOpen } : {}),
    });
  }

  async request(path: string, { headers, ...init }: RequestInit = {}): Promise<Response> {
    const all = { host: '127.0.0.1:8765', 'x-chatreid': '1', ...(headers as Record<string, string>) };
    // A header that is '' is one that is not sent.
    const sent = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
    return this.#app.request(`http://127.0.0.1:8765${path}`, { ...init, headers: sent });
  }

  /** @returns headers of whoever signed in with it */
  async signedIn(secret: string): Promise<{ readonly cookie: string }> {
    const body = JSON.stringify({ token: secret });
    const response = await this.request('/api/sign-in', { method: 'POST', body });
    return { cookie: response.headers.get('set-cookie')?.split(';')[0] ?? '' };
  }

  async say(sent: Sent, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    return this.request(`/api/talks/${talk}/messages`, { method: 'POST', body: formOf(sent), headers });
  }

  /** Reads events until `until` says that it has enough. */
  async events(
    until: (kinds: readonly string[]) => boolean,
    lastId = '',
    more: Readonly<Record<string, string>> = {},
  ): Promise<SentEvent[]> {
    const response = await this.request(`/api/talks/${talk}/events`, {
      headers: { 'last-event-id': lastId, ...more },
    });
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    const events: SentEvent[] = [];
    let rest = '';
    while (!until(events.map(({ event }) => event))) {
      const { value, done } = await reader.read();
      if (done) break;
      const blocks = (rest + value).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) if (!block.startsWith(':')) events.push(parseEvent(block));
    }
    await reader.cancel();
    return events;
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    await this.conversations.close();
  }
}

export interface SentEvent {
  readonly event: string;
  readonly id: string;
  readonly data: string;
}

function parseEvent(block: string): SentEvent {
  const fields = Object.fromEntries(
    block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
  );
  return { event: fields.event ?? '', id: fields.id ?? '', data: fields.data ?? '' };
}

export function formOf({ id = crypto.randomUUID(), text = '', acts = [], pictures = [] }: Sent): FormData {
  const form = new FormData();
  form.set('id', id);
  form.set('text', text);
  form.set('acts', typeof acts === 'string' ? acts : JSON.stringify(acts));
  for (const { name, bytes } of pictures) form.append('pictures', new Blob([new Uint8Array(bytes)]), name);
  return form;
}

export interface JsonError {
  readonly code: string;
  readonly message: string;
  readonly next: string;
}

export async function errorOf(response: Response): Promise<JsonError> {
  return (await response.json()) as JsonError;
}
