/** What is done to talks: turns, pictures that are sent, forgetting, the journals of adapters. */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { utimes } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import sharp from 'sharp';
import { Journal } from '../../../adapters/journal.ts';
import { bareParts } from '../../../bench/bare-talks.ts';
import { SessionManager } from '../../../src/conversation/session-manager.ts';
import type { SessionLimits } from '../../../src/conversation/session-parts.ts';
import type { ConversationStorage } from '../../../src/conversation/storage/conversation-storage.ts';
import { openStorage } from '../../../src/conversation/storage/open-storage.ts';
import { Uploads } from '../../../src/conversation/uploads.ts';
import { messageOf } from '../../conversation/message-of.ts';
import { picture } from '../../gallery/test-pictures.ts';
import { filesBelow } from '../home-invariants.ts';
import type { Operation, Say } from '../operation.ts';

const talk = 'test:talk';
const talksOf = (root: string) => join(root, 'home', 'conversations');
const picturesOf = (root: string) => join(talksOf(root), 'pictures');
const words = ['one', 'two', 'three', 'four', 'five'];

/** As the next process does: what was left first, then the platform sends everything again. */
async function say(
  root: string,
  from: number,
  to: number,
  promise: Say,
  limits: Partial<SessionLimits> = {},
) {
  const manager = new SessionManager(
    await bareParts(talksOf(root), undefined, { limits: { retries: [], away: [], ...limits } }),
  );
  const deliver = async ({ key }: { readonly key: string }) => {
    appendFileSync(join(root, 'delivered'), `${key}\n`);
  };
  try {
    await manager.resume('test:', deliver);
    for (let at = from; at < to; at++) {
      const more = at % 2 === 0 ? { pictures: [await picture(700 + at)] } : {};
      const { accepted, done } = manager.handle(messageOf(talk, `m${at}`, words[at] ?? '', more), deliver);
      done.catch(() => undefined);
      await accepted;
      promise(`accepted m${at}`);
      await done;
    }
  } finally {
    await manager.close(0);
  }
}

/** Every accepted message has its turn and has been answered, once or, where the mark was lost, twice under one key. */
async function talkState(root: string): Promise<unknown> {
  const manager = new SessionManager(await bareParts(talksOf(root)));
  const keys = delivered(root).filter((key) => key.endsWith('#final'));
  for (const key of new Set(keys)) {
    if (keys.filter((one) => one === key).length > 2) throw new Error(`${key} was delivered three times`);
  }
  try {
    const turns = await manager.turns(talk);
    return {
      answered: [...new Set(keys)].sort(),
      turns: turns.map(({ messageId, text, acts }) => ({ messageId, text, acts })),
      state: await manager.state(talk),
      listed: (await manager.list('test:')).map(({ conversation, asked }) => ({ conversation, asked })),
      pictures: uploadsState(root),
    };
  } finally {
    await manager.close(0);
  }
}

function delivered(root: string): string[] {
  const log = join(root, 'delivered');
  return existsSync(log) ? readFileSync(log, 'utf8').split('\n').filter(Boolean) : [];
}

function uploadsState(root: string): string[] {
  return filesBelow(picturesOf(root)).flatMap((path) =>
    path.includes('/incoming/') ? [] : [relative(picturesOf(root), path)],
  );
}

async function withStorage(
  root: string,
  work: (storage: ConversationStorage) => Promise<void>,
): Promise<void> {
  const storage = await openStorage({ folder: talksOf(root) });
  try {
    await work(storage);
  } finally {
    await storage.close();
  }
}

/** A promised message is in the inbox, or answered. */
async function acceptedKept(root: string, promised: readonly string[]): Promise<void> {
  const ids = promised.map((promise) => promise.replace('accepted ', ''));
  const there = new Set(delivered(root).map((key) => key.split('#')[0]));
  await withStorage(root, async (storage) => {
    for await (const { value } of storage.inbox.entries()) there.add((value as { id: string }).id);
    for await (const { value } of storage.talks.entries())
      for (const id of (value as { seen?: readonly string[] }).seen ?? []) there.add(id);
  });
  for (const id of ids) if (!there.has(id)) throw new Error(`${id} was accepted and is lost`);
}

async function withExif(): Promise<Buffer> {
  const background = { r: 9, g: 9, b: 9 };
  return sharp({ create: { width: 8, height: 16, channels: 3, background } })
    .jpeg()
    .withExif({ IFD0: { Artist: 'somebody' } })
    .toBuffer();
}

