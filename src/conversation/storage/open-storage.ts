/** Chooses the storage of talks by address: SQLite in the home folder, `redis://`, `postgres://`. */
import { join } from 'node:path';
import Keyv from 'keyv';
import { ChatReidError } from '../../foundation/error.ts';
import { makePrivateFolder } from '../../foundation/home.ts';
import { steadyNow } from '../../foundation/steady-clock.ts';
import type { ConversationStorage } from './conversation-storage.ts';
import { KeyvShelf, type RawEntries } from './keyv-shelf.ts';
import { openSound } from './set-aside.ts';
import { type SqliteFile, SqliteStore, unreadable } from './sqlite-store.ts';
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
/** A server that says nothing for so long is taken for gone, its connection closed and opened anew. */
const silenceMs = 15_000;
const redisSwap =
  "if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end redis.call('SET', KEYS[1], ARGV[2], 'KEEPTTL') return 1";

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
  let opened: SqliteFile | undefined;
  try {
    await makePrivateFolder(folder);
    const { file, note } = await openSound(path);
    opened = file;
    const shelf = (name: string, synced: boolean, unsynced?: KeyvShelf) => {
      const store = new SqliteStore(file, ttl, synced);
      return new KeyvShelf(keyv(store, name, undefined, true), path, prefixed(name, store), unsynced);
    };
    const shelves = shelvesOf((name) => shelf(name, true, shelf(name, false)));
    const tidy = async () => {
      try {
        await file.write(() => {
          file.run('DELETE FROM entry WHERE expires < ?', [steadyNow()]);
        });
        file.emptyLog();
      } catch (error) {
        throw storageFailure(error, path);
      }
    };
    await tidy();
    return { ...shelves, ...(note === undefined ? {} : { note }), tidy, close: () => file.close() };
  } catch (error) {
    await opened?.close();
    throw storageFailure(error, path);
  }
}

async function openRedis(url: string, ttl: number): Promise<ConversationStorage> {
  const where = placeOf(url);
  const { default: KeyvRedis } = await import('@keyv/redis');
  const options = { throwOnErrors: true, throwOnConnectError: true, connectionTimeout: 3000 };
  // While it is away every call fails at once and is tried again by whoever asks: none is kept to be sent nobody knows when.
  const connection = {
    url,
    disableOfflineQueue: true,
    pingInterval: silenceMs / 3,
    socket: {
      connectTimeout: options.connectionTimeout,
      socketTimeout: silenceMs,
      reconnectStrategy: (tries: number) => Math.min(50 * 2 ** tries, 2000),
    },
  };
  const first = new KeyvRedis(connection, options);
  // One connection, several names on it.
  const store = (at: number) => (at === 0 ? first : new KeyvRedis(first.client, options));
  const shelves = shelvesOf((name, at) => {
    const its = store(at);
    const raw: RawEntries = {
      get: (key) => its.get<string>(key),
      swap: async (key, was, now) => {
        const keys = [its.createKeyPrefix(key, its.namespace)];
        return (await (await its.getClient()).eval(redisSwap, { keys, arguments: [was, now] })) === 1;
      },
    };
    return new KeyvShelf(keyv(its, `chatreid-${name}`, ttl, false), where, raw);
  });
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
  const shelves = shelvesOf((name, at) => {
    const its = stores[at]!;
    const update = `UPDATE chatreid_${name} SET value = $3 WHERE key = $1 AND value = $2 RETURNING key`;
    const raw: RawEntries = {
      get: (key) => its.get(key) as Promise<string | undefined>,
      swap: async (key, was, now) => (await its.query(update, [key, was, now])).length > 0,
    };
    return new KeyvShelf(keyv(its, name, ttl, true), where, prefixed(name, raw));
  });
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

/** Keyv puts the name of the shelf before its keys. */
function prefixed(name: string, raw: RawEntries): RawEntries {
  return {
    get: (key) => raw.get(`${name}:${key}`),
    swap: (key, was, now) => raw.swap(`${name}:${key}`, was, now),
  };
}

function shelvesOf(make: (name: string, at: number) => KeyvShelf): Shelves {
  const [inbox, talks, events, posts] = names;
  return { inbox: make(inbox, 0), talks: make(talks, 1), events: make(events, 2), posts: make(posts, 3) };
}

function keyv(store: unknown, namespace: string, ttl: number | undefined, useKeyPrefix: boolean): Keyv {
  return new Keyv({
    store,
    namespace,
    ...(ttl === undefined ? {} : { ttl }),
    useKeyPrefix,
    throwOnErrors: true,
    serialize: JSON.stringify,
    deserialize: (text: string) => {
      try {
        return JSON.parse(text);
      } catch {
        return JSON.parse(unreadable);
      }
    },
  });
}

function wrongAddress(): ChatReidError {
  return new ChatReidError(
    'OPTION_INVALID',
    'CHATREID_STATE_URL is not an address that talks can be kept at.',
    'Set it to redis://HOST:6379, to postgres://USER:PASSWORD@HOST/DATABASE, or leave it out: a file in CHATREID_HOME is used then.',
  );
}
