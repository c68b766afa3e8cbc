/** The gateway: hello, heartbeats, identify and its refusals, events to those who may have them, resume with replay. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import { GatewaySession } from './gateway-session.ts';
import { limits } from './limits.ts';

export const intent = {
  guilds: 1 << 0,
  guildMembers: 1 << 1,
  guildPresences: 1 << 8,
  guildMessages: 1 << 9,
  directMessages: 1 << 12,
  messageContent: 1 << 15,
} as const;
export type IntentName = keyof typeof intent;

const everyIntent = (1 << 26) - 1;
export const privilegedIntents: readonly IntentName[] = ['guildMembers', 'guildPresences', 'messageContent'];

const identifyBody = z.object({
  token: z.string(),
  intents: z.int(),
  properties: z.object({ os: z.string(), browser: z.string(), device: z.string() }),
  compress: z.boolean().optional(),
  shard: z.tuple([z.int().min(0), z.int().min(1)]).default([0, 1]),
});
const resumeBody = z.object({ token: z.string(), session_id: z.string(), seq: z.int() });
const clientPayload = z.object({ op: z.int(), d: z.unknown() });

interface Connection {
  readonly socket: WebSocket;
  session?: GatewaySession;
  sends: number[];
  lastBeat: number;
}

export interface GatewayOptions {
  readonly token: string;
  /** Of the privileged intents those that are switched on in the developer portal. */
  readonly granted: () => readonly IntentName[];
  /** Milliseconds between two heartbeats. */
  readonly heartbeatMs: number;
  readonly url: () => string;
  /** What a new session is told in READY beside its id. */
  readonly ready: () => object;
  /** Right after READY. */
  readonly welcome: (session: GatewaySession) => void;
  readonly breach: (what: string) => void;
  readonly snowflake: () => string;
}

