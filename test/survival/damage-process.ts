/** Flips bytes of a database, again and again, and uses it: `node damage-process.ts gallery|talks FROM TO`. Says what came of it. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bareParts } from '../../bench/bare-talks.ts';
import { SessionManager } from '../../src/conversation/session-manager.ts';
import { openStorage } from '../../src/conversation/storage/open-storage.ts';
import { ChatReidError } from '../../src/foundation/error.ts';
import { EmbeddedGalleryStore } from '../../src/gallery/embedded-store.ts';
import { reindex } from '../../src/gallery/reindex.ts';
import { messageOf } from '../conversation/message-of.ts';
import { FakeEncoder, fakeVector } from '../gallery/fake-encoder.ts';
import { random, registered } from '../gallery/test-pictures.ts';
import { copyTree, scratchFolder } from './scratch.ts';

type Outcome = Record<string, number>;

const [kind, from = '0', to = '0'] = process.argv.slice(2);
const scratch = scratchFolder();
const outcomes: Outcome = {};
const count = (what: string) => {
  outcomes[what] = (outcomes[what] ?? 0) + 1;
};

/** @throws what is no ChatReidError: a person would see its bare text */
async function told(what: string, work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    count(`${what}: done`);
    return true;
  } catch (error) {
    if (!(error instanceof ChatReidError) || error.code === 'INTERNAL') throw error;
    count(`${what}: ${error.code}`);
    return false;
  }
}

/** One to eight bytes, anywhere but in the first page now and then. */
function flip(file: string, seed: number): void {
  const next = random(seed);
  const bytes = readFileSync(file);
  const flips = 1 + Math.floor(next() * 8);
  const start = seed % 3 === 0 ? 0 : 4096;
  for (let at = 0; at < flips; at++) {
    const place = start + Math.floor(next() * (bytes.length - start));
    bytes[place] = (bytes[place] ?? 0) ^ (1 + Math.floor(next() * 255));
  }
  writeFileSync(file, bytes);
}

async function filledGallery(folder: string): Promise<void> {
  const store = await EmbeddedGalleryStore.open(folder);
  const pictures = Array.from({ length: 40 }, (_, at) =>
    registered(at, { personId: `p${at}`, caption: 'words '.repeat(20) }),
  );
  await store.add('site', await Promise.all(pictures));
  await reindex({ store, gallery: 'site', encoder: new FakeEncoder() });
  await store.close();
}

async function useGallery(folder: string): Promise<void> {
  let store: EmbeddedGalleryStore | undefined;
  const encoder = new FakeEncoder();
  await told('open', async () => {
    store = await EmbeddedGalleryStore.open(folder);
  });
  const opened = store;
  if (!opened) return;
  try {
    await told('list', () => opened.list('site'));
    await told('summary', () => opened.galleries());
    await told('search', () =>
      opened.search('site', { space: 'fake', vector: fakeVector('query'), tau: -1, limit: 40 }),
    );
    if (await told('reindex', () => reindex({ store: opened, gallery: 'site', encoder })))
      await told('search again', () =>
        opened.search('site', { space: 'fake', vector: fakeVector('query'), tau: -1, limit: 40 }),
      );
  } finally {
    await opened.close();
  }
}

async function say(folder: string, first: number, last: number): Promise<void> {
  const limits = { retries: [], away: [] };
  const manager = new SessionManager(await bareParts(folder, undefined, { limits }));
  try {
    for (let at = first; at <= last; at++) {
      const { accepted, done } = manager.handle(
        messageOf(`test:${at % 3}`, `m${at}`, `words ${at}`),
        async () => undefined,
      );
      done.catch(() => undefined);
      await accepted;
      await done;
    }
  } finally {
    await manager.close(0);
  }
}

async function useTalks(folder: string): Promise<void> {
  if (await told('say', () => say(folder, 100, 102))) return;
  // What was found only in use is found by the next start, which sets the file aside.
  if (!(await told('say after a start', () => say(folder, 100, 102))))
    throw new Error('the bot does not go on');
}

const base = join(scratch, 'base');
if (kind === 'gallery') await filledGallery(base);
else {
  await say(base, 0, 12);
  await (await openStorage({ folder: base })).close();
}
for (let seed = Number(from); seed < Number(to); seed++) {
  const folder = join(scratch, `damaged-${seed}`);
  copyTree(base, folder);
  flip(join(folder, kind === 'gallery' ? 'gallery.db' : 'state.sqlite'), seed);
  process.stderr.write(`seed ${seed}\n`);
  await (kind === 'gallery' ? useGallery(folder) : useTalks(folder));
  rmSync(folder, { recursive: true, force: true });
}
rmSync(scratch, { recursive: true, force: true });
process.stdout.write(`${JSON.stringify(outcomes)}\n`);
process.exit(0);
