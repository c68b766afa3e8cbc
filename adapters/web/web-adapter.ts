/** The web chat: one page on this machine, or, with a token, on a network. */
import type { AddressInfo } from 'node:net';
import { createAdaptorServer, type ServerType } from '@hono/node-server';
import type { Conversations } from '../../src/conversation/conversations.ts';
import { asChatReidError, ChatReidError } from '../../src/foundation/error.ts';
import { systemTimeZone } from '../../src/foundation/site-time.ts';
import type { Adapter, WithdrawnPost } from '../adapter.ts';
import { Refusals, type TellRefusal } from '../refusal.ts';
import type { GalleryAccess } from './gallery-access.ts';
import { type WebLimits, webLimits } from './limits.ts';
import { isLoopback } from './loopback.ts';
import { Running } from './running.ts';
import type { MayOpen } from './talk-access.ts';
import { TalkEvents } from './talk-events.ts';
import { deliverLeftTo } from './talk-routes.ts';
import { webApp } from './web-app.ts';
import { shortestToken, tokenName, type WebToken, webPrefix } from './web-user.ts';

export interface WebOptions {
  /** 0 takes any that is free: see {@link WebAdapter.url}. */
  readonly port: number;
  /** 127.0.0.1 by default. */
  readonly host?: string;
  /** Asked of everybody who opens the page; demanded where `host` is more than this machine. At least 16 characters. */
  readonly token?: string;
  /** Of people, each of whom has their own talks. At least 16 characters each, no two the same. */
  readonly tokens?: readonly Required<WebToken>[];
  readonly galleries: GalleryAccess;
  /** Whether somebody may open a talk that is not theirs, whose link they were given. By default nobody may. */
  readonly mayOpen?: MayOpen;
  readonly limits?: Partial<WebLimits>;
  /** IANA name of the site's clock; the machine's own by default. */
  readonly timeZone?: string;
  /** When a message is received; the machine's clock by default. */
  readonly now?: () => Date;
  /** Told what went wrong beside all requests: messages of an earlier process that cannot be read now. */
  readonly onTrouble?: (error: ChatReidError) => void;
  /** Told who was turned away. */
  readonly onRefused?: TellRefusal;
}

const graceMs = 10_000;

export class WebAdapter implements Adapter {
  readonly name = 'web';
  readonly #host: string;
  readonly #tokens: readonly WebToken[];
  readonly #refusals: Refusals;
  readonly #running = new Running();
  readonly #events = new TalkEvents();
  readonly #stopping = new AbortController();
  #server: ServerType | undefined;

  /**
   * @throws ChatReidError OPTION_INVALID: an address beyond this machine without a token, a token that can be guessed, a name that
   *   is none, two people with one token
   */
  constructor(private readonly options: WebOptions) {
    const { host = '127.0.0.1', token, tokens = [] } = options;
    this.#host = host;
    this.#tokens = [...(token === undefined ? [] : [{ secret: token }]), ...tokens];
    this.#refusals = new Refusals('web', options.onRefused);
    checkTokens(host, this.#tokens);
  }

  /** `http://127.0.0.1:8765/`. @throws ChatReidError INTERNAL before {@link start} */
  get url(): string {
    const address = this.#server?.address() as AddressInfo | null | undefined;
    if (!address) throw new ChatReidError('INTERNAL', 'The web chat has not started.', 'Start it first.');
    const { address: ip, port, family } = address;
    const any = ip === '::' || ip === '0.0.0.0';
    return `http://${any ? 'localhost' : family === 'IPv6' ? `[${ip}]` : ip}:${port}/`;
  }

  /** @throws ChatReidError OPTION_INVALID when the address cannot be listened on */
  async start(conversations: Conversations): Promise<void> {
    const events = this.#events;
    const { galleries, mayOpen, limits, timeZone = systemTimeZone(), now = () => new Date() } = this.options;
    const app = webApp({
      conversations,
      galleries,
      events,
      limits: { ...webLimits, ...limits },
      timeZone,
      now,
      host: this.#host,
      running: this.#running,
      stopping: this.#stopping.signal,
      tokens: this.#tokens,
      refusals: this.#refusals,
      ...(mayOpen ? { mayOpen } : {}),
    });
    // What is left goes before what comes in; whole searches may be left, and nobody waits for them to see the page.
    const resumed = conversations.resume(webPrefix, deliverLeftTo(events, conversations));
    this.#running.add(resumed);
    resumed.catch((error: unknown) => this.options.onTrouble?.(asChatReidError(error, 'resuming talks')));
    const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false });
    await listen(server, this.options.port, this.#host);
    this.#server = server;
  }

  /** Pages that show its talk get it anew, without what was forgotten. */
  async withdraw({ conversation }: WithdrawnPost): Promise<void> {
    this.#events.renew(conversation);
  }

  async stop(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    await this.#running.settle(graceMs);
    this.#stopping.abort();
    // Pages keep a connection open for events; they come back by themselves when the next process listens.
    if ('closeAllConnections' in server) setTimeout(() => server.closeAllConnections(), 200).unref();
    await closed;
    this.#refusals.flush();
    this.#server = undefined;
  }
}

function checkTokens(host: string, tokens: readonly WebToken[]): void {
  if (tokens.length === 0 && !isLoopback(host)) {
    throw invalid(
      `Everybody who can reach ${host} could look for people here.`,
      'Give a token that they must know, or listen on 127.0.0.1.',
    );
  }
  for (const { name, secret } of tokens) {
    if (name !== undefined && !tokenName.test(name)) {
      throw invalid(
        `"${name}" cannot be the name of a token.`,
        'Use up to 40 letters a to z, digits and dashes; not "local", "token" or "file".',
      );
    }
    if (secret.length < shortestToken) {
      throw invalid(
        `The token${name === undefined ? '' : ` of ${name}`} is too short to keep anybody out.`,
        `Give one of at least ${shortestToken} characters, for example from: openssl rand -hex 16`,
      );
    }
  }
  for (const [what, among] of [
    ['name', tokens.map(({ name }) => name)],
    ['token', tokens.map(({ secret }) => secret)],
  ] as const) {
    if (new Set(among).size < among.length) {
      throw invalid(`Two tokens of the web page have the same ${what}.`, 'Give everybody one of their own.');
    }
  }
}

function invalid(message: string, next: string): ChatReidError {
  return new ChatReidError('OPTION_INVALID', message, next);
}

async function listen(server: ServerType, port: number, host: string): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host.replace(/^\[|\]$/g, ''), resolve);
    });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ChatReidError(
      'OPTION_INVALID',
      code === 'EADDRINUSE'
        ? `Port ${port} of ${host} is in use.`
        : `${host}:${port} cannot be listened on (${code}).`,
      'Give another port, or stop the program that has it.',
      error,
    );
  }
}
