/** The connection to Slack, by the receivers of its client library: a socket that we open, or an address that Slack calls. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  App,
  HTTPReceiver,
  type Receiver,
  type ReceiverEvent,
  SocketModeReceiver,
  type webApi,
} from '@slack/bolt';
import { asChatReidError, ChatReidError } from '../../src/foundation/error.ts';
import type { SlackLimits } from './limits.ts';
import { quietLogger } from './quiet-logger.ts';
import { slackError } from './slack-error.ts';
import type { SlackConnection } from './slack-options.ts';

export interface Connection {
  /** Resolves when Slack can reach us. @throws ChatReidError PLATFORM_REFUSED, PLATFORM_UNREACHABLE, OPTION_INVALID */
  start(): Promise<void>;
  /** No event comes in any more when it resolves. */
  stop(): Promise<void>;
  readonly connected: boolean;
  /** Where Slack is to call; undefined for a socket, and before the start. */
  readonly url?: string | undefined;
}

export interface ConnectionParts {
  readonly limits: SlackLimits;
  readonly clientOptions: webApi.WebClientOptions;
  /** Each event once per delivery. Rejects where it may not be acknowledged. */
  readonly onEvent: (event: ReceiverEvent) => Promise<void>;
  readonly onTrouble: (error: ChatReidError) => void;
}

export function connect(connection: SlackConnection, parts: ConnectionParts): Connection {
  return connection.kind === 'socket'
    ? new SocketConnection(connection, parts)
    : new HttpConnection(connection, parts);
}

/**
 * Bolt's own app acknowledges events before anybody of ours has seen them: this one hands them over as they come, and whoever
 * takes them acknowledges when they are safe.
 */
class TakingApp extends App {
  constructor(
    receiver: Receiver,
    private readonly take: (event: ReceiverEvent) => Promise<void>,
  ) {
    super({ receiver, convoStore: false, logger: quietLogger(), authorize: async () => ({}) });
  }

  override processEvent(event: ReceiverEvent): Promise<void> {
    return this.take(event);
  }
}

class SocketConnection implements Connection {
  readonly #receiver: SocketModeReceiver;
  readonly #app: App;
  #connected = false;
  #started = false;
  #stopped = false;
  #again: NodeJS.Timeout | undefined;
  /** In a row. */
  #failures = 0;

  constructor(
    { appToken }: Extract<SlackConnection, { kind: 'socket' }>,
    private readonly parts: ConnectionParts,
  ) {
    this.#receiver = new SocketModeReceiver({
      appToken,
      logger: quietLogger(),
      clientPingTimeout: parts.limits.socketMs,
      // Where the library connects again by itself, a second failure is a promise of nobody's, which ends the process.
      autoReconnectEnabled: false,
      installerOptions: { clientOptions: { ...parts.clientOptions } },
    });
    this.#app = new TakingApp(this.#receiver, parts.onEvent);
    const { client } = this.#receiver;
    client.on('connected', () => {
      this.#connected = true;
      this.#failures = 0;
    });
    client.on('close', () => {
      this.#connected = false;
    });
    client.on('disconnected', () => {
      this.#connected = false;
      if (this.#started) this.#connectLater();
    });
    this.#guardReading();
  }

  get connected(): boolean {
    return this.#connected;
  }

  async start(): Promise<void> {
    try {
      await this.#app.start();
      this.#started = true;
      // Stopped meanwhile: it would hold the process, and take what another one should have.
      if (this.#stopped) await this.stop();
    } catch (error) {
      throw openingError(error);
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#connected = false;
    clearTimeout(this.#again);
    if (this.#started) await this.#receiver.client.disconnect();
  }

  /** Soon after the first loss, since Slack keeps no presses for later; ever more slowly while it cannot be had. */
  #connectLater(): void {
    if (this.#stopped || this.#again !== undefined) return;
    const { socketMs } = this.parts.limits;
    const waitMs = Math.min(socketMs * 6, (socketMs / 10) * 2 ** this.#failures);
    this.#again = setTimeout(() => void this.#connectAgain(), waitMs);
  }

  async #connectAgain(): Promise<void> {
    const { client } = this.#receiver;
    this.#again = undefined;
    try {
      await client.start();
      // Stopped while it connected.
      if (this.#stopped) await client.disconnect();
    } catch (error) {
      if (this.#stopped) return;
      this.#failures++;
      this.parts.onTrouble(openingError(error));
      this.#connectLater();
    }
  }

  /** The library reads what comes in a promise of nobody's: an envelope that it cannot read would end the process. */
  #guardReading(): void {
    const { client } = this.#receiver;
    const readers = client.listeners('ws_message');
    client.removeAllListeners('ws_message');
    client.on('ws_message', async (...message: unknown[]) => {
      try {
        for (const read of readers) await read(...message);
      } catch (error) {
        this.parts.onTrouble(asChatReidError(error, 'reading what Slack sent'));
      }
    });
  }
}

function openingError(error: unknown): ChatReidError {
  return slackError(error ?? new Error('The socket was closed.'), 'apps.connections.open');
}

class HttpConnection implements Connection {
  readonly #app: App;
  readonly #path: string;
  #server: Server | undefined;

  constructor(
    private readonly connection: Extract<SlackConnection, { kind: 'http' }>,
    private readonly parts: ConnectionParts,
  ) {
    this.#path = connection.path ?? '/slack/events';
    const receiver = new HTTPReceiver({
      signingSecret: connection.signingSecret,
      endpoints: this.#path,
      logger: quietLogger(),
    });
    this.#app = new TakingApp(receiver, parts.onEvent);
  }

  get connected(): boolean {
    return this.#server?.listening ?? false;
  }

  get url(): string | undefined {
    const address = this.#server?.address() as AddressInfo | null | undefined;
    if (!address) return undefined;
    const { address: ip, port, family } = address;
    const any = ip === '::' || ip === '0.0.0.0';
    return `http://${any ? '127.0.0.1' : family === 'IPv6' ? `[${ip}]` : ip}:${port}${this.#path}`;
  }

  async start(): Promise<void> {
    const { host, port } = this.connection;
    try {
      this.#server = (await this.#app.start({ port, ...(host === undefined ? {} : { host }) })) as Server;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'EADDRINUSE' && code !== 'EACCES' && code !== 'EADDRNOTAVAIL') {
        throw asChatReidError(error, 'listening for Slack');
      }
      throw new ChatReidError(
        'OPTION_INVALID',
        code === 'EADDRINUSE' ? `Port ${port} is in use.` : `Port ${port} cannot be listened on (${code}).`,
        'Give another port, or stop the program that has it.',
        error,
      );
    }
  }

  async stop(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    const stopped = this.#app.stop();
    server.closeIdleConnections();
    // Half a request of anybody's would keep it open for ever.
    const late = setTimeout(() => server.closeAllConnections(), this.parts.limits.ackMs);
    await stopped.finally(() => clearTimeout(late));
    this.#server = undefined;
  }
}
