/** What the start of a service tells of its gallery before anybody searches. */
import { join } from 'node:path';
import Database from 'libsql';
import { expect, test } from 'vitest';
import { Composition, makers } from '../../src/cli/composition.ts';
import { settingsFrom } from '../../src/cli/settings.ts';
import { warmPictures } from '../../src/cli/warm-pictures.ts';
import { temporaryFolder } from '../gallery/temporary-folder.ts';
import { drawPeople } from './coloured-people.ts';
import { chatreid, colourModel } from './command-line.ts';

test('an index that the disk has damaged is told of at the start, and reindex mends it', async () => {
  const root = await temporaryFolder();
  const { pictures, model } = await drawPeople(root);
  const env = { CHATREID_HOME: join(root, 'home'), CHATREID_MODEL: model };
  await chatreid(['gallery', 'add', '--gallery', 'lobby', pictures], { env });
  const warm = async () => {
    const parts = new Composition(settingsFrom(env), { ...makers, localModel: async () => colourModel() });
    try {
      return await warmPictures(parts, 'lobby', new AbortController().signal);
    } finally {
      await parts.close();
    }
  };
  expect(await warm()).toBe(0);
  const db = new Database(join(root, 'home', 'galleries', 'gallery.db'));
  db.exec('UPDATE vector SET data = zeroblob(12) WHERE id = 3');
  db.close();
  const next = expect.stringContaining('chatreid gallery reindex --gallery lobby');
  await expect(warm()).rejects.toMatchObject({ code: 'GALLERY_DAMAGED', next });
  const mended = await chatreid(['gallery', 'reindex', '--gallery', 'lobby'], { env });
  expect(mended).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('1 vector') });
  expect(await warm()).toBe(0);
});
