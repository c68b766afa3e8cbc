/** What must hold of a home folder whatever happened to the process that used it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import Database from 'libsql';
import { fold } from '../../src/conversation/fold.ts';
import { openStorage } from '../../src/conversation/storage/open-storage.ts';
import { isHead, isReply, isTurn, keys, type TalkHead } from '../../src/conversation/storage/talk-record.ts';
import type { Shelf } from '../../src/conversation/storage/shelf.ts';
import { readFeatureFile } from '../../src/engine/feature-file.ts';
import { finishRestore } from '../../src/foundation/pending-restore.ts';
import { pictureId } from '../../src/foundation/picture.ts';
import { EmbeddedGalleryStore } from '../../src/gallery/embedded-store.ts';
import { AuditTrail } from '../../src/trust/audit-trail.ts';
import { verifyTrail } from '../../src/trust/audit-verify.ts';

/** Counts what it looked at. */
export class Invariants {
  checked = 0;

  holds(what: boolean, sentence: () => string): void {
    this.checked++;
    if (!what) throw new Error(sentence());
  }
}

/** Opens everything, as the next process would. @throws Error naming the first that does not hold */
export async function checkHome(home: string, is: Invariants): Promise<void> {
  await finishRestore(home);
  if (existsSync(join(home, 'galleries', 'gallery.db'))) await checkGalleries(join(home, 'galleries'), is);
  if (existsSync(join(home, 'conversations', 'state.sqlite')))
    await checkTalks(join(home, 'conversations'), is);
  checkUploads(join(home, 'conversations', 'pictures'), is);
  if (existsSync(join(home, 'audit'))) await checkTrail(join(home, 'audit'), is);
  for (const file of filesBelow(join(home, 'cache', 'features')).filter((path) => path.endsWith('.features')))
    is.holds(readFeatureFile(readFileSync(file)) !== undefined, () => `${file} is no feature file`);
}

async function checkGalleries(folder: string, is: Invariants): Promise<void> {
  const store = await EmbeddedGalleryStore.open(folder);
  const db = new Database(join(folder, 'gallery.db'));
  try {
    checkDatabase(db, 'gallery.db', is);
    const all = (sql: string) => db.prepare(sql).all([]) as Record<string, number | string | ArrayBuffer>[];
    const hex = (cell: unknown) => Buffer.from(cell as ArrayBuffer).toString('hex');
    const named = new Set<string>();
    for (const { hash, extension } of all('SELECT hash, extension FROM picture')) {
      const path = join(folder, 'pictures', hex(hash).slice(0, 2), `${hex(hash)}.${extension}`);
      is.holds(
        existsSync(path) && pictureId(readFileSync(path)) === hex(hash),
        () => `${path} is not its picture`,
      );
      named.add(basename(path));
    }
    for (const { hash, extension } of all('SELECT hash, extension FROM leftover'))
      named.add(`${hex(hash)}.${extension}`);
    for (const path of filesBelow(join(folder, 'pictures')).filter((file) => !file.includes('incoming')))
      is.holds(named.has(basename(path)), () => `nobody knows of ${path}`);
    is.holds(
      all('SELECT 1 FROM picture p WHERE NOT EXISTS (SELECT 1 FROM entry e WHERE e.picture = p.id)')
        .length === 0,
      () => 'a picture is in no gallery',
    );
    for (const { data, dimension } of all(
      'SELECT data, dimension FROM vector v JOIN space s ON s.id = v.space',
    )) {
      const vector = new Float32Array(data as ArrayBuffer);
      const squares = vector.reduce((sum, value) => sum + value * value, 0);
      is.holds(vector.length === dimension && Math.abs(squares - 1) < 1e-3, () => 'a vector is not one');
    }
    for (const { name, pictures, liveSpace, spaces } of await store.galleries()) {
      const listed = await store.list(name);
      is.holds(listed.length === pictures, () => `${name} counts ${pictures} and lists ${listed.length}`);
      const live = spaces.find(({ space }) => space === liveSpace);
      if (!live || live.pictures === 0) continue;
      const vector = new Float32Array(live.dimension);
      vector[0] = 1;
      const found = await store.search(name, { space: live.space, vector, tau: -1, limit: 1000 });
      is.holds(
        found.of === live.pictures,
        () => `${name} has ${live.pictures} vectors and searches ${found.of}`,
      );
      const ids = new Set(listed.map((record) => record.pictureId));
      is.holds(
        found.hits.every((hit) => ids.has(hit.pictureId)),
        () => `${name} finds what it does not list`,
      );
    }
  } finally {
    db.close();
    await store.close();
  }
}

function checkDatabase(db: InstanceType<typeof Database>, name: string, is: Invariants): void {
  const said = db.prepare('PRAGMA integrity_check').all([]) as { integrity_check: string }[];
  is.holds(said[0]?.integrity_check === 'ok', () => `${name}: ${JSON.stringify(said)}`);
  const loose = db.prepare('PRAGMA foreign_key_check').all([]);
  is.holds(loose.length === 0, () => `${name}: ${loose.length} rows refer to nothing`);
}

async function checkTalks(folder: string, is: Invariants): Promise<void> {
  const storage = await openStorage({ folder });
  const db = new Database(join(folder, 'state.sqlite'));
  try {
    checkDatabase(db, 'state.sqlite', is);
    for await (const { value } of storage.talks.entries())
      if (isHead(value)) await checkTalk(storage.talks, value, is);
  } finally {
    db.close();
    await storage.close();
  }
}

async function checkTalk(shelf: Shelf, head: TalkHead, is: Invariants): Promise<void> {
  const { conversation, firstTurn, nextTurn, replies, outbox, seen, base, state } = head;
  const numbers = Array.from({ length: nextTurn - firstTurn }, (_, at) => firstTurn + at);
  const turns = (await shelf.getMany(numbers.map((number) => keys.turn(conversation, number)))).filter(
    isTurn,
  );
  is.holds(turns.length === numbers.length, () => `${conversation} lacks turns`);
  const kept = await shelf.getMany(replies.map((number) => keys.reply(conversation, number)));
  is.holds(kept.every(isReply), () => `${conversation} lacks replies`);
  is.holds(
    outbox.every((number) => replies.includes(number)),
    () => `${conversation} owes what it has not`,
  );
  is.holds(new Set(seen).size === seen.length, () => `${conversation} answered a message twice`);
  const folded = fold(base, turns);
  is.holds(isDeepStrictEqual(plain(folded), plain(state)), () => `${conversation} is no fold of its turns`);
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

function checkUploads(folder: string, is: Invariants): void {
  const files = filesBelow(folder).filter((path) => !/\/(incoming|talks)\//.test(path));
  for (const path of files) {
    const id = basename(path).split('.')[0];
    is.holds(pictureId(readFileSync(path)) === id, () => `${path} is not its picture`);
  }
}

async function checkTrail(folder: string, is: Invariants): Promise<void> {
  const trail = await AuditTrail.open(folder);
  await trail.close();
  const { broken } = verifyTrail(folder);
  is.holds(broken === undefined, () => `the trail is broken: ${JSON.stringify(broken)}`);
}

export function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