export class Gateway {
  readonly sessions: GatewaySession[] = [];
  /** What clients did, in order: `identify`, `resume 12`, `heartbeat`, `close 4014`. */
  readonly log: string[] = [];
  readonly #connections = new Set<Connection>();
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: 1 << 20 });
  #refuseResume: { resumable: boolean } | undefined;

  constructor(private readonly options: GatewayOptions) {}

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#server.handleUpgrade(request, socket, head, (client) => {
      const address = new URL(request.url ?? '/', 'http://gateway');
      if (address.searchParams.get('v') !== '10') return void client.close(4012, 'Invalid API version');
      if (address.searchParams.get('encoding') !== 'json' || address.searchParams.has('compress'))
        this.options.breach('the local gateway speaks plain JSON alone');
      this.#connect(client);
    });
  }

  /** Sessions of a shard whose client asked for these events. */
  listening(wanted: number, shardOf: (count: number) => number): readonly GatewaySession[] {
    return this.sessions.filter(
      ({ intents, shard: [id, count], resumable }) =>
        resumable && (wanted === 0 || (intents & wanted) !== 0) && shardOf(count) === id,
    );
  }

  get connected(): boolean {
    return [...this.#connections].some(({ session }) => session !== undefined);
  }

  /** Asks every client to come again and resume. */
  reconnect(): void {
    for (const { socket } of this.#connections) send(socket, { op: 7, d: null });
  }

  /** Tells every client that its session is invalid. */
  invalidate(resumable: boolean): void {
    for (const connection of this.#connections) {
      if (!resumable && connection.session) connection.session.resumable = false;
      send(connection.socket, { op: 9, d: resumable });
    }
  }

  /** The next resume is answered so. */
  refuseResume(resumable: boolean): void {
    this.#refuseResume = { resumable };
  }

  /** Every connection breaks without a word. */
  drop(): void {
    for (const { socket, session } of this.#connections) {
      if (session) delete session.socket;
      socket.terminate();
    }
  }

  /** Closes every connection. @param code 4000 to 4014, or 1000 and 1001, after which nothing can be resumed */
  close(code: number): void {
    for (const { socket, session } of this.#connections) {
      if (session && (code === 1000 || code === 1001)) session.resumable = false;
      socket.close(code);
    }
  }

  /** Asks for a heartbeat at once. */
  askHeartbeat(): void {
    for (const { socket } of this.#connections) send(socket, { op: 1, d: null });
  }

  async stop(): Promise<void> {
    for (const { socket } of this.#connections) socket.terminate();
    this.#server.close();
  }

  #connect(socket: WebSocket): void {
    const connection: Connection = { socket, sends: [], lastBeat: Date.now() };
    this.#connections.add(connection);
    const watch = setInterval(() => {
      if (Date.now() - connection.lastBeat > this.options.heartbeatMs * 2.5) socket.terminate();
    }, this.options.heartbeatMs);
    watch.unref();
    socket.on('close', (code) => {
      clearInterval(watch);
      this.#connections.delete(connection);
      const { session } = connection;
      if (session?.socket === socket) delete session.socket;
      // A client that says goodbye so ends its session.
      if (session && (code === 1000 || code === 1001)) session.resumable = false;
    });
    socket.on('error', () => socket.terminate());
    socket.on('message', (data: RawData) => this.#received(connection, data));
    send(socket, { op: 10, d: { heartbeat_interval: this.options.heartbeatMs, _trace: [] } });
  }

  #received(connection: Connection, data: RawData) {
    const { socket } = connection;
    const text = Buffer.isBuffer(data) ? data.toString('utf8') : '';
    if (text.length > limits.gatewayBytes) return this.#refuse(socket, 4002, 'a payload over 4096 bytes');
    const minute = Date.now() - 60_000;
    connection.sends = [...connection.sends.filter((at) => at > minute), Date.now()];
    if (connection.sends.length > limits.gatewaySends)
      return this.#refuse(socket, 4008, 'more than 120 payloads a minute');
    const parsed = clientPayload.safeParse(asJson(text));
    if (!parsed.success) return this.#refuse(socket, 4002, 'a payload that is no JSON');
    const { op, d } = parsed.data;
    if (op === 1) {
      this.log.push('heartbeat');
      connection.lastBeat = Date.now();
      send(socket, { op: 11 });
    } else if (op === 2) this.#identify(connection, d);
    else if (op === 6) this.#resume(connection, d);
    else if (connection.session === undefined) this.#refuse(socket, 4003, `op ${op} before identify`);
    // Presence, voice, members: a bot may send them, and nothing here answers them.
    else if (![3, 4, 8, 31].includes(op)) this.#refuse(socket, 4001, `unknown op ${op}`);
  }

  #identify(connection: Connection, d: unknown) {
    const { socket } = connection;
    if (connection.session) return this.#refuse(socket, 4005, 'identified twice');
    const parsed = identifyBody.safeParse(d);
    if (!parsed.success) return this.#refuse(socket, 4002, 'an identify that is none');
    const { token, intents, shard } = parsed.data;
    this.log.push('identify');
    if (token !== this.options.token) return this.#end(socket, 4004, 'Authentication failed.');
    if (shard[0] >= shard[1]) return this.#refuse(socket, 4010, 'an invalid shard');
    if ((intents & ~everyIntent) !== 0) return this.#refuse(socket, 4013, 'invalid intents');
    const granted = this.options.granted();
    if (privilegedIntents.some((name) => (intents & intent[name]) !== 0 && !granted.includes(name)))
      return this.#end(socket, 4014, 'Disallowed intent(s).');
    const session = new GatewaySession(this.options.snowflake(), intents, shard);
    this.sessions.push(session);
    this.#attach(connection, session);
    session.dispatch('READY', {
      v: 10,
      session_type: 'normal',
      session_id: session.id,
      resume_gateway_url: this.options.url(),
      shard,
      ...this.options.ready(),
    });
    this.options.welcome(session);
  }

  #resume(connection: Connection, d: unknown) {
    const { socket } = connection;
    const parsed = resumeBody.safeParse(d);
    if (!parsed.success) return this.#refuse(socket, 4002, 'a resume that is none');
    const { token, session_id, seq } = parsed.data;
    this.log.push(`resume ${seq}`);
    if (token !== this.options.token) return this.#end(socket, 4004, 'Authentication failed.');
    const refused = this.#refuseResume;
    this.#refuseResume = undefined;
    const session = this.sessions.find(({ id }) => id === session_id);
    if (refused !== undefined || session === undefined || !session.resumable) {
      if (session && !refused?.resumable) session.resumable = false;
      return send(socket, { op: 9, d: refused?.resumable ?? false });
    }
    if (seq > session.events.length) return this.#refuse(socket, 4007, 'a sequence that was never sent');
    session.socket?.terminate();
    this.#attach(connection, session);
    session.replay(seq);
    session.dispatch('RESUMED', { _trace: [] });
  }

  #attach(connection: Connection, session: GatewaySession): void {
    connection.session = session;
    session.socket = connection.socket;
  }

  /** The client broke the protocol. */
  #refuse(socket: WebSocket, code: number, why: string): void {
    this.options.breach(`gateway ${code}: ${why}`);
    this.#end(socket, code, why);
  }

  #end(socket: WebSocket, code: number, why: string): void {
    this.log.push(`close ${code}`);
    socket.close(code, why);
  }
}

function send(socket: WebSocket, payload: object): void {
  socket.send(JSON.stringify({ s: null, t: null, ...payload }));
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
