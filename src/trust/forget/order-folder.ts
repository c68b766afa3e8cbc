/** CHATREID_HOME/forget: orders as files, whole or not there, and who runs beside. */
import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { asChatReidError } from '../../foundation/error.ts';
import { makePrivateFolder } from '../../foundation/home.ts';
import { ProcessLock } from '../../foundation/process-lock.ts';
import { syncFolder } from '../../foundation/sync-folder.ts';
import { type ForgetOrder, readOrder } from './forget-order.ts';

export function forgetFolder(root: string): string {
  return join(root, 'forget');
}

/** An order over a large home takes minutes. */
const patienceMs = 600_000;

/** Orders that are open, and those that are done: whoever starts reads the open ones alone. */
const openFile = /^order-([0-9a-f-]{36})\.json$/;
const doneFile = /^done-([0-9a-f-]{36})\.json$/;
const runningFile = /^running-([0-9a-f-]{36})\.lock$/;

export class OrderFolder {
  readonly folder: string;

  /** @param root CHATREID_HOME */
  constructor(root: string) {
    this.folder = forgetFolder(root);
  }

  /** On the disk when it resolves; an order of before is replaced. @throws ChatReidError STORAGE_* */
  async save(order: ForgetOrder): Promise<void> {
    const path = order.finished === undefined ? this.#open(order.id) : this.#done(order.id);
    const beside = `${path}.${randomUUID()}.tmp`;
    try {
      await makePrivateFolder(this.folder);
      const file = await open(beside, 'wx', 0o600);
      try {
        await file.writeFile(JSON.stringify(order));
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(beside, path);
      if (order.finished !== undefined) await rm(this.#open(order.id), { force: true });
      await syncFolder(this.folder);
    } catch (error) {
      await rm(beside, { force: true }).catch(() => undefined);
      throw asChatReidError(error, 'keeping an order to forget');
    }
  }

  /**
   * In turn with other processes.
   *
   * @returns the order as it is now; undefined where it is not there
   * @throws ChatReidError STORAGE_*, INTERNAL
   */
  async change(id: string, change: (order: ForgetOrder) => ForgetOrder): Promise<ForgetOrder | undefined> {
    return this.alone('orders', async () => {
      const order = await this.order(id);
      if (!order) return undefined;
      const now = change(order);
      if (now !== order) await this.save(now);
      return now;
    });
  }

  /** One process at a time, for as long as the work takes. @param what `orders`: their files; `work`: what is removed */
  async alone<Result>(what: 'orders' | 'work', work: () => Promise<Result>): Promise<Result> {
    await makePrivateFolder(this.folder);
    const lock = ProcessLock.open(join(this.folder, `${what}.lock`));
    try {
      return await lock.hold(patienceMs, work);
    } catch (error) {
      throw asChatReidError(error, 'waiting for another process that forgets');
    } finally {
      lock.release();
    }
  }

  /** The oldest first. @throws ChatReidError INTERNAL, STORAGE_* */
  async all(): Promise<ForgetOrder[]> {
    return [...(await this.#read(openFile)), ...(await this.#read(doneFile))].sort(byAge);
  }

  /** Those of which something is left to do. */
  async open(): Promise<ForgetOrder[]> {
    return (await this.#read(openFile)).sort(byAge);
  }

  async order(id: string): Promise<ForgetOrder | undefined> {
    return (await readFileOf(this.#open(id))) ?? (await readFileOf(this.#done(id)));
  }

  /** What was forgotten by the hour is not kept for the proof for ever. @param before ISO 8601 in UTC */
  async dropRetentionBefore(before: string): Promise<void> {
    for (const { id, why, made } of await this.#read(doneFile)) {
      if (why === 'retention' && made < before) await rm(this.#done(id), { force: true });
    }
  }

  /** Clears away what killed processes were writing. */
  async tidy(): Promise<void> {
    for (const name of await this.#names()) {
      if (name.endsWith('.tmp')) await rm(join(this.folder, name), { force: true });
    }
  }

  /** This process holds talks in memory from now on: who gives an order waits until it has worked on it. */
  async join(): Promise<Running> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const id = randomUUID();
    const path = join(this.folder, `running-${id}.lock`);
    const lock = ProcessLock.take(path);
    return {
      seen: async (order) => {
        const file = await open(join(this.folder, `seen-${order}-${id}`), 'w', 0o600);
        await file.close();
      },
      leave: async () => {
        lock?.release();
        await rm(path, { force: true });
        for (const name of await this.#names()) {
          if (name.startsWith('seen-') && name.endsWith(id))
            await rm(join(this.folder, name), { force: true });
        }
      },
    };
  }

  /** Processes that run and have not worked on this order yet; what is left of ended ones is cleared away. */
  async waitingFor(order: string): Promise<string[]> {
    const names = await this.#names();
    const waiting: string[] = [];
    for (const name of names) {
      const id = runningFile.exec(name)?.[1];
      if (id === undefined || names.includes(`seen-${order}-${id}`)) continue;
      const path = join(this.folder, name);
      const dead = ProcessLock.take(path);
      dead?.release();
      if (dead) await rm(path, { force: true });
      else waiting.push(id);
    }
    return waiting;
  }

  async #read(names: RegExp): Promise<ForgetOrder[]> {
    const orders: ForgetOrder[] = [];
    for (const name of await this.#names()) {
      const order = names.test(name) ? await readFileOf(join(this.folder, name)) : undefined;
      if (order) orders.push(order);
    }
    return orders;
  }

  #open(id: string): string {
    return join(this.folder, `order-${id}.json`);
  }

  #done(id: string): string {
    return join(this.folder, `done-${id}.json`);
  }

  async #names(): Promise<string[]> {
    return readdir(this.folder).catch(() => []);
  }
}

async function readFileOf(path: string): Promise<ForgetOrder | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw asChatReidError(error, 'reading an order to forget');
  });
  return text === undefined ? undefined : readOrder(text, path);
}

function byAge(one: ForgetOrder, other: ForgetOrder): number {
  return one.made < other.made ? -1 : 1;
}

export interface Running {
  /** This process has nothing of the order left in memory, and will write nothing of it. */
  seen(order: string): Promise<void>;
  leave(): Promise<void>;
}
