/** A process that answers talks lets go of what is forgotten: orders of others are noticed, memory is emptied, posts are taken back. */
import { type FSWatcher, watch } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Adapter } from '../../../adapters/adapter.ts';
import { forgetUploads } from '../../conversation/storage/forget-uploads.ts';
import type { ForgetPictures } from '../../conversation/session-parts.ts';
import type { SessionManager } from '../../conversation/session-manager.ts';
import { asChatReidError, type ChatReidError } from '../../foundation/error.ts';
import type { ForgetOrder, WithdrawnPost } from '../../trust/forget/forget-order.ts';
import { Forgotten } from '../../trust/forget/forgotten.ts';
import type { Running } from '../../trust/forget/order-folder.ts';
import type { ForgetTools } from './forget-tools.ts';
import { giveOrder } from './give-order.ts';
import { placesOf } from './places.ts';
import { passOverTalks } from './talk-pass.ts';
import { finishIfDone, workOff } from './work-off.ts';

/** Of the talks of this process. */
type Talks = Pick<SessionManager, 'forgetPictures' | 'settled'>;

export interface LiveForgettingOptions {
  readonly tools: ForgetTools;
  /** What the storage of talks and the conversations do not keep and show. */
  readonly forgetting: Set<Forgotten>;
  /** Drops what is in memory of these pictures, in this process and in the model's. */
  evict(pictureIds: readonly string[]): Promise<void>;
  /** Milliseconds between two looks at the folder, where nothing tells of a change. Default 10,000. */
  readonly lookMs?: number;
  /** Milliseconds until a platform that did not take a post back is asked again. Default 30,000. */
  readonly againMs?: number;
}

/** A platform that refuses for good is not asked twice a minute for ever. */
const longestWaitMs = 3_600_000;
/** Searches that run end in this time, or their process is one that has not answered. */
const settleMs = 45_000;

export class LiveForgetting {
  readonly #adapters = new Map<string, Adapter>();
  readonly #taken = new Map<string, Promise<void>>();
  readonly #stopping = new AbortController();
  /** Aborted where what waits for a platform may go on. */
  #waking = new AbortController();
  #talks: Talks | undefined;
  #running: Running | undefined;
  #watcher: FSWatcher | undefined;
  #looking: Promise<void> = Promise.resolve();
  /** Told what cannot be done now and is tried again. */
  onTrouble: (error: ChatReidError) => void = () => undefined;

  constructor(private readonly its: LiveForgettingOptions) {}

  /** Resolves when what was ordered before is noticed. */
  async start(talks: Talks): Promise<void> {
    this.#talks = talks;
    const { orders } = this.its.tools;
    this.#running = await orders.join();
    try {
      this.#watcher = watch(orders.folder, { persistent: false }, () => void this.look());
      this.#watcher.on('error', () => undefined);
    } catch {
      // Some file systems tell nothing: it is looked at now and then anyway.
    }
    void this.#lookNowAndThen();
    await this.look();
  }

  /** From now on posts of this platform can be taken back. */
  serve(adapter: Adapter): void {
    this.#adapters.set(adapter.name, adapter);
    this.#waking.abort();
    this.#waking = new AbortController();
    void this.look();
  }