const bounded = { turns: 2, replies: 1 };
const events = ['e1', 'e2', 'e3'];

export const talkOperations: readonly Operation[] = [
  {
    name: 'a talk of three messages',
    prepare: async () => undefined,
    run: (root, promise) => say(root, 0, 3, promise),
    kept: acceptedKept,
    state: talkState,
  },
  {
    name: 'a long talk whose oldest turns are folded',
    prepare: (root) => say(root, 0, 3, () => undefined, bounded),
    run: (root, promise) => say(root, 3, 5, promise, bounded),
    kept: acceptedKept,
    state: talkState,
  },
  {
    name: 'forget a talk',
    prepare: (root) => say(root, 0, 3, () => undefined),
    run: async (root, promise) => {
      const manager = new SessionManager(await bareParts(talksOf(root)));
      try {
        await manager.forget(talk);
        promise('forgotten');
      } finally {
        await manager.close(0);
      }
    },
    kept: async (root, promised) => {
      if (promised.length === 0) return;
      await withStorage(root, async (storage) => {
        for await (const { key } of storage.talks.entries()) {
          if (!key.startsWith('list-')) throw new Error(`${key} is left of a talk that was forgotten`);
        }
      });
      if (uploadsState(root).length > 0) throw new Error('a picture is left of a talk that was forgotten');
    },
    state: async (root) => ({ ...((await talkState(root)) as object), answered: undefined }),
  },
  {
    name: 'keep a picture that was sent',
    prepare: async () => undefined,
    run: async (root, promise) => {
      const uploads = await Uploads.open(picturesOf(root));
      promise(`kept ${basename((await uploads.keep(talk, await withExif())).path)}`);
      promise(`kept ${basename((await uploads.keep('test:other', await picture(3))).path)}`);
    },
    kept: async (root, promised) => {
      const there = uploadsState(root).map((path) => basename(path));
      for (const promise of promised)
        if (there.filter((name) => `kept ${name}` === promise).length !== 2)
          throw new Error(`not ${promise}`);
    },
    state: async (root) => uploadsState(root),
  },
  {
    name: 'remove pictures that are past their age',
    prepare: async (root) => {
      const uploads = await Uploads.open(picturesOf(root));
      for (const number of [1, 2, 3]) await uploads.keep(`test:${number % 2}`, await picture(number));
      const [oldest, newest] = [new Date('2020-01-01'), new Date('2026-01-01')];
      for (const [at, path] of filesBelow(join(picturesOf(root), 'talks')).entries())
        await utimes(path, oldest, at === 0 ? newest : oldest);
    },
    run: async (root) => (await Uploads.open(picturesOf(root))).expire(Date.parse('2026-01-02')),
    state: async (root) => uploadsState(root),
  },
  {
    name: 'events of a platform taken and finished',
    prepare: async () => undefined,
    run: (root, promise) =>
      withStorage(root, async (storage) => {
        const journal = new Journal('test', storage);
        const left = new Set((await journal.unfinished()).map(({ id }) => id));
        for (const id of events) {
          if (!(await journal.take(id, { id })) && !left.has(id)) continue;
          promise(`taken ${id}`);
          if (id === 'e3') continue;
          await journal.keepPosted(id, { at: id });
          await journal.remember('last', id);
          await journal.finish(id);
          promise(`finished ${id}`);
        }
      }),
    kept: async (root, promised) => {
      const { left, again } = await journalState(root);
      for (const promise of promised) {
        const id = promise.slice(-2);
        if (again.includes(id)) throw new Error(`${promise}, and forgotten`);
        if (promise.startsWith('finished') && left.includes(id))
          throw new Error(`${promise}, and begun again`);
      }
    },
    state: journalState,
  },
];

/** What is to be done still, and what would be taken once more if it came again. */
async function journalState(root: string): Promise<{ left: string[]; again: string[]; posted: unknown[] }> {
  const found = { left: [] as string[], again: [] as string[], posted: [] as unknown[] };
  await withStorage(root, async (storage) => {
    const journal = new Journal('test', storage);
    found.left.push(...(await journal.unfinished()).map(({ id }) => id));
    for (const id of events) {
      const [taken, seen] = [storage.events.get(`test/event/${id}`), storage.posts.get(`test/seen/${id}`)];
      if ((await taken) === undefined && (await seen) === undefined) found.again.push(id);
      found.posted.push(await journal.posted(id));
    }
  });
  return found;
}
