/** Where events come in: kept on the disk, acknowledged, then worked on, in order within a talk. */
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ReceiverEvent } from '@slack/bolt';
import { asChatReidError, ChatReidError } from '../../src/foundation/error.ts';
import type { AdapterWatch } from '../adapter.ts';
import type { Journal } from '../journal.ts';
import { Lanes } from '../lanes.ts';
import { type Incoming, type Me, readIncoming } from './incoming.ts';
import type { SlackLimits } from './limits.ts';
import { viewErrors } from './submitted-view.ts';
import type { Threads } from './threads.ts';

/** An event that is kept until it is finished. */
export type KeptIncoming = Extract<Incoming, { readonly id: string }>;

export interface EventWork {
  /** Resolves when what it is about is taken in, so that the next of its talk may come; `done`: nothing is left to do. */
  begin(incoming: KeptIncoming): Promise<{ readonly done: Promise<void> }>;
  /** What needs no keeping: done at once, or not at all. */
  light(incoming: Incoming): Promise<void>;
}

export interface EventGateParts {
  readonly journal: Journal;
  readonly threads: Threads;
  readonly limits: SlackLimits;
  readonly me: Me;
  readonly watch: AdapterWatch;
  readonly work: EventWork;
}

/** Slack sends an event again for so long; a thread that is older has had its mention. */
const youngMs = 600_000;

/** `ours`: to be worked on; `late`: perhaps, when the mention comes that began its thread. */
type Regard = 'ours' | 'late' | 'not ours';

export class EventGate {
  readonly #lanes = new Lanes();
  readonly #running = new Set<Promise<unknown>>();
  readonly #stopping = new AbortController();

  constructor(private readonly parts: EventGateParts) {
    // As many wait as events wait.
    setMaxListeners(0, this.#stopping.signal);
  }

  /** What an earlier process took in and did not finish, before anything that comes now. */
  async replay(): Promise<void> {
    const left: KeptIncoming[] = [];
    for (const { id, event } of await this.parts.journal.unfinished()) {
      const incoming = readIncoming(event, this.parts.me);
      if (incoming && 'id' in incoming) left.push(incoming);
      else await this.parts.journal.finish(id);
    }
    for (const incoming of inOrder(left)) {
      if ((await this.#regard(incoming)) === 'late') this.#await(incoming);
      else this.#queue(incoming, Promise.resolve(true));
    }
  }

  /** @throws ChatReidError STORAGE_*, CANCELLED: it is not acknowledged then, and Slack sends it again */
  async take({ body, ack }: ReceiverEvent): Promise<void> {
    const arrived = performance.now();
    if (this.#stopping.signal.aborted) {
      throw new ChatReidError('CANCELLED', 'The bot is stopping.', 'It is taken in when the bot is back.');
    }
    const incoming = readIncoming(body, this.parts.me);
    const errors = incoming?.kind === 'submitted' ? viewErrors(incoming.view) : undefined;
    if (errors) return ack({ response_action: 'errors', errors });
    if (incoming) await this.#take(incoming, body);
    // A connection that is gone meanwhile brings the event again, and it is known then.
    await ack().catch(() => undefined);
    this.parts.watch.acknowledged(performance.now() - arrived);
  }

  /** Takes nothing more in from now on. Resolves when nothing runs any more. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
  }

  async #take(incoming: Incoming, body: unknown): Promise<void> {
    if (
      !('id' in incoming) ||
      incoming.kind === 'edited' ||
      incoming.kind === 'deleted' ||
      isForm(incoming)
    ) {
      this.#run(this.parts.work.light(incoming));
      return;
    }
    if (incoming.kind === 'message' && incoming.mentioned) this.parts.threads.noted(incoming.place);
    if (incoming.kind !== 'message' || incoming.mentioned) return this.#queued(incoming, body);
    const regard = await this.#regard(incoming);
    if (regard === 'ours') return this.#queued(incoming, body);
    if (regard === 'late' && (await this.#kept(incoming, body))) this.#await(incoming);
  }

  /** Its turn in its lane is fixed now; it is worked on when it is kept. */
  async #queued(incoming: KeptIncoming, body: unknown): Promise<void> {
    const kept = this.#kept(incoming, body);
    this.#queue(incoming, kept);
    await kept;
  }

  /** The thread is claimed last: who finds it claimed after a restart finds the mention too, which comes first. */
  async #kept(incoming: KeptIncoming, body: unknown): Promise<boolean> {
    const mine = await this.parts.journal.take(incoming.id, withoutSecrets(body));
    if (mine && incoming.kind === 'message' && incoming.mentioned)
      await this.parts.threads.claim(incoming.place);
    return mine;
  }

  async #regard(incoming: KeptIncoming): Promise<Regard> {
    if (incoming.kind !== 'message' || incoming.mentioned) return 'ours';
    if (incoming.toAnother) return 'not ours';
    const { place, ts } = incoming;
    if (await this.parts.threads.isOurs(place)) return 'ours';
    const { thread } = place;
    if (thread === undefined || thread === ts) return 'not ours';
    return (Number(ts) - Number(thread)) * 1000 < youngMs ? 'late' : 'not ours';
  }

