/** Brings what happens to the app: several times or out of order where a test wants it, again where it was not acknowledged. */
import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Json, JsonObject } from './json.ts';
import { textAt } from './json.ts';

export interface Parcel {
  readonly kind: 'events_api' | 'interactive' | 'slash_commands';
  readonly body: JsonObject;
}

/** One attempt to deliver a parcel. */
export interface Delivery {
  readonly parcel: Parcel;
  readonly envelopeId: string;
  /** 0 is the first. */
  readonly attempt: number;
  readonly retryReason: string;
  readonly over: 'socket' | 'http';
  readonly sentAt: number;
  /** Milliseconds until the app said that it has it; undefined where it did not in time. */
  ackMs?: number;
  /** What came with the acknowledgement: errors of a modal, a message for a slash command. */
  answer?: Json;
  /** Of HTTP. */
  status?: number;
}

export interface Transport {
  readonly over: 'socket' | 'http';
  /** Resolves when it was acknowledged, or with the reason why it was not. Fills the delivery in. */
  send(delivery: Delivery, deadlineMs: number, signal: AbortSignal): Promise<string | undefined>;
}

export type Order = 'in order' | 'reversed' | 'shuffled';

export interface Handling {
  /** How often each parcel is brought; a copy is a repeated attempt with the same event id. */
  readonly times?: number;
  /** Copies of all that is under way come in any order, each up to so many milliseconds late. */
  readonly spreadMs?: number;
}

export class Courier {
  readonly deliveries: Delivery[] = [];
  /** For every parcel that says nothing of its own. */
  handling: Handling = {};
  transport: Transport;
  /** Called when the app said that it has a parcel. */
  acknowledged: () => void = () => undefined;
  #held: { go: () => void }[] | undefined;
  readonly #ending = new AbortController();
  #random = 1;

  constructor(
    transport: Transport,
    private readonly times: { readonly ackDeadlineMs: number; readonly retryAfterMs: readonly number[] },
  ) {
    this.transport = transport;
    // As many listen as deliveries are under way.
    setMaxListeners(0, this.#ending.signal);
  }

  /** Everything that is sent from now on waits for `release`. */
  hold(): void {
    this.#held ??= [];
  }

  release(order: Order = 'in order'): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    if (order === 'reversed') held.reverse();
    if (order === 'shuffled') held.sort(() => this.#draw() - 0.5);
    for (const { go } of held) go();
  }

  /** Resolves when every copy was acknowledged or given up, with all attempts. */
  async deliver(parcel: Parcel, handling: Handling = {}): Promise<readonly Delivery[]> {
    const { times = 1, spreadMs = 0 } = { ...this.handling, ...handling };
    const copies = Array.from({ length: times }, (_, i) => this.#copy(parcel, i, spreadMs));
    return (await Promise.all(copies)).flat();
  }

  /** Parcels of which no copy was ever acknowledged, in the order in which they were sent first; some may be under way still. */
  get unacknowledged(): readonly Parcel[] {
    const known = new Set(
      this.deliveries.filter(({ ackMs }) => ackMs !== undefined).map(({ parcel }) => parcel),
    );
    return [...new Set(this.deliveries.map(({ parcel }) => parcel))].filter((parcel) => !known.has(parcel));
  }

  /** Brings those once more, to the process that runs now: what a person does who presses again. */
  async again(): Promise<void> {
    await Promise.all(this.unacknowledged.map((parcel) => this.deliver(parcel, { times: 1 })));
  }

  stop(): void {
    this.#ending.abort();
    this.release();
  }

  async #copy(parcel: Parcel, first: number, spreadMs: number): Promise<readonly Delivery[]> {
    const attempts: Delivery[] = [];
    await this.#turn();
    if (spreadMs > 0) await this.#rest(Math.floor(this.#draw() * spreadMs));
    let reason: string | undefined = first === 0 ? '' : 'timeout';
    const tries = parcel.kind === 'events_api' ? this.times.retryAfterMs.length : 0;
    for (let i = 0; i <= tries && !this.#ending.signal.aborted; i++) {
      const delivery: Delivery = {
        parcel,
        envelopeId: randomUUID(),
        attempt: first + i,
        retryReason: reason,
        over: this.transport.over,
        sentAt: Date.now(),
      };
      attempts.push(delivery);
      this.deliveries.push(delivery);
      reason = await this.transport.send(delivery, this.times.ackDeadlineMs, this.#ending.signal);
      if (reason === undefined) {
        this.acknowledged();
        return attempts;
      }
      await this.#rest(this.times.retryAfterMs[i] ?? 0);
    }
    return attempts;
  }

  #turn(): Promise<void> | undefined {
    if (this.#held === undefined) return undefined;
    return new Promise((go) => this.#held?.push({ go }));
  }

  async #rest(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#ending.signal }).catch(() => undefined);
  }

  /** The same numbers in every run. */
  #draw(): number {
    this.#random = (this.#random * 48_271) % 2_147_483_647;
    return this.#random / 2_147_483_647;
  }
}

/** The event's id, or what stands for it in an interaction. */
export function parcelId({ body }: Parcel): string {
  return textAt(body, 'event_id') || textAt(body, 'trigger_id');
}
