/** An order to forget is worked off: every step may be done again, so that whoever comes after a kill just begins anew. */
import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { forgetUploads } from '../../conversation/storage/forget-uploads.ts';
import type { ConversationStorage } from '../../conversation/storage/conversation-storage.ts';
import { stateFileName } from '../../conversation/storage/state-snapshot.ts';
import { keys } from '../../conversation/storage/talk-record.ts';
import { removeFeatures } from '../../engine/feature-folder.ts';
import { forgetEmbeddings } from '../../evaluation/forget-embeddings.ts';
import { asChatReidError, ChatReidError } from '../../foundation/error.ts';
import { ByteScanner } from '../../trust/forget/byte-scanner.ts';
import { compactDatabase } from '../../trust/forget/compact-database.ts';
import {
  finishedOrder,
  type ForgetCounts,
  type ForgetOrder,
  withoutNames,
} from '../../trust/forget/forget-order.ts';
import { Forgotten } from '../../trust/forget/forgotten.ts';
import { needlesOf } from '../../trust/forget/scan-home.ts';
import { forgetInAudit } from './forget-in-audit.ts';
import { chatFolder, type ForgetTools, inEachGallery } from './forget-tools.ts';
import { orderFacts } from './give-order.ts';
import type { OpenPlace } from './mark-pictures.ts';
import { type Place, placesOf } from './places.ts';
import { passOverTalks, postsOf, removeOldTalks } from './talk-pass.ts';

const terminal = 'terminal:';

/**
 * What is on this machine, and in a state that is kept elsewhere. Posts on platforms are left to the process that serves them.
 *
 * @returns the order as it is then; undefined where there is none of this id
 * @throws ChatReidError of the first step that failed; the others are done
 */
export async function workOff(
  tools: ForgetTools,
  id: string,
  signal?: AbortSignal,
): Promise<ForgetOrder | undefined> {
  return tools.orders.alone('work', async () => {
    const order = await tools.orders.order(id);
    if (!order || order.removed !== undefined) return order;
    return new Working(tools, order, signal).run();
  });
}

/**
 * Nothing is left to do where no post is left to be taken back. Names are thrown away as soon as no process that runs can have
 * them in memory; by then pages are told, too.
 */
export async function finishIfDone(tools: ForgetTools, id: string): Promise<ForgetOrder | undefined> {
  const waiting = await tools.orders.waitingFor(id);
  return tools.orders.change(id, (order) => {
    if (order.removed === undefined || order.finished !== undefined || waiting.length > 0) return order;
    const posts = order.posts.filter(({ conversation }) => !conversation.startsWith('web:'));
    return posts.length === 0 ? finishedOrder(order, tools.now()) : withoutNames({ ...order, posts });
  });
}

class Working {
  readonly #forgotten: Forgotten;
  readonly #scanner: ByteScanner;
  readonly #failures: unknown[] = [];

  constructor(
    private readonly tools: ForgetTools,
    private readonly order: ForgetOrder,
    private readonly signal?: AbortSignal,
  ) {
    this.#forgotten = new Forgotten(order);
    this.#scanner = new ByteScanner(order.salt, needlesOf(order));
  }

  async run(): Promise<ForgetOrder> {
    const { tools, order } = this;
    const counts: { -readonly [name in keyof ForgetCounts]: number } = { ...order.counts };
    const add = (name: keyof ForgetCounts, number: number) => {
      counts[name] += number;
    };
    // Before what they are found by is gone: an earlier try may have found some that are found no more.
    const posts = await this.#keepPosts();
    await this.#step('galleries', async () => add('entries', await this.#galleries()));
    for (const place of await placesOf(tools.home)) {
      await this.#step('caches', () => this.#caches(place));
      await this.#step('damaged files', () => this.#damaged(place));
      await this.#step('uploads', async () =>
        add('uploads', await forgetUploads(place.uploads, this.#forgotten.ids)),
      );
    }
    // The list of an import of the demo that was stopped half-way.
    const demo = join(tools.home.root, 'demo');
    await this.#step('lists', () => this.#sweep(demo));
    await this.#step('sheets', () => this.#sheets(posts));
    await this.#step('talks', async () => add('talks', await this.#talks()));
    await this.#step('audit', async () => add('audit', await this.#audit()));
    await this.#step('databases', () => this.#compact());
    if (this.#failures.length > 0) throw this.#failures[0];
    const trail = await tools.audit();
    await trail?.record({
      ...order.by,
      kind: 'forget',
      facts: { ...orderFacts(order), ...counts, posts: posts.length, stage: 'done' },
    });
    const removed = tools.now().toISOString();
    const done = await tools.orders.change(order.id, (now) => ({
      ...now,
      posts: now.posts.filter(({ conversation }) => !conversation.startsWith(terminal)),
      removed,
      counts: { ...counts, posts: posts.length },
    }));
    return done ?? order;
  }

  /** A step that cannot be done keeps no other from being done; the order stays open. */
  async #step(what: string, work: () => Promise<unknown>): Promise<void> {
    this.signal?.throwIfAborted();
    try {
      await work();
    } catch (error) {
      this.#failures.push(asChatReidError(error, `forgetting in ${what}`));
    }
  }

  async #keepPosts() {
    const { tools, order } = this;
    const found = await postsOf(await tools.storage(), order);
    const now = await tools.orders.change(order.id, (kept) => {
      const known = new Set(kept.posts.map((post) => `${post.conversation}\n${post.message}`));
      const fresh = found.filter((post) => !known.has(`${post.conversation}\n${post.message}`));
      return fresh.length === 0 ? kept : { ...kept, posts: [...kept.posts, ...fresh] };
    });
    return now?.posts ?? found;
  }

