/** The web chat: one page on this machine, or, with a token, on a network. */
import type { AddressInfo } from 'node:net';
import { createAdaptorServer, type ServerType } from '@hono/node-server';
import type { Conversations } from '../../src/conversation/conversations.ts';
import { asChatReidError, ChatReidError } from '../../src/foundation/error.ts';
import { systemTimeZone } from '../../src/foundation/site-time.ts';
import type { Adapter } from '../adapter.ts';
import type { GalleryAccess } from './gallery-access.ts';
import { type WebLimits, webLimits } from './limits.ts';
import { isLoopback } from './loopback.ts';
import { Running } from './running.ts';
import { TalkEvents } from './talk-events.ts';
import { deliverLeftTo, talkPrefix } from './talk-routes.ts';
import { webApp } from './web-app.ts';

export interface WebOptions {
  /** 0 takes any that is free: see {@link WebAdapter.url}. */
  readonly port: number;
  /** 127.0.0.1 by default. */
  readonly host?: string;
  /** Asked of everybody who opens the page; demanded where `host` is more than this machine. At least 16 characters. */
  readonly token?: string;
  readonly galleries: GalleryAccess;
  readonly limits?: Partial<WebLimits>;
  /** IANA name of the site's clock; the machine's own by default. */
  readonly timeZone?: string;
  /** When a message is received; the machine's clock by default. */
  readonly now?: () => Date;
  /** Told what went wrong beside all requests: messages of an earlier process that cannot be read now. */
  readonly onTrouble?: (error: ChatReidError) => void;
}

const shortestToken = 16;
const graceMs = 10_000;

export class WebAdapter implements Adapter {
  readonly name = 'web';
  readonly #host: string;
  readonly #running = new Running();
  readonly #stopping = new AbortController();
  #server: ServerType | undefined;

  /** @throws ChatReidError OPTION_INVALID: an address beyond this machine without a token, or a token that can be guessed */
  constructor(private readonly options: WebOptions) {
    const { host = '127.0.0.1', token } = options;
    this.#host = host;
    if (token === undefined && !isLoopback(host)) {
      throw new ChatReidError(
        'OPTION_INVALID',
        `Everybody who can reach ${host} could look for people here.`,
        'Give a token that they must know, or listen on 127.0.0.1.',
      );
    }
    if (token !== undefined && token.length < shortestToken) {
      throw new ChatReidError(
        'OPTION_INVALID',
        'The token is too short to keep anybody out.',
        `Give one of at least ${shortestToken} characters, for example from: openssl rand -hex 16`,
      );
    }
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
    const events = new TalkEvents();
    const { galleries, token, limits, timeZone = systemTimeZone(), now = () => new Date() } = this.options;
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
      ...(token === undefined ? {} : { token }),
    });
    // What is left goes before what comes in; whole searches may be left, and nobody waits for them to see the page.
    const resumed = conversations.resume(talkPrefix, deliverLeftTo(events, conversations));
    this.#running.add(resumed);
    resumed.catch((error: unknown) => this.options.onTrouble?.(asChatReidError(error, 'resuming talks')));
    const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false });
    await listen(server, this.options.port, this.#host);
    this.#server = server;
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
    this.#server = undefined;
  }
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
