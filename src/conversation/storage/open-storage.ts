/** Chooses the storage of talks by address: SQLite in the home folder, `redis://`, `postgres://`. */
import { join } from 'node:path';
import Keyv from 'keyv';
import { ChatReidError } from '../../foundation/error.ts';
import { makePrivateFolder } from '../../foundation/home.ts';
import type { ConversationStorage } from './conversation-storage.ts';
import { KeyvShelf } from './keyv-shelf.ts';
import { SqliteFile, SqliteStore } from './sqlite-store.ts';
import { placeOf, storageFailure } from './storage-failure.ts';

export interface StorageOptions {
  /** CHATREID_HOME/conversations */
  readonly folder: string;
  /** CHATREID_STATE_URL; absent: SQLite in `folder`. */
  readonly url?: string;
  /** Days that an entry is kept after it was last written. Default 90. */
  readonly days?: number;
}

const names = ['inbox', 'talks', 'events', 'posts'] as const;
type Shelves = Readonly<Record<(typeof names)[number], KeyvShelf>>;
const dayMs = 86_400_000;

/** @throws ChatReidError OPTION_INVALID (an address of another kind), STATE_UNREACHABLE, CONVERSATION_DAMAGED, STORAGE_* */
export async function openStorage({ folder, url, days = 90 }: StorageOptions): Promise<ConversationStorage> {
  const ttl = Math.max(1, Math.round(days * dayMs));
  if (url === undefined) return openSqlite(folder, ttl);
  if (!URL.canParse(url)) throw wrongAddress();
  const { protocol } = new URL(url);
  if (protocol === 'redis:' || protocol === 'rediss:') return openRedis(url, ttl);
  if (protocol === 'postgres:' || protocol === 'postgresql:') return openPostgres(url, ttl);
  throw wrongAddress();
}

async function openSqlite(folder: string, ttl: number): Promise<ConversationStorage> {
  const path = join(folder, 'state.sqlite');
  try {
    await makePrivateFolder(folder);
    const file = await SqliteFile.open(path);
    const shelf = (name: string, synced: boolean, unsynced?: KeyvShelf) =>
      new KeyvShelf(keyv(new SqliteStore(file, synced), name, ttl, true), path, unsynced);
    const shelves = shelvesOf((name) => shelf(name, true, shelf(name, false)));
    const tidy = async () => {
      await file.write(() => {
        file.run('DELETE FROM entry WHERE expires < ?', [Date.now()]);
      });
      file.emptyLog();
    };
    await tidy();
    return { ...shelves, tidy, close: () => file.close() };
  } catch (error) {
    throw storageFailure(error, path);
  }
}

async function openRedis(url: string, ttl: number): Promise<ConversationStorage> {
  const where = placeOf(url);
  const { default: KeyvRedis } = await import('@keyv/redis');
  const options = { throwOnErrors: true, throwOnConnectError: true, connectionTimeout: 3000 };
  const first = new KeyvRedis(url, options);
  // One connection, several names on it.
  const store = (at: number) => (at === 0 ? first : new KeyvRedis(first.client, options));
  const shelves = shelvesOf(
    (name, at) => new KeyvShelf(keyv(store(at), `chatreid-${name}`, ttl, false), where),
  );
  await shelves.inbox.get('is it there');
  return {
    ...shelves,
    redisUrl: url,
    tidy: async () => undefined,
    close: () => first.disconnect(),
  };
}

async function openPostgres(uri: string, ttl: number): Promise<ConversationStorage> {
  const where = placeOf(uri);
  const { KeyvPostgres } = await import('@keyv/postgres');
  const stores = names.map(
    (name) => new KeyvPostgres({ uri, table: `chatreid_${name}`, iterationLimit: 500 }),
  );
  const shelves = shelvesOf((name, at) => new KeyvShelf(keyv(stores[at], name, ttl, true), where));
  await shelves.inbox.get('is it there');
  return {
    ...shelves,
    // Postgres knows no age: Keyv removes what is past it as it comes by.
    tidy: async () => {
      for (const shelf of Object.values(shelves)) for await (const _ of shelf.entries());
    },
    close: async () => {
      await stores[0]?.disconnect();
    },
  };
}

function shelvesOf(make: (name: string, at: number) => KeyvShelf): Shelves {
  const [inbox, talks, events, posts] = names;
  return { inbox: make(inbox, 0), talks: make(talks, 1), events: make(events, 2), posts: make(posts, 3) };
}

function keyv(store: unknown, namespace: string, ttl: number, useKeyPrefix: boolean): Keyv {
  return new Keyv({
    store,
    namespace,
    ttl,
    useKeyPrefix,
    throwOnErrors: true,
    serialize: JSON.stringify,
    deserialize: JSON.parse,
  });
}

function wrongAddress(): ChatReidError {
  return new ChatReidError(
    'OPTION_INVALID',
    'CHATREID_STATE_URL is not an address that talks can be kept at.',
    'Set it to redis://HOST:6379, to postgres://USER:PASSWORD@HOST/DATABASE, or leave it out: a file in CHATREID_HOME is used then.',
  );
}