  async #galleries(): Promise<number> {
    const { order } = this;
    const remove = async ({ store }: OpenPlace) => {
      let count = 0;
      for (const { name } of await store.galleries()) {
        const some = order.elsewhere.filter(({ gallery }) => gallery === name);
        count += await store.remove(name, [...order.pictures, ...some.flatMap(({ pictures }) => pictures)]);
      }
      return count;
    };
    const removed = await inEachGallery(this.tools, remove, async ({ galleries }) => {
      await forgetUploads(join(galleries, 'pictures'), this.#forgotten.ids);
      await this.#removeIfConcerned(join(galleries, 'gallery.db'));
    });
    return removed.reduce((sum, count) => sum + count, 0);
  }

  /** All of it can be computed again; what an import left half done holds names and paths. */
  async #caches({ cache, features, evaluation }: Place): Promise<void> {
    const { ids } = this.#forgotten;
    await removeFeatures(features, ids);
    await forgetEmbeddings(evaluation, ids);
    const left = (await readdir(cache).catch(() => [])).filter((name) => name.startsWith('registering-'));
    for (const path of [evaluation, ...left.map((name) => join(cache, name))]) await this.#sweep(path);
  }

  /** Files in which something is left go as a whole, but for those that are made for many pictures. */
  async #sweep(folder: string): Promise<void> {
    for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) await this.#sweep(path);
      else if (entry.isFile() && !entry.name.endsWith('.vectors')) await this.#removeIfConcerned(path);
    }
  }

  /** A database that was damaged lies beside the one that took its place: nobody can take one person out of it. */
  async #damaged({ galleries, conversations }: Place): Promise<void> {
    for (const folder of [galleries, conversations]) {
      const names = await readdir(folder).catch(() => []);
      for (const name of names.filter((one) => one.includes('.damaged-'))) {
        await this.#removeIfConcerned(join(folder, name));
      }
    }
  }

  async #removeIfConcerned(path: string): Promise<void> {
    let found = false;
    await this.#scanner.scanFile(path, () => {
      found = true;
    });
    if (found) await rm(path, { force: true });
  }

  /** Contact sheets of talks in a terminal: of those that showed a picture, and of those of which that is not known. */
  async #sheets(posts: ForgetOrder['posts']): Promise<void> {
    const folder = chatFolder(this.tools.home);
    const concerned = new Set(
      posts.flatMap(({ conversation }) =>
        conversation.startsWith(terminal) ? [conversation.slice(terminal.length)] : [],
      ),
    );
    const storage = await this.tools.storage();
    for (const name of await readdir(folder).catch(() => [])) {
      const known = await storage.talks.get(keys.head(terminal + name));
      if (concerned.has(name) || known === undefined) {
        await rm(join(folder, name), { recursive: true, force: true });
      }
    }
  }

  async #talks(): Promise<number> {
    const storage = await this.tools.storage();
    const removed = await removeOldTalks(storage, this.order.talksBefore);
    const changed = await passOverTalks(storage, this.#forgotten, this.signal);
    const [, ...aside] = await placesOf(this.tools.home);
    for (const { conversations } of aside) {
      if (!existsSync(join(conversations, stateFileName))) continue;
      await inStorage(conversations, (its) => passOverTalks(its, this.#forgotten, this.signal));
    }
    await storage.tidy();
    return removed.length + changed;
  }

  async #audit(): Promise<number> {
    const [own, ...aside] = await placesOf(this.tools.home);
    for (const { audit } of aside) {
      await forgetInAudit(audit, this.order, this.#forgotten).catch(() => this.#sweep(audit));
    }
    return forgetInAudit(own.audit, this.order, this.#forgotten);
  }

  async #compact(): Promise<void> {
    for (const { galleries, conversations } of await placesOf(this.tools.home)) {
      for (const file of [join(galleries, 'gallery.db'), join(conversations, stateFileName)]) {
        if (!(await compactDatabase(file, this.#scanner))) throw stillRead(file);
      }
    }
  }
}

function stillRead(file: string): ChatReidError {
  return new ChatReidError(
    'GALLERY_BUSY',
    `What was removed may still be in the log of ${file}: somebody reads it all the time.`,
    'Stop the other chatreid processes; whatever command comes next finishes it.',
  );
}

async function inStorage<Result>(
  folder: string,
  work: (storage: ConversationStorage) => Promise<Result>,
): Promise<Result> {
  const { openStorage } = await import('../../conversation/storage/open-storage.ts');
  const storage = await openStorage({ folder });
  try {
    return await work(storage);
  } finally {
    await storage.close();
  }
}
