/** The stream of events: discord.js' own gateway client, without the rest of its `Client` (docs/decisions/0011 says why). */
import {
  CloseCodes,
  type ManagerShardEventsMap,
  WebSocketManager,
  WebSocketShardEvents,
} from '@discordjs/ws';
import { GatewayIntentBits, type REST } from 'discord.js';
import { ChatReidError } from '../../src/foundation/error.ts';
import { asPlatformError } from './api-error.ts';
import type { GatewaySessions } from './gateway-sessions.ts';

export interface GatewayParts {
  readonly rest: REST;
  readonly token: string;
  readonly shards: 'auto' | number;
  readonly messageContent: boolean;
  readonly sessions: GatewaySessions;
  /** Resolves when the event is safe, or none of ours. */
  onEvent(name: string, data: unknown): Promise<void>;
  /** A session began anew or goes on. */
  onSession(shardId: number): void;
  onTrouble(error: ChatReidError): void;
}

const closeCodes = { authenticationFailed: 4004, disallowedIntents: 4014 } as const;

/** After these nothing is tried again. */
const fatal: ReadonlyMap<number, string> = new Map([
  [4004, 'Discord does not know the bot token'],
  [4010, 'Discord does not know this shard'],
  [4011, 'Discord demands more shards'],
  [4012, 'Discord does not speak this version any more'],
  [4013, 'Discord does not know an intent that was asked for'],
]);

const baseIntents =
  GatewayIntentBits.Guilds | GatewayIntentBits.GuildMessages | GatewayIntentBits.DirectMessages;

export class Gateway {
  #manager: WebSocketManager | undefined;
  #content: boolean;
  #ready = new Set<number>();
  #stopped = false;
  #closedBy: number | undefined;

  constructor(private readonly parts: GatewayParts) {
    this.#content = parts.messageContent;
  }

  /** Whether what people write in guilds can be read. */
  get readsMessages(): boolean {
    return this.#content;
  }

  get connected(): boolean {
    return this.#ready.size > 0;
  }

  /** @throws ChatReidError PLATFORM_REFUSED, PLATFORM_UNREACHABLE */
  async start(): Promise<void> {
    try {
      await this.#connect();
    } catch (error) {
      if (this.#closedBy === closeCodes.disallowedIntents && this.#content) return this.#withoutContent();
      throw this.#refused(this.#closedBy) ?? asPlatformError(error, 'connecting');
    }
  }

  /** The session is left open at Discord, so that the next process can go on with it. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.parts.sessions.freeze();
    await this.#close();
  }

  async #connect(): Promise<void> {
    const { rest, token, shards, sessions } = this.parts;
    this.#closedBy = undefined;
    const manager = new WebSocketManager({
      rest,
      token,
      intents: baseIntents | (this.#content ? GatewayIntentBits.MessageContent : 0),
      shardCount: shards === 'auto' ? null : shards,
      // A connection that was about to be made again when the bot stopped waits here for ever, and holds nothing.
      retrieveSessionInfo: (shardId) => (this.#stopped ? new Promise(() => {}) : sessions.retrieve(shardId)),
      updateSessionInfo: (shardId, info) => sessions.update(shardId, info),
    });
    this.#manager = manager;
    manager.on(WebSocketShardEvents.Error, ({ error }) => this.#failed(error));
    manager.on(WebSocketShardEvents.Closed, (closed) => this.#closed(closed));
    manager.on(WebSocketShardEvents.Dispatch, (dispatch) => void this.#dispatched(dispatch));
    for (const event of [WebSocketShardEvents.Ready, WebSocketShardEvents.Resumed] as const) {
      manager.on(event, ({ shardId }: { readonly shardId: number }) => {
        this.#ready.add(shardId);
        this.parts.onSession(shardId);
      });
    }
    await manager.connect();
  }

  async #dispatched({
    data,
    shardId,
  }: ManagerShardEventsMap[WebSocketShardEvents.Dispatch][0]): Promise<void> {
    // What comes while the bot stops is told again to the next process.
    if (this.#stopped) return;
    try {
      await this.parts.onEvent(data.t, data.d);
      this.parts.sessions.taken(shardId, data.s);
    } catch (error) {
      // It stays open: a later session begins before it.
      this.parts.onTrouble(asPlatformError(error, 'taking an event in'));
    }
  }

  #failed(error: unknown): void {
    // Told when the connection closes, which says why.
    if (this.#stopped || this.#closedBy !== undefined) return;
    this.parts.onTrouble(asPlatformError(error, 'listening'));
  }

  #closed({ code, shardId }: { code: number; shardId: number }): void {
    const started = this.#ready.delete(shardId);
    if (this.#stopped) return;
    if (code === closeCodes.disallowedIntents || fatal.has(code)) this.#closedBy = code;
    if (!started) return;
    if (code === closeCodes.disallowedIntents && this.#content) {
      this.#withoutContent().catch((error: unknown) =>
        this.parts.onTrouble(asPlatformError(error, 'connecting')),
      );
      return;
    }
    const refused = this.#refused(code);
    if (refused) this.parts.onTrouble(refused);
  }

  async #withoutContent(): Promise<void> {
    this.#content = false;
    this.parts.onTrouble(
      new ChatReidError(
        'PLATFORM_REFUSED',
        'Discord does not let the bot read messages: its Message Content Intent is off.',
        'Switch it on under Bot in the developer portal, and start again; until then people use the commands, the buttons, and direct messages.',
      ),
    );
    await this.#close();
    await this.#connect();
  }

  #refused(code: number | undefined): ChatReidError | undefined {
    const what = code === closeCodes.disallowedIntents ? 'Discord refuses the intents' : fatal.get(code ?? 0);
    if (what === undefined) return undefined;
    const next =
      code === closeCodes.authenticationFailed
        ? 'Copy the token anew from the Bot page of the developer portal, and start again.'
        : 'Look at the bot in the developer portal, and start again.';
    return new ChatReidError('PLATFORM_REFUSED', `${what} (${code}).`, next);
  }

  async #close(): Promise<void> {
    const manager = this.#manager;
    this.#manager = undefined;
    this.#ready.clear();
    await manager?.destroy({ code: CloseCodes.Resuming, reason: 'The bot stops' });
  }
}
