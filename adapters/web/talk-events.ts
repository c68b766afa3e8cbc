/** What happened in the talks since this process started: a page that lost its connection is told what it missed. */
import { randomUUID } from 'node:crypto';
import type { PageMessage } from './page-message.ts';
import type { PageReply } from './page-reply.ts';

export type TalkEvent =
  | { readonly kind: 'message'; readonly data: PageMessage }
  /** `to`: who is answered, `web:alice`; others may be allowed to see less. */
  | { readonly kind: 'reply'; readonly data: PageReply; readonly to: string }
  /** A message is dealt with, and there may be no reply: a newer one made it obsolete. */
  | { readonly kind: 'done'; readonly data: { readonly to: string } }
  /** All that was said is removed: a page that shows it must not go on showing it. */
  | { readonly kind: 'forgotten'; readonly data: Readonly<Record<string, never>> }
  /** A picture of it is removed: the page gets all of it anew. */
  | { readonly kind: 'renewed'; readonly data: Readonly<Record<string, never>> }
  | {
      readonly kind: 'failed';
      readonly data: {
        readonly to: string;
        readonly code: string;
        readonly message: string;
        readonly next: string;
      };
    };

export type NumberedEvent = TalkEvent & { readonly id: string };
type Listener = (event: NumberedEvent) => void;

interface Log {
  next: number;
  readonly events: (NumberedEvent & { readonly number: number })[];
  readonly listeners: Set<Listener>;
  /** Taken in and not dealt with: no turn has them yet. */
  readonly open: Map<string, PageMessage>;
}

const keptEvents = 100;
const keptTalks = 200;

/** Talks are named as among all conversations. */
export class TalkEvents {
  /** Numbers begin anew with every process, so they carry its name. */
  readonly #process = randomUUID().slice(0, 8);
  readonly #logs = new Map<string, Log>();
  /** Above every number given so far: a log that begins anew must not take an old log's number for its own. */
  #next = 1;

  publish(talk: string, event: TalkEvent): void {
    const log = this.#log(talk);
    const number = this.#number(log);
    const numbered = { ...event, id: this.#id(number), number };
    log.events.push(numbered);
    if (log.events.length > keptEvents) log.events.shift();
    if (event.kind === 'message') log.open.set(event.data.id, event.data);
    if (event.kind === 'done' || event.kind === 'failed') log.open.delete(event.data.to);
    for (const listener of log.listeners) listener(numbered);
  }

  listen(talk: string, listener: Listener): () => void {
    const { listeners } = this.#log(talk);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  /** @returns undefined where it is not known any more what came after `lastId` */
  since(talk: string, lastId: string | undefined): NumberedEvent[] | undefined {
    const [name, text = ''] = (lastId ?? '').split('-');
    const last = /^\d+$/.test(text) ? Number(text) : -1;
    if (name !== this.#process || last < 0) return undefined;
    const { events, next } = this.#log(talk);
    const oldest = events[0]?.number ?? next;
    if (last + 1 < oldest || last >= next) return undefined;
    return events.filter(({ number }) => number > last);
  }

  /** Of the latest event: what is read from disk after this holds everything up to it. */
  lastId(talk: string): string {
    return this.#id(this.#log(talk).next - 1);
  }

  /** Whether something was taken in that no turn has yet. */
  isUnderWay(talk: string): boolean {
    return (this.#logs.get(talk)?.open.size ?? 0) > 0;
  }

  /** Messages that no turn has yet, and of one person's the pages that were shown for them. */
  open(talk: string, user: string): { readonly messages: PageMessage[]; readonly replies: PageReply[] } {
    const { open, events } = this.#log(talk);
    const replies = events.flatMap((event) =>
      event.kind === 'reply' && event.to === user && open.has(event.data.to) ? [event.data] : [],
    );
    return { messages: [...open.values()], replies };
  }

  /** Pages that listen are told of it, and go on listening: somebody may say something in this talk again. */
  forget(talk: string): void {
    const log = this.#logs.get(talk);
    if (log === undefined) return;
    log.events.length = 0;
    log.open.clear();
    // A number that no event has: whoever knows the one before it still shows what is forgotten, and gets everything.
    const number = this.#number(log);
    for (const listener of log.listeners) listener({ kind: 'forgotten', data: {}, id: this.#id(number) });
    if (log.listeners.size === 0) this.#logs.delete(talk);
  }

  /** Pages that listen get all of it anew; one that comes back later too. */
  renew(talk: string): void {
    const log = this.#logs.get(talk);
    if (log === undefined) return;
    log.events.length = 0;
    const number = this.#number(log);
    for (const listener of log.listeners) listener({ kind: 'renewed', data: {}, id: this.#id(number) });
  }

  #number(log: Log): number {
    const number = log.next++;
    this.#next = Math.max(this.#next, log.next);
    return number;
  }

  #id(number: number): string {
    return `${this.#process}-${number}`;
  }

  #log(talk: string): Log {
    const log = this.#logs.get(talk) ?? {
      next: this.#next,
      events: [],
      listeners: new Set(),
      open: new Map(),
    };
    // Most recently used last.
    this.#logs.delete(talk);
    this.#logs.set(talk, log);
    if (this.#logs.size > keptTalks) this.#dropIdle();
    return log;
  }

  #dropIdle(): void {
    for (const [talk, { listeners, open }] of this.#logs) {
      if (this.#logs.size <= keptTalks) return;
      if (listeners.size === 0 && open.size === 0) this.#logs.delete(talk);
    }
  }
}
