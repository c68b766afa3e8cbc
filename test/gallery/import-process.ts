/** A process of its own that imports with a slow encoder, or holds the gallery's lock; the parent test kills it. */
import { join } from 'node:path';
import Database from 'libsql';
import { ChatReidError } from '../../src/foundation/error.ts';
import { EmbeddedGalleryStore } from '../../src/gallery/embedded-store.ts';
import { importPictures } from '../../src/gallery/importer.ts';
import { FakeEncoder } from './fake-encoder.ts';

const [command, folder = '', sources = '', delay = '0'] = process.argv.slice(2);
const tell = (message: object) => process.send?.(message);

if (command === 'hold-lock') {
  const db = new Database(join(folder, 'gallery.db'));
  db.exec('BEGIN IMMEDIATE');
  db.exec("UPDATE gallery SET name = 'half written'");
  tell({ locked: true });
  setInterval(() => undefined, 1000);
} else {
  try {
    const store = await EmbeddedGalleryStore.open(folder);
    tell({ started: true });
    const report = await importPictures({
      store,
      gallery: 'site',
      sources: [sources],
      encoder: new FakeEncoder('fake', { delayMs: Number(delay) }),
      batch: 4,
      timeZone: 'UTC',
      onProgress: ({ done }) => tell({ done }),
    });
    await store.close();
    tell({ report });
  } catch (error) {
    if (!(error instanceof ChatReidError)) throw error;
    tell({ error: error.report() });
  }
  process.disconnect?.();
}
