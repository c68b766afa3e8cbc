/** One session of a bot with the gateway: what was dispatched to it, so that it can resume. */
import type { WebSocket } from 'ws';

export interface Dispatched {
  readonly s: number;
  readonly t: string;
  readonly d: unknown;
}

export class GatewaySession {
  socket?: WebSocket;
  /** Whether it may still be resumed. */
  resumable = true;
  readonly events: Dispatched[] = [];

  constructor(
    readonly id: string,
    readonly intents: number,
    readonly shard: readonly [number, number],
  ) {}

  /** Numbers an event and sends it, or keeps it for a resume where nobody listens. */
  dispatch(t: string, d: unknown): void {
    const event = { s: this.events.length + 1, t, d };
    this.events.push(event);
    this.#send(event);
  }

  /** Everything after what the client has. */
  replay(after: number): void {
    for (const event of this.events.slice(after)) this.#send(event);
  }

  #send(event: Dispatched): void {
    if (this.socket?.readyState === 1) this.socket.send(JSON.stringify({ op: 0, ...event }));
  }
}
