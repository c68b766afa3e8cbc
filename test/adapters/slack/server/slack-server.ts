/** A local Slack that the real client libraries talk to: Web API, Socket Mode, requests over HTTP, and people who use it. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { appOf, type InstalledApp, usualApp } from './app-manifest.ts';
import { Clock } from './clock.ts';
import { Courier, type Delivery, type Handling, type Order } from './courier.ts';
import { Faults } from './faults.ts';
import { FileStore } from './file-store.ts';
import { HttpTransport } from './http-transport.ts';
import type { Json } from './json.ts';
import type { AssistantThread, Parts } from './parts.ts';
import { People } from './people.ts';
import { ResponseUrls } from './response-urls.ts';
import { SlackEvents } from './slack-events.ts';
import { SocketTransport } from './socket.ts';
import { ViewStore } from './view-store.ts';
import { type Call, type Step, WebApi } from './web-api.ts';
import { Workspace } from './workspace.ts';

export interface SlackServerOptions {
  /** The app's manifest, read from JSON; without it an app with everything that a bot of this kind wants. */
  readonly manifest?: Json;
  /** Scopes that the installed token has, where they are not those of the manifest. */
  readonly scopes?: readonly string[];
  readonly now?: () => Date;
  /** 3,000 on the real one. */
  readonly ackDeadlineMs?: number;
  /** How long after a failed attempt the next one comes; as many as there are retries. Real ones: at once, 1 and 5 minutes. */
  readonly retryAfterMs?: readonly number[];
  /** Id of an organisation that the workspace is in. */
  readonly enterprise?: string;
  readonly postsPerSecond?: number;
  readonly fileLagMs?: number;
  /** What stands before a private file where the token or `files:read` is missing. */
  readonly loginPage?: 'direct' | 'redirect';
  /** 0 is any; a test that restarts the server names the earlier one. */
  readonly port?: number;
}

export class SlackServer {
  readonly botToken = 'xoxb-local-bot-token';
  readonly appToken = 'xapp-local-app-token';
  readonly signingSecret = 'local-signing-secret';
  /** For the list of hosts that pictures may come from. */
  readonly fileHost = '127.0.0.1';
  readonly app: InstalledApp;
  /** A test takes one away to see what a missing scope does. */
  readonly scopes: Set<string>;
  readonly clock: Clock;
  readonly workspace: Workspace;
  readonly files: FileStore;
  readonly views: ViewStore;
  readonly faults = new Faults();
  readonly sockets = new SocketTransport();
  readonly courier: Courier;
  readonly events: SlackEvents;
  readonly people: People;
  readonly responseUrls = new ResponseUrls();
  /** Assistant threads by `channel/ts`. */
  readonly assistants = new Map<string, AssistantThread>();
  /** Mistakes of this server itself: a test that uses it expects none. */
  readonly mistakes: unknown[] = [];
  /** Called synchronously at each step between the bot and Slack; a soak kills the bot there. */
  onStep: ((step: Step) => void) | undefined;
  readonly #api: WebApi;
  readonly #server: Server;
  readonly #connections = new Set<Socket>();
  #http: HttpTransport | undefined;

  private constructor(options: SlackServerOptions) {
    this.app = options.manifest === undefined ? usualApp : appOf(options.manifest);
    this.scopes = new Set(options.scopes ?? this.app.scopes);
    this.clock = new Clock(options.now ?? (() => new Date()));
    this.workspace = new Workspace(this.clock);
    const origin = () => this.origin;
    this.files = new FileStore(this.clock, origin);
    this.views = new ViewStore(this.clock);
    this.courier = new Courier(this.sockets, {
      ackDeadlineMs: options.ackDeadlineMs ?? 3_000,
      retryAfterMs: options.retryAfterMs ?? [10, 100, 300],
    });
    const { workspace, files, app, scopes, clock, courier } = this;
    this.events = new SlackEvents(workspace, files, app, scopes, clock, courier, options.enterprise);
    const parts: Parts = {
      workspace,
      files,
      views: this.views,
      events: this.events,
      faults: this.faults,
      sockets: this.sockets,
      app,
      scopes,
      tokens: { bot: this.botToken, app: this.appToken },
      origin,
      postsPerSecond: options.postsPerSecond,
      fileLagMs: options.fileLagMs ?? 0,
      assistants: this.assistants,
    };
    this.people = new People(parts, courier, this.responseUrls, options.enterprise);
    this.#api = new WebApi(parts, this.responseUrls, options.loginPage ?? 'direct');
    this.#server = createServer((request, response) => {
      this.#api.handle(request, response).catch((error: unknown) => {
        this.mistakes.push(error);
        response.destroy();
      });
    });
    courier.acknowledged = () => this.onStep?.('acknowledged');
    this.#api.onStep = (step) => this.onStep?.(step);
    this.#server.on('upgrade', (request, socket, head) => this.sockets.upgrade(request, socket, head));
    this.#server.on('connection', (socket) => {
      this.#connections.add(socket);
      socket.on('close', () => this.#connections.delete(socket));
    });
  }

  static async start(options: SlackServerOptions = {}): Promise<SlackServer> {
    const slack = new SlackServer(options);
    slack.#server.listen(options.port ?? 0, '127.0.0.1');
    await once(slack.#server, 'listening');
    return slack;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** `http://127.0.0.1:4000/` */
  get origin(): string {
    return `http://127.0.0.1:${this.port}/`;
  }

  /** What the client libraries take for https://slack.com/api/ */
  get apiUrl(): string {
    return `${this.origin}api/`;
  }

  get calls(): readonly Call[] {
    return this.#api.calls;
  }

  /** Calls that broke a rule of Slack's: a test that means none expects this to be empty. */
  get breaches(): readonly Call[] {
    return this.calls.filter(({ outcome }) => broken.test(outcome));
  }

  callsOf(method: string): readonly Call[] {
    return this.calls.filter((call) => call.method === method);
  }

  get deliveries(): readonly Delivery[] {
    return this.courier.deliveries;
  }

  /** Of deliveries that were acknowledged, in milliseconds, in the order in which they were sent. */
  get ackTimes(): readonly number[] {
    return this.deliveries.flatMap(({ ackMs }) => (ackMs === undefined ? [] : [ackMs]));
  }

  /** From now on events come as requests to this address. */
  deliverTo(url: string): HttpTransport {
    this.#http = new HttpTransport(url, this.signingSecret);
    this.courier.transport = this.#http;
    return this.#http;
  }

  /** How every event is brought that says nothing of its own: `{ times: 3, spreadMs: 50 }`. */
  handle(handling: Handling): void {
    this.courier.handling = handling;
  }

  hold(): void {
    this.courier.hold();
  }

  release(order?: Order): void {
    this.courier.release(order);
  }

  disconnect(reason: 'warning' | 'refresh_requested' | 'link_disabled'): void {
    this.sockets.disconnect(reason);
  }

  drop(): void {
    this.sockets.drop();
  }

  async stop(): Promise<void> {
    this.courier.stop();
    this.sockets.stop();
    for (const socket of this.#connections) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

/** What Slack answers where the caller is to blame. */
const broken =
  /^(invalid_|no_text|msg_|metadata_|missing_scope|unknown_method|cant_|not_authed|not_allowed|file_upload_|too_many_|used_url|view_too|push_limit|alt_text)/;