  /** The mention of a thread may come after what was said under it. */
  #await(incoming: KeptIncoming): void {
    if (incoming.kind !== 'message') return;
    const { signal } = this.#stopping;
    const leave = this.parts.threads.onClaimed(incoming.place, () => {
      timer.abort();
      this.#queue(incoming, Promise.resolve(true));
    });
    const timer = new AbortController();
    const either = AbortSignal.any([timer.signal, signal]);
    void sleep(this.parts.limits.lateMs, undefined, { signal: either, ref: false }).then(
      () => {
        leave();
        this.#run(this.parts.journal.finish(incoming.id));
      },
      () => leave(),
    );
    // It came while this one was being kept.
    void this.parts.threads.isOurs(incoming.place).then(
      async (ours) => {
        if (ours && !timer.signal.aborted) await this.parts.threads.claim(incoming.place);
      },
      () => undefined,
    );
  }

  #queue(incoming: KeptIncoming, kept: Promise<boolean>): void {
    const working = this.#lanes.run(laneOf(incoming), async () => {
      const mine = await kept.catch(() => false);
      return mine ? this.#begun(incoming) : { done: Promise.resolve() };
    });
    this.#run(working.then(({ done }) => done));
  }

  async #begun(incoming: KeptIncoming): Promise<{ readonly done: Promise<void> }> {
    try {
      const { done } = await this.parts.work.begin(incoming);
      return { done: this.#finished(incoming, done) };
    } catch (error) {
      return { done: this.#again(incoming, 0, error) };
    }
  }

  async #finished(incoming: KeptIncoming, done: Promise<void>, tries = 0): Promise<void> {
    try {
      await done;
      await this.parts.journal.finish(incoming.id);
    } catch (error) {
      await this.#again(incoming, tries, error);
    }
  }

  /** What failed may go through a little later; what does not is left for the next start. */
  async #again(incoming: KeptIncoming, tries: number, error: unknown): Promise<void> {
    const { signal } = this.#stopping;
    if (signal.aborted) return;
    this.parts.watch.trouble(asChatReidError(error, 'answering in Slack'));
    const waitMs = this.parts.limits.again[tries];
    if (waitMs === undefined) return;
    try {
      await sleep(waitMs, undefined, { signal, ref: false });
    } catch {
      return;
    }
    const working = this.#lanes.run(laneOf(incoming), () => this.parts.work.begin(incoming));
    await working.then(
      ({ done }) => this.#finished(incoming, done, tries + 1),
      (failed: unknown) => this.#again(incoming, tries + 1, failed),
    );
  }

  #run(work: Promise<unknown>): void {
    const watched = work.catch((error: unknown) => {
      if (!this.#stopping.signal.aborted)
        this.parts.watch.trouble(asChatReidError(error, 'working on what Slack sent'));
    });
    this.#running.add(watched);
    void watched.finally(() => this.#running.delete(watched));
  }
}

/** Messages of one talk as they were written, whatever order they arrived in; everything else keeps its turn. */
function inOrder(left: readonly KeptIncoming[]): KeptIncoming[] {
  const lanes = new Map<string, Extract<KeptIncoming, { kind: 'message' }>[]>();
  for (const incoming of left) {
    if (incoming.kind !== 'message') continue;
    const lane = laneOf(incoming);
    lanes.set(lane, [...(lanes.get(lane) ?? []), incoming]);
  }
  for (const lane of lanes.values()) lane.sort((one, other) => Number(one.ts) - Number(other.ts));
  return left.map((incoming) =>
    incoming.kind === 'message' ? (lanes.get(laneOf(incoming))?.shift() ?? incoming) : incoming,
  );
}

/** `/find` without words opens a form, for which there are three seconds: it is done at once or not at all. */
function isForm(incoming: KeptIncoming): boolean {
  return incoming.kind === 'find' && incoming.text.trim() === '';
}

function laneOf(incoming: KeptIncoming): string {
  if (!('place' in incoming)) return incoming.id;
  const { channel, thread } = incoming.place;
  return incoming.kind === 'find' ? incoming.id : `${channel}/${thread ?? 'direct'}`;
}

/** The verification token of old is a secret still. */
function withoutSecrets(body: unknown): unknown {
  const { token: _, ...rest } = body as { token?: unknown };
  return rest;
}