  /** What was ordered since. */
  look(): Promise<void> {
    this.#looking = this.#looking.then(async () => {
      if (this.#stopping.signal.aborted) return;
      const open = await this.its.tools.orders.open().catch((error: unknown) => {
        this.#trouble(error);
        return [];
      });
      for (const order of open) this.#take(order);
    });
    return this.#looking;
  }

  /** The act of a talk: the same as an order from outside, and the talk hears what came of it. */
  readonly forget: ForgetPictures = async (gallery, pictures, { conversation, user }) => {
    const { tools } = this.its;
    const held = await (await tools.store()).galleriesOf(pictures);
    const removed = held.filter((names) => names.includes(gallery)).length;
    const elsewhere = held.filter((names) => names.some((name) => name !== gallery)).length;
    if (pictures.length === 0) return { removed, elsewhere };
    const platform = conversation.split(':', 1)[0] ?? '';
    const order = await giveOrder(tools, { why: 'talk', by: { platform, user }, pictures, gallery });
    this.#take(order, conversation);
    // What is left to do when this fails is done by whoever comes next.
    await workOff(tools, order.id);
    return { removed, elsewhere };
  };

  /** Waits for what is being removed, not for platforms that are away. */
  async close(): Promise<void> {
    this.#stopping.abort();
    this.#watcher?.close();
    await this.#looking;
    await Promise.allSettled(this.#taken.values());
    await this.#running?.leave();
  }

  #take(order: ForgetOrder, talk?: string): void {
    if (this.#taken.has(order.id)) return;
    const taking = this.#let(order, talk).catch((error: unknown) => {
      this.#trouble(error);
      // Tried again with the next look.
      if (!this.#stopping.signal.aborted) this.#taken.delete(order.id);
    });
    this.#taken.set(order.id, taking);
  }

  async #let(order: ForgetOrder, talk: string | undefined): Promise<void> {
    const { tools, forgetting, evict } = this.its;
    const forgotten = new Forgotten(order);
    forgetting.add(forgotten);
    try {
      this.#talks?.forgetPictures(forgotten, talk);
      await evict(order.pictures);
      const worked = await workOff(tools, order.id);
      await this.#settled();
      // What was under way when the order came may have kept something again.
      await this.#again(order, forgotten);
      // Nothing of a page is on the disk: those that show a talk are told now, or get it without the picture later.
      const pages = worked?.posts.filter(({ conversation }) => conversation.startsWith('web:')) ?? [];
      for (const page of pages) await this.#takeBack(page);
    } finally {
      forgetting.delete(forgotten);
    }
    await this.#running?.seen(order.id);
    await this.#withdraw(order.id);
  }

  async #settled(): Promise<void> {
    const over = new AbortController();
    const { signal } = over;
    const late = sleep(settleMs, true, { signal, ref: false }).catch(() => false);
    await Promise.race([this.#talks?.settled(), late, aborted(this.#stopping.signal)]);
    over.abort();
  }

  async #again(order: ForgetOrder, forgotten: Forgotten): Promise<void> {
    const { tools, evict } = this.its;
    const [{ uploads }] = await placesOf(tools.home);
    await evict(order.pictures);
    await forgetUploads(uploads, forgotten.ids);
    await passOverTalks(await tools.storage(), forgotten);
  }

  /** Until all that this process can take back is taken back; a platform that is away is asked again. */
  async #withdraw(id: string): Promise<void> {
    const { tools, againMs = 30_000 } = this.its;
    const { signal } = this.#stopping;
    for (let waitMs = againMs; ; waitMs = Math.min(waitMs * 2, longestWaitMs)) {
      const order = await tools.orders.order(id);
      if (!order || order.finished !== undefined || signal.aborted) return;
      const gone: WithdrawnPost[] = [];
      for (const post of order.posts) if (await this.#takeBack(post)) gone.push(post);
      await tools.orders.change(id, (now) => {
        const posts = now.posts.filter((post) => !gone.some((one) => isSame(one, post)));
        return posts.length === now.posts.length ? now : { ...now, posts };
      });
      await finishIfDone(tools, id);
      const left = (await tools.orders.order(id))?.posts ?? [];
      if (left.length === 0) return;
      const either = AbortSignal.any([signal, this.#waking.signal]);
      await sleep(waitMs, undefined, { signal: either, ref: false }).catch(() => undefined);
    }
  }

  /** @returns whether nothing of it is left */
  async #takeBack(post: WithdrawnPost): Promise<boolean> {
    const adapter = this.#adapters.get(post.conversation.split(':', 1)[0] ?? '');
    if (!adapter?.withdraw || this.#stopping.signal.aborted) return false;
    try {
      await adapter.withdraw(post);
      return true;
    } catch (error) {
      this.#trouble(error);
      return false;
    }
  }

  async #lookNowAndThen(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await sleep(this.its.lookMs ?? 10_000, undefined, { signal, ref: false }).catch(() => undefined);
      await this.look();
    }
  }

  #trouble(error: unknown): void {
    if (!this.#stopping.signal.aborted) this.onTrouble(asChatReidError(error, 'forgetting'));
  }
}

function isSame(one: WithdrawnPost, other: WithdrawnPost): boolean {
  return one.conversation === other.conversation && one.message === other.message;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
