/** Source files that the disk cannot read: each is named, and the import goes on. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { EmbeddedGalleryStore } from '../../src/gallery/embedded-store.ts';
import { importPictures } from '../../src/gallery/importer.ts';
import { FakeEncoder } from './fake-encoder.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { picture } from './test-pictures.ts';

// A bad sector cannot be had on order: files that are called after an error give it.
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  return {
    ...real,
    readFile: async (...args: Parameters<typeof real.readFile>) => {
      const [, code] = /(E[A-Z]+)\.png$/.exec(String(args[0])) ?? [];
      if (code) throw Object.assign(new Error(`${code}: as a bad disk says it, read`), { code });
      return real.readFile(...args);
    },
  };
});

it.each(['a folder', 'a manifest'])('does not stop the import of %s', async (kind) => {
  const store = await EmbeddedGalleryStore.open(await temporaryFolder());
  const folder = await temporaryFolder();
  const names = ['1.png', 'EACCES.png', 'EIO.png', 'EMFILE.png', 'ENXIO.png', 'z.png'];
  for (const [number, name] of names.entries()) await writeFile(join(folder, name), await picture(number));
  if (kind === 'a manifest') await writeFile(join(folder, 'manifest.csv'), ['path', ...names, ''].join('\n'));
  const encoder = new FakeEncoder();
  const report = await importPictures({
    store,
    gallery: 'site',
    sources: [folder],
    encoder,
    timeZone: 'UTC',
  });
  expect(report).toMatchObject({ added: 2, encoded: 2 });
  expect(report.failed).toEqual(
    [
      ['EACCES.png', 'STORAGE_DENIED', /permission/],
      ['EIO.png', 'IMPORT_SOURCE_MISSING', /EIO\.png cannot be read: EIO/],
      ['EMFILE.png', 'INTERNAL', /EMFILE/],
      ['ENXIO.png', 'IMPORT_SOURCE_MISSING', /cannot be read: ENXIO/],
    ].map(([source, code, message]) => ({
      source,
      code,
      message: expect.stringMatching(message ?? ''),
      next: expect.stringMatching(/\w/),
    })),
  );
  await store.close();
});
