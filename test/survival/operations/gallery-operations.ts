/** What is done to galleries: import, vectors, re-index, removal, export, mending, an older layout. */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import Database from 'libsql';
import { ZipFile } from 'yazl';
import { EmbeddedGalleryStore } from '../../../src/gallery/embedded-store.ts';
import { exportGallery } from '../../../src/gallery/export.ts';
import { migrations } from '../../../src/gallery/gallery-schema.ts';
import { importPictures } from '../../../src/gallery/importer.ts';
import { reindex } from '../../../src/gallery/reindex.ts';
import { FakeEncoder } from '../../gallery/fake-encoder.ts';
import { picture } from '../../gallery/test-pictures.ts';
import { filesBelow } from '../home-invariants.ts';
import type { Operation, Say } from '../operation.ts';

const count = 6;
const galleriesOf = (root: string) => join(root, 'home', 'galleries');

export async function withStore<Result>(
  root: string,
  work: (store: EmbeddedGalleryStore) => Promise<Result>,
): Promise<Result> {
  const store = await EmbeddedGalleryStore.open(galleriesOf(root));
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

async function drawPictures(root: string, from = 0, to = count): Promise<string> {
  const folder = join(root, 'given');
  await mkdir(folder, { recursive: true });
  for (let number = from; number < to; number++)
    await writeFile(join(folder, `${number}_c1s1_00000${number}_00.png`), await picture(number));
  return folder;
}

async function importAll(root: string, source: string, gallery = 'site', say: Say = () => undefined) {
  await withStore(root, async (store) => {
    const report = await importPictures({
      store,
      gallery,
      sources: [source],
      encoder: new FakeEncoder(),
      timeZone: 'UTC',
      batch: 3,
      onProgress: ({ done }) => say(String(done)),
    });
    const [failed] = report.failed;
    if (failed) throw new Error(failed.message);
  });
}

/** Two galleries that share some pictures. */
export async function twoGalleries(root: string): Promise<void> {
  const given = await drawPictures(root);
  await importAll(root, given);
  await importAll(root, join(given, '0_c1s1_000000_00.png'), 'other');
}

/** Records, whose pictures have vectors in which space, files. */
export async function galleryState(root: string): Promise<unknown> {
  return withStore(root, async (store) => {
    const galleries = await store.galleries();
    const contents = [];
    for (const { name } of galleries) {
      const records = await store.list(name);
      const ids = records.map(({ pictureId }) => pictureId);
      const vectors = [];
      for (const space of ['fake', 'newer'])
        vectors.push(
          (await store.vectors(space, ids)).map((vector) => vector && hash(Buffer.from(vector.buffer))),
        );
      contents.push({ name, records, vectors });
    }
    const files = filesBelow(join(galleriesOf(root), 'pictures'));
    return {
      galleries,
      contents,
      files: files.map((path) => basename(path)).filter((name) => /^[0-9a-f]{64}\.[a-z]+$/.test(name)),
    };
  });
}

/** Every picture that was registered by then is listed: an import tells of a batch when it is registered and encoded. */
async function importKept(root: string, promised: readonly string[]): Promise<void> {
  const done = Math.max(0, ...promised.map(Number));
  const summary = done === 0 ? undefined : await withStore(root, (store) => store.summary('site'));
  const encoded = summary?.spaces[0]?.pictures ?? 0;
  if (encoded < done) throw new Error(`${done} pictures were promised, ${encoded} are there`);
}

async function zipped(root: string): Promise<void> {
  const folder = await drawPictures(root);
  const archive = new ZipFile();
  for (const path of filesBelow(folder)) archive.addFile(path, basename(path));
  archive.end();
  await pipeline(archive.outputStream, createWriteStream(join(root, 'pictures.zip')));
}

const idsOf = (store: EmbeddedGalleryStore, some: number) =>
  store.list('site').then((records) => records.slice(0, some).map(({ pictureId }) => pictureId));

export const galleryOperations: readonly Operation[] = [
  {
    name: 'import a folder',
    prepare: async (root) => void (await drawPictures(root)),
    run: (root, say) => importAll(root, join(root, 'given'), 'site', say),
    kept: importKept,
    state: galleryState,
  },
  {
    name: 'import an archive',
    prepare: zipped,
    run: (root, say) => importAll(root, join(root, 'pictures.zip'), 'site', say),
    kept: importKept,
    state: galleryState,
  },
  {
    name: 're-index with another model',
    prepare: twoGalleries,
    run: (root) =>
      withStore(root, async (store) => {
        const encoder = new FakeEncoder('newer');
        await reindex({ store, gallery: 'site', encoder, batch: 3, dropOthers: true });
      }),
    state: galleryState,
  },
  {
    name: 'remove pictures',
    prepare: async (root) => {
      await twoGalleries(root);
      await writeFile(join(root, 'ids'), JSON.stringify(await withStore(root, (store) => idsOf(store, 3))));
    },
    run: (root, say) =>
      withStore(root, async (store) => {
        await store.remove('site', JSON.parse(await readFile(join(root, 'ids'), 'utf8')) as string[]);
        say('gone');
      }),
    kept: async (root, promised) => {
      const left = await withStore(root, (store) => store.list('site'));
      if (promised.length > 0 && left.length !== count - 3) throw new Error('removed pictures are back');
    },
    state: galleryState,
  },
  {
    name: 'remove a gallery',
    prepare: twoGalleries,
    run: (root, say) =>
      withStore(root, async (store) => {
        const known = (await store.galleries()).some(({ name }) => name === 'site');
        if (known) await store.removeGallery('site');
        say('gone');
      }),
    kept: async (root, promised) => {
      const names = (await withStore(root, (store) => store.galleries())).map(({ name }) => name);
      if (promised.length > 0 && names.includes('site')) throw new Error('a removed gallery is back');
    },
    state: galleryState,
  },
  {
    name: 'export a gallery',
    prepare: twoGalleries,
    run: async (root, say) => {
      const folder = join(root, 'export');
      if (filesBelow(folder).some((path) => path.endsWith('manifest.csv'))) return;
      await withStore(root, (store) => exportGallery({ store, gallery: 'site', folder }));
      say('exported');
    },
    kept: async (root, promised) => {
      const whole = filesBelow(join(root, 'export')).length === count + 1;
      if (promised.length > 0 && !whole) throw new Error('the export is not whole');
    },
    state: async (root) =>
      Object.fromEntries(
        await Promise.all(
          filesBelow(join(root, 'export')).map(async (path) => [basename(path), hash(await readFile(path))]),
        ),
      ),
  },
  {
    name: 'take out damaged vectors',
    prepare: async (root) => {
      await twoGalleries(root);
      const db = new Database(join(galleriesOf(root), 'gallery.db'));
      db.exec("UPDATE vector SET data = x'00' WHERE id % 2 = 0");
      db.close();
    },
    run: (root) => withStore(root, (store) => mend(store)),
    mends: true,
    state: galleryState,
  },
  {
    name: 'build a damaged index anew',
    prepare: async (root) => {
      await twoGalleries(root);
      await overwritePage(join(galleriesOf(root), 'gallery.db'), 'vector_changed');
    },
    run: (root) => withStore(root, (store) => mend(store)),
    mends: true,
    state: galleryState,
  },
  {
    name: 'open an older layout',
    prepare: async (root) => {
      await mkdir(galleriesOf(root), { recursive: true });
      const db = new Database(join(galleriesOf(root), 'gallery.db'));
      db.exec('PRAGMA journal_mode = WAL');
      db.exec(migrations[0] ?? '');
      db.exec(
        "INSERT INTO gallery (name) VALUES ('old'); PRAGMA user_version = 1; PRAGMA wal_checkpoint(TRUNCATE)",
      );
      db.close();
    },
    run: (root) => withStore(root, async () => undefined),
    state: galleryState,
  },
];

async function mend(store: EmbeddedGalleryStore): Promise<void> {
  for (const gallery of ['site', 'other']) await reindex({ store, gallery, encoder: new FakeEncoder() });
}

async function overwritePage(path: string, name: string): Promise<void> {
  const db = new Database(path);
  const row = db.prepare('SELECT rootpage FROM sqlite_master WHERE name = ?').get([name]) as {
    rootpage: number;
  };
  db.close();
  const bytes = await readFile(path);
  bytes.fill(0xa5, (row.rootpage - 1) * 8192, row.rootpage * 8192);
  await writeFile(path, bytes);
}

export function hash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}
