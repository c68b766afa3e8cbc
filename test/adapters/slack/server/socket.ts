/** Socket Mode: addresses that are good for one connection, hello, envelopes that must be acknowledged, disconnects. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Delivery, Transport } from './courier.ts';
import { isObject, type Json } from './json.ts';
import { limits } from './limits.ts';
import { Refusal } from './refusal.ts';
import { bot } from './workspace.ts';

interface Waiting {
  readonly delivery: Delivery;
  readonly socket: WebSocket;
  readonly started: number;
  readonly settle: (reason: string | undefined) => void;
}

export class SocketTransport implements Transport {
  readonly over = 'socket';
  readonly #server = new WebSocketServer({ noServer: true });
  readonly #tickets = new Set<string>();
  readonly #open: WebSocket[] = [];
  readonly #waiting = new Map<string, Waiting>();
  readonly #arrivals = new Set<() => void>();
  /** What the app sent that acknowledges nothing: a test looks here for trouble. */
  readonly strays: string[] = [];
  /** Connections there were. */
  connections = 0;
  #next = 0;
  readonly #pings: NodeJS.Timeout;

  constructor() {
    this.#pings = setInterval(() => {
      for (const socket of this.#open) socket.ping(`Ping from ${host}`);
    }, 5_000);
    this.#pings.unref();
  }

  /** Sockets that take envelopes. */
  get connected(): number {
    return this.#open.length;
  }

  /** @param origin `http://127.0.0.1:4000/` @throws Refusal too_many_websockets */
  address(origin: string): string {
    if (this.#open.length >= limits.sockets) throw new Refusal('too_many_websockets');
    const ticket = randomUUID();
    this.#tickets.add(ticket);
    return `${origin.replace(/^http/, 'ws')}link/?ticket=${ticket}&app_id=${bot.app}`;
  }

  /** @param request an upgrade to `/link/` */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const ticket = new URL(request.url ?? '/', 'http://slack.invalid').searchParams.get('ticket') ?? '';
    if (!this.#tickets.delete(ticket)) {
      socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n');
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (opened) => this.#welcome(opened));
  }

  async send(delivery: Delivery, deadlineMs: number, signal: AbortSignal): Promise<string | undefined> {
    const started = performance.now();
    const socket = await this.#connection(deadlineMs, signal);
    if (socket === undefined) return 'timeout';
    return new Promise((resolve) => {
      const timer = setTimeout(() => settle('timeout'), deadlineMs - (performance.now() - started));
      const settle = (reason: string | undefined) => {
        clearTimeout(timer);
        signal.removeEventListener('abort', aborted);
        resolve(reason);
      };
      const aborted = () => settle('timeout');
      signal.addEventListener('abort', aborted);
      this.#waiting.set(delivery.envelopeId, { delivery, socket, started: performance.now(), settle });
      socket.send(JSON.stringify(envelope(delivery)));
    });
  }

  /** Says it to one connection, the oldest, or to all; they are closed a moment after a refresh. */
  disconnect(reason: 'warning' | 'refresh_requested' | 'link_disabled'): void {
    for (const socket of [...this.#open]) {
      socket.send(JSON.stringify({ type: 'disconnect', reason, debug_info: { host } }));
      if (reason === 'warning') continue;
      this.#forget(socket);
      setTimeout(() => socket.close(1000), 200).unref();
    }
  }

  /** Anything, as a text frame: for what no Slack would send. */
  raw(text: string): void {
    for (const socket of this.#open) socket.send(text);
  }

  /** Every connection is gone without a word. */
  drop(): void {
    for (const socket of [...this.#open]) {
      this.#forget(socket);
      socket.terminate();
    }
  }

  stop(): void {
    clearInterval(this.#pings);
    this.drop();
    this.#server.close();
  }

  #welcome(socket: WebSocket): void {
    this.connections++;
    this.#open.push(socket);
    socket.on('message', (data) => this.#heard(String(data)));
    socket.on('close', () => this.#forget(socket));
    socket.on('error', () => this.#forget(socket));
    socket.send(
      JSON.stringify({
        type: 'hello',
        num_connections: this.#open.length,
        debug_info: { host, build_number: 1, approximate_connection_time: 18_060 },
        connection_info: { app_id: bot.app },
      }),
    );
    for (const arrived of [...this.#arrivals]) arrived();
  }

  #heard(text: string): void {
    const said: unknown = JSON.parse(text);
    const waiting = isObject(said) ? this.#waiting.get(String(said.envelope_id)) : undefined;
    if (waiting === undefined || !isObject(said)) {
      this.strays.push(text);
      return;
    }
    const { delivery, started, settle } = waiting;
    // A second acknowledgement of an envelope changes nothing.
    delivery.ackMs ??= performance.now() - started;
    if (isObject(said.payload) && Object.keys(said.payload).length > 0)
      delivery.answer ??= said.payload as Json;
    settle(undefined);
  }

  /** Whatever it did not acknowledge is sent again, on another connection. */
  #forget(socket: WebSocket): void {
    const index = this.#open.indexOf(socket);
    if (index >= 0) this.#open.splice(index, 1);
    for (const waiting of this.#waiting.values()) {
      if (waiting.socket === socket && waiting.delivery.ackMs === undefined) waiting.settle('timeout');
    }
  }

  /** One of those that are open, in turn; waits for one where there is none. */
  async #connection(deadlineMs: number, signal: AbortSignal): Promise<WebSocket | undefined> {
    if (this.#open.length === 0) {
      await new Promise<void>((resolve) => {
        const done = () => {
          clearTimeout(timer);
          signal.removeEventListener('abort', done);
          this.#arrivals.delete(done);
          resolve();
        };
        const timer = setTimeout(done, deadlineMs);
        signal.addEventListener('abort', done);
        this.#arrivals.add(done);
      });
    }
    this.#next++;
    return this.#open[this.#next % Math.max(1, this.#open.length)];
  }
}

const host = 'applink-canary-1';

function envelope({ parcel, envelopeId, attempt, retryReason }: Delivery): object {
  return {
    envelope_id: envelopeId,
    payload: parcel.body,
    type: parcel.kind,
    accepts_response_payload: parcel.kind !== 'events_api',
    ...(parcel.kind === 'events_api' ? { retry_attempt: attempt, retry_reason: retryReason } : {}),
  };
}
