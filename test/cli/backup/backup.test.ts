/** A backup while others write, what comes back of it, and every archive that is refused. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFile,
  cp,
  mkdir,
  open,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Header } from 'tar';
import { beforeAll, describe, expect, it } from 'vitest';
import { bareParts } from '../../../bench/bare-talks.ts';
import {
  archiveFormat,
  block,
  cardName,
  endOfArchive,
  headerOf,
  isArchivePath,
} from '../../../src/cli/backup/archive-format.ts';
import { ArchiveWriter } from '../../../src/cli/backup/archive-writer.ts';
import { backUp } from '../../../src/cli/backup/back-up.ts';
import { checkArchive, restoreHome } from '../../../src/cli/backup/restore-home.ts';
import { openStorage } from '../../../src/conversation/storage/open-storage.ts';
import { SessionManager } from '../../../src/conversation/session-manager.ts';
import { pictureId } from '../../../src/foundation/picture.ts';
import { EmbeddedGalleryStore } from '../../../src/gallery/embedded-store.ts';
import { migrations } from '../../../src/gallery/gallery-schema.ts';
import { GallerySnapshot } from '../../../src/gallery/gallery-snapshot.ts';
import { temporaryFolder } from '../../gallery/temporary-folder.ts';
import { picture, random } from '../../gallery/test-pictures.ts';
import { contents } from './contents.ts';
import { fillHome, homeAt, query } from './home-of-test.ts';

let root: string;
let archive: string;
let bytes: Buffer;
let ids: string[];
const made = new Date('2026-11-24T12:00:00Z');

beforeAll(async () => {
  root = await temporaryFolder();
  const home = homeAt(join(root, 'home'));
  ids = await fillHome(home, 0, 5);
  archive = join(root, 'home.tar');
  await backUp({ home, to: archive, version: '1.2.3', now: () => made });
  bytes = await readFile(archive);
});

async function newHome() {
  return homeAt(join(await temporaryFolder(), 'new'));
}

async function refused(archived: Uint8Array) {
  const home = await newHome();
  const path = join(await temporaryFolder(), 'some.tar');
  await writeFile(path, archived);
  const error: unknown = await restoreHome({ home, archive: path }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error !== undefined) expect(await readdir(home.root).catch(() => [])).toEqual([]);
  return error;
}

describe('a backup', () => {
  it('comes back with everything that was in it, for the owner alone', async () => {
    const home = await newHome();
    const report = await restoreHome({ home, archive });
    expect(report).toMatchObject({ card: { chatreid: '1.2.3', made: made.toISOString() } });
    const [before, after] = [await contents(join(root, 'home')), await contents(home.root)];
    expect(after).toEqual(before);
    expect(Object.keys(after)).toHaveLength(report.files);
    const store = await EmbeddedGalleryStore.open(home.galleries);
    expect((await store.search('site', query)).hits.map((hit) => hit.pictureId).sort()).toEqual(
      [...ids].sort(),
    );
    await store.close();
    expect((await stat(archive)).mode & 0o077).toBe(0);
    for (const entry of await readdir(home.root, { recursive: true, withFileTypes: true })) {
      if (/-(wal|shm)$/.test(entry.name)) continue;
      const { mode } = await stat(join(entry.parentPath, entry.name));
      expect(mode & 0o077, entry.name).toBe(0);
    }
  });

  it('is a plain tar whose list is that of sha256sum', async () => {
    const text = bytes.toString('latin1');
    expect(text).toContain(`${ids[0]}  galleries/pictures/${ids[0]?.slice(0, 2)}/${ids[0]}.png\n`);
    expect(bytes.length % block).toBe(0);
  });

  it('never goes over a file, never into a folder that it takes in, and not of nothing', async () => {
    const home = homeAt(join(root, 'home'));
    const wrong = { code: 'OPTION_INVALID' };
    await expect(backUp({ home, to: archive, version: '1' })).rejects.toMatchObject(wrong);
    const inside = join(home.root, 'audit', 'a.tar');
    await expect(backUp({ home, to: inside, version: '1' })).rejects.toMatchObject(wrong);
    const to = join(root, 'nothing', 'a.tar');
    await expect(backUp({ home: await newHome(), to, version: '1' })).rejects.toMatchObject(wrong);
    expect(await readdir(root)).not.toContain('nothing');
  });

  it('tells of picture files that are missing or damaged, and takes the rest', async () => {
    const home = await newHome();
    const [a = '', b = ''] = await fillHome(home, 20, 23);
    const path = (id: string) => join(home.galleries, 'pictures', id.slice(0, 2), `${id}.png`);
    await rm(path(a));
    await appendFile(path(b), 'x');
    const to = join(root, 'partly.tar');
    expect(await backUp({ home, to, version: '1' })).toMatchObject({
      missing: [a],
      damaged: [b],
      pictures: 2,
    });
    await checkArchive(to);
  });

  it('ends where the last whole line of the audit trail ends', async () => {
    const home = await newHome();
    await fillHome(home, 30, 32);
    await appendFile(join(home.root, 'audit', 'audit-2026-11.jsonl'), '{"number": 4');
    // The lock of the trail is a database that somebody has open.
    await writeFile(join(home.root, 'audit', 'audit.lock'), '');
    const to = join(root, 'lines.tar');
    await backUp({ home, to, version: '1' });
    const other = await newHome();
    await restoreHome({ home: other, archive: to });
    expect(await readdir(join(other.root, 'audit'))).toEqual(['audit-2026-11.jsonl']);
    const lines = await readFile(join(other.root, 'audit', 'audit-2026-11.jsonl'), 'utf8');
    expect(lines).toBe('{"number":30}\n{"number":31}\n');
  });

  it('has nobody in it who was forgotten while it was made', async () => {
    const home = await newHome();
    const [a = '', b = ''] = await fillHome(home, 40, 42);
    const work = await temporaryFolder();
    const snapshot = await GallerySnapshot.take(home.galleries, work);
    const store = await EmbeddedGalleryStore.open(home.galleries);
    await store.remove('site', [a]);
    await store.close();
    expect(snapshot?.pictures).toHaveLength(2);
    expect(await snapshot?.stillThere([a, b])).toEqual([b]);
    await snapshot?.drop([a]);
    snapshot?.close();
    const copy = await readFile(join(work, 'gallery.db'));
    expect(copy.includes(Buffer.from(a, 'hex'))).toBe(false);
    expect(copy.includes(Buffer.from(b, 'hex'))).toBe(true);
  });

  it('is of one moment, whoever writes meanwhile', { timeout: 60_000 }, async () => {
    const home = await newHome();
    await fillHome(home, 0, 2);
    const script = fileURLToPath(new URL('./writer-process.ts', import.meta.url));
    const child = fork(script, [home.root], { execArgv: ['--import', 'tsx'] });
    await once(child, 'message');
    const archives = [1, 2, 3].map((at) => join(root, `busy-${at}.tar`));
    for (const to of archives) {
      expect(await backUp({ home, to, version: '1' })).toMatchObject({ missing: [], damaged: [] });
    }
    child.send('stop');
    await once(child, 'exit');
    for (const from of archives) {
      const other = await newHome();
      await restoreHome({ home: other, archive: from });
      const store = await EmbeddedGalleryStore.open(other.galleries);
      const records = await store.list('site');
      expect(records.length).toBeGreaterThan(8);
      for (const { pictureId: id } of records)
        expect(pictureId(await readFile(await store.path(id)))).toBe(id);
      const talks = join(other.root, 'conversations');
      const manager = new SessionManager(
        await bareParts(talks, undefined, { storage: await openStorage({ folder: talks }) }),
      );
      const turns = (await manager.turns('test:talk')).map(({ messageId }) => Number(messageId.slice(1)));
      const last = turns.at(-1) ?? 0;
      expect(turns).toEqual(Array.from(turns, (_, at) => last - turns.length + 1 + at));
      // Whatever a talk speaks of is in the gallery, and what the gallery has is in the trail.
      const numbers = records.map(({ source }) => Number(/\d+/.exec(source)?.[0]));
      // Every third one is removed again, perhaps while the backup was made.
      const spokenOf = Array.from({ length: last - 99 }, (_, at) => 100 + at).filter(
        (number) => number % 3 !== 2,
      );
      expect(numbers).toEqual(expect.arrayContaining(spokenOf));
      const trail = await readFile(join(other.root, 'audit', 'audit-2026-11.jsonl'), 'utf8');
      const told = trail
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { number: number }).number);
      expect(told.at(-1)).toBeGreaterThanOrEqual(Math.max(...numbers) - 1);
      await manager.close();
      await store.close();
    }
  });
});

describe('a restore', () => {
  it('goes into an empty home only, or keeps what was there', async () => {
    const home = await newHome();
    // Of nobody who is in this process and has it open.
    await cp(join(root, 'home'), home.root, { recursive: true, filter: (from) => !/-(wal|shm)$/.test(from) });
    await appendFile(join(home.root, 'audit', 'audit-2026-11.jsonl'), '{"number":60}\n');
    const before = await contents(home.root);
    await expect(restoreHome({ home, archive })).rejects.toMatchObject({ code: 'HOME_NOT_EMPTY' });
    expect(await contents(home.root)).toEqual(before);
    const { replaced = '' } = await restoreHome({ home, archive, force: true });
    expect(await contents(home.root)).toEqual(await contents(join(root, 'home')));
    expect(await contents(replaced)).toEqual(before);
  });

  it('is refused while somebody has the home open', async () => {
    const home = await newHome();
    await fillHome(home, 70, 71);
    const store = await EmbeddedGalleryStore.open(home.galleries);
    const force = restoreHome({ home, archive, force: true });
    await expect(force).rejects.toMatchObject({ code: 'GALLERY_BUSY' });
    await store.close();
  });

  it('finds one flipped byte anywhere', { timeout: 60_000 }, async () => {
    const next = random(Date.now());
    const at = (text: string) => bytes.indexOf(text);
    const places = [
      // A name, a mode, a card, a picture, the database, a list, a seal, padding, the end.
      ...[
        0,
        102,
        block + 5,
        at('PNG') + 20,
        at('SQLite format') + 100,
        at('\n{"number":1}'),
        at('  SHA256SUMS\n'),
      ],
      ...[bytes.length - 1, bytes.length - endOfArchive.length - 1],
      ...Array.from({ length: 40 }, () => Math.floor(next() * bytes.length)),
    ];
    for (const place of places) {
      const flipped = Buffer.from(bytes);
      flipped[place] = (flipped[place] ?? 0) ^ (1 << Math.floor(next() * 8));
      expect(await refused(flipped), `byte ${place}`).toMatchObject({
        code: expect.stringMatching(/^BACKUP_(DAMAGED|UNSAFE|NEWER)$/),
      });
    }
  });

  it('refuses what is cut off, goes on after its end, or is no backup at all', async () => {
    for (const wrong of [
      bytes.subarray(0, bytes.length - block),
      bytes.subarray(0, bytes.length >> 1),
      Buffer.concat([bytes, Buffer.alloc(block)]),
      Buffer.from('something else '.repeat(200)),
      Buffer.alloc(0),
    ]) {
      expect(await refused(wrong)).toMatchObject({ code: 'BACKUP_DAMAGED' });
    }
    const none = restoreHome({ home: await newHome(), archive: join(root, 'none.tar') });
    await expect(none).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  });

  it.each([
    { format: archiveFormat + 1 },
    { schemas: { gallery: migrations.length + 1, conversation: 1 } },
    { schemas: { gallery: 1, conversation: 2 } },
  ])('refuses what a newer program made: %j', async (change) => {
    const path = join(await temporaryFolder(), 'newer.tar');
    const writer = await ArchiveWriter.create(path);
    const card = { format: 1, chatreid: '9.0.0', schemas: { gallery: 1, conversation: 1 }, made: 'later' };
    await writer.addText(cardName, JSON.stringify({ ...card, ...change }), made);
    await writer.finish(made);
    expect(await refused(await readFile(path))).toMatchObject({
      code: 'BACKUP_NEWER',
      message: expect.stringContaining('9.0.0'),
      next: expect.stringContaining('Update chatreid'),
    });
  });

  it.each([
    '../outside.txt',
    'galleries/../../outside.txt',
    '/tmp/outside.txt',
    'audit/../../outside.jsonl',
    'audit\\..\\outside.jsonl',
    'cache/x',
    'plan.json',
    'galleries/gallery.db-wal',
  ])('writes nothing under the name %s', async (path) => {
    expect(isArchivePath(path)).toBe(false);
    const file = join(await temporaryFolder(), 'slip.tar');
    const writer = await ArchiveWriter.create(file);
    const card = { format: 1, chatreid: '1', schemas: { gallery: 1, conversation: 1 }, made: 'now' };
    await writer.addText(cardName, JSON.stringify(card), made);
    await writer.addText(path, 'x', made);
    await writer.finish(made);
    expect(await refused(await readFile(file))).toMatchObject({ code: 'BACKUP_UNSAFE' });
  });

  it.each(['SymbolicLink', 'Link', 'Directory', 'CharacterDevice', 'ExtendedHeader', 'OldFile'] as const)(
    'refuses an entry of the kind %s',
    async (type) => {
      const linkpath = /Link$/.test(type) ? { linkpath: '/etc/passwd' } : {};
      const header = Buffer.alloc(block);
      new Header({
        path: 'audit/a.jsonl',
        size: 0,
        mode: 0o600,
        uid: 0,
        gid: 0,
        mtime: made,
        type,
        ...linkpath,
      }).encode(header);
      const cardBlocks = bytes.subarray(0, 2 * block);
      expect(await refused(Buffer.concat([cardBlocks, header, bytes.subarray(2 * block)]))).toMatchObject({
        code: 'BACKUP_UNSAFE',
      });
    },
  );

  it.each([1, 10_000_000, 8 * 1024 ** 4])('refuses a size that lies (%d bytes)', async (size) => {
    const header = headerOf({ path: 'audit/a.jsonl', size, modified: made });
    const lying = Buffer.concat([
      bytes.subarray(0, 2 * block),
      header,
      Buffer.alloc(block, 'x'),
      bytes.subarray(2 * block),
    ]);
    expect(await refused(lying)).toMatchObject({ code: expect.stringMatching(/^BACKUP_/) });
  });

  it('follows no link that somebody has put where it unpacks', async () => {
    const home = await newHome();
    const outside = await temporaryFolder();
    await mkdir(home.root);
    await symlink(outside, join(home.root, `.restoring-${process.pid}`));
    await restoreHome({ home, archive });
    expect(await readdir(outside)).toEqual([]);
  });

  it('leaves the home as it was where the disk does not take it', async () => {
    const home = await newHome();
    await mkdir(home.root);
    const file = await open(join(home.root, 'galleries'), 'w');
    await file.close();
    await expect(restoreHome({ home, archive })).rejects.toMatchObject({ code: expect.any(String) });
    expect(await readdir(home.root)).toEqual(['galleries']);
  });

  it('keeps a picture that was sent as one that talks name', async () => {
    const home = await newHome();
    await restoreHome({ home, archive });
    const id = pictureId(await picture(5000));
    const talks = await readdir(join(home.root, 'conversations/pictures/talks'), { recursive: true });
    expect(talks.some((name) => name.endsWith(`${id}.png`))).toBe(true);
  });
});
