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

  constructor(
    { appToken }: Extract<SlackConnection, { kind: 'socket' }>,
    private readonly parts: ConnectionParts,
  ) {
    this.#receiver = new SocketModeReceiver({
      appToken,
      logger: quietLogger(),
      clientPingTimeout: parts.limits.socketMs,
      installerOptions: { clientOptions: { ...parts.clientOptions } },
    });
    this.#app = new TakingApp(this.#receiver, parts.onEvent);
    const { client } = this.#receiver;
    client.on('connected', () => {
      this.#connected = true;
    });
    for (const lost of ['close', 'reconnecting', 'disconnected']) {
      client.on(lost, () => {
        this.#connected = false;
      });
    }
    this.#keepTrying();
  }

  get connected(): boolean {
    return this.#connected;
  }

  async start(): Promise<void> {
    try {
      await this.#app.start();
      this.#started = true;
    } catch (error) {
      throw slackError(error ?? new Error('The socket was closed.'), 'apps.connections.open');
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#connected = false;
    clearTimeout(this.#again);
    if (this.#started) await this.#receiver.client.disconnect();
  }

  /** The library connects again by calling `start`; where that fails for good, its promise is nobody's and would end the process. */
  #keepTrying(): void {
    const { client } = this.#receiver;
    const start = client.start.bind(client);
    client.start = async () => {
      try {
        return await start();
      } catch (error) {
        if (!this.#started) throw error;
        if (!this.#stopped) {
          this.parts.onTrouble(slackError(error ?? new Error('closed'), 'apps.connections.open'));
          this.#again = setTimeout(() => void client.start(), this.parts.limits.socketMs * 6);
        }
        return { ok: false };
      }
    };
  }
}

class HttpConnection implements Connection {
  readonly #app: App;
  readonly #path: string;
  #server: Server | undefined;

  constructor(
    private readonly connection: Extract<SlackConnection, { kind: 'http' }>,
    parts: ConnectionParts,
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
    if (this.#server === undefined) return;
    const stopped = this.#app.stop();
    this.#server.closeIdleConnections();
    await stopped;
    this.#server = undefined;
  }
}
