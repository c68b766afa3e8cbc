/** A Discord of our own on this machine: gateway, REST and CDN on one port, with people who use it, and faults by script. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Attachments } from './attachments.ts';
import { Clock } from './clock.ts';
import { Commands } from './commands.ts';
import { Events } from './events.ts';
import { Faults } from './faults.ts';
import { Gateway, type IntentName } from './gateway.ts';
import { Interactions } from './interactions.ts';
import { limits } from './limits.ts';
import { People } from './people/people.ts';
import { Posts } from './posts.ts';
import { type BucketSize, RateLimits } from './rate-limits.ts';
import { RestServer } from './rest-server.ts';
import { applicationRoutes } from './routes/application-routes.ts';
import { channelRoutes } from './routes/channel-routes.ts';
import { interactionRoutes } from './routes/interaction-routes.ts';
import { messageRoutes } from './routes/message-routes.ts';
import { Threads } from './threads.ts';
import { botId, guildId, World } from './world.ts';

export interface DiscordOptions {
  /** Privileged intents that are on in the developer portal; MessageContent alone where it is not given. */
  readonly intents?: readonly IntentName[];
  /** Milliseconds between heartbeats: 41,250 as Discord has it. */
  readonly heartbeatMs?: number;
  readonly shards?: number;
  /** Milliseconds for an acknowledgement: Discord's three seconds where it is not given. More where it is not what a test is about. */
  readonly acknowledgeMs?: number;
  /** Bytes of one file: 10 MiB as where nobody boosts the server. */
  readonly uploadLimit?: number;
  /** Rate limits of routes by their name, `*` for all others: wide where they are not given, so that tests do not wait. */
  readonly buckets?: Readonly<Record<string, BucketSize>>;
}

const intentFlags: Readonly<Record<string, number>> = {
  guildPresences: 1 << 13,
  guildMembers: 1 << 15,
  messageContent: 1 << 19,
};

export class DiscordServer {
  /** Of the bot. Another one is refused with 401 and gateway code 4004. */
  readonly token = `${Buffer.from(botId).toString('base64')}.local.${'x'.repeat(27)}`;
  readonly guild = guildId;
  readonly bot = botId;
  readonly clock = new Clock();
  /** Rules of Discord that the client broke. A test fails where there is one. */
  readonly breaches: string[] = [];
  readonly faults = new Faults();
  readonly attachments: Attachments;
  readonly world: World;
  readonly gateway: Gateway;
  readonly events: Events;
  readonly commands: Commands;
  readonly interactions: Interactions;
  readonly threads: Threads;
  readonly people: People;
  readonly rest: RestServer;
  /** Can be switched while it runs. */
  intents: readonly IntentName[];
  uploadLimit: number;
  readonly #http: Server;

  private constructor(options: DiscordOptions) {
    this.intents = options.intents ?? ['messageContent'];
    this.uploadLimit = options.uploadLimit ?? limits.fileBytes;
    const { clock } = this;
    const breach = (what: string) => void this.breaches.push(what);
    this.attachments = new Attachments(clock, () => this.cdn);
    this.world = new World(clock, this.attachments);
    this.gateway = new Gateway({
      token: this.token,
      granted: () => this.intents,
      heartbeatMs: options.heartbeatMs ?? 41_250,
      url: () => this.gatewayUrl,
      snowflake: () => clock.snowflake(),
      ready: () => ({
        user: { ...this.world.bot, verified: true, mfa_enabled: true, flags: 0 },
        guilds: [{ id: guildId, unavailable: true }],
        application: { id: botId, flags: this.#flags() },
        private_channels: [],
      }),
      welcome: (session) => this.events.welcome(session),
      breach,
    });
    this.events = new Events(this.gateway, this.world);
    const posts = new Posts(this.world, this.events, this.attachments, clock, () => this.uploadLimit);
    this.interactions = new Interactions(
      clock,
      this.world,
      posts,
      options.acknowledgeMs ?? limits.acknowledge,
    );
    this.threads = new Threads(this.world, this.events, clock);
    this.commands = new Commands(clock);
    const parts = {
      world: this.world,
      clock,
      events: this.events,
      posts,
      threads: this.threads,
      interactions: this.interactions,
      commands: this.commands,
      attachments: this.attachments,
      uploadLimit: () => this.uploadLimit,
      gatewayUrl: () => this.gatewayUrl,
      shards: () => options.shards ?? 1,
      intentFlags: () => this.#flags(),
      readsContent: () => this.intents.includes('messageContent'),
    };
    this.people = new People(parts);
    this.rest = new RestServer({
      routes: [
        ...applicationRoutes(parts),
        ...interactionRoutes(parts),
        ...messageRoutes(parts),
        ...channelRoutes(parts),
      ],
      attachments: this.attachments,
      faults: this.faults,
      rateLimits: new RateLimits({ '*': { limit: 1000, perMs: 1000 }, ...options.buckets }),
      token: () => this.token,
      breach,
    });
    this.#http = createServer((request, response) => {
      this.rest.serve(request, response).catch((error: unknown) => {
        // A client that hangs up while it sends is its own affair.
        if (!request.destroyed) breach(`the local Discord broke: ${String(error)}`);
        response.destroy();
      });
    });
    this.#http.on('upgrade', (request, socket, head) => this.gateway.upgrade(request, socket, head));
  }

  static async start(options: DiscordOptions = {}): Promise<DiscordServer> {
    const discord = new DiscordServer(options);
    await new Promise<void>((resolve) => discord.#http.listen(0, '127.0.0.1', resolve));
    return discord;
  }

  /** For `rest.api` of discord.js. */
  get api(): string {
    return `http://127.0.0.1:${this.#port}/api`;
  }

  /** For `rest.cdn` of discord.js, and the start of every attachment's address. */
  get cdn(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get gatewayUrl(): string {
    return `ws://127.0.0.1:${this.#port}`;
  }

  /** Every call of the REST interface, in the order in which it was answered. */
  get calls() {
    return this.rest.calls;
  }

  async stop(): Promise<void> {
    await this.gateway.stop();
    this.#http.closeAllConnections();
    await new Promise((resolve) => this.#http.close(resolve));
  }

  get #port(): number {
    return (this.#http.address() as AddressInfo).port;
  }

  #flags(): number {
    return this.intents.reduce((flags, name) => flags | (intentFlags[name] ?? 0), 0);
  }
}
