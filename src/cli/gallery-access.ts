/** Galleries as the web page may look at them and fill them. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExamplePicture, GalleryAccess } from '../../adapters/web/gallery-access.ts';
import type { Scope } from '../gallery/gallery-store.ts';
import { pictureId } from '../foundation/picture.ts';
import { pictureFacts, recordedAction } from './audit/recorded-command.ts';
import type { Composition } from './composition.ts';
import { registerNamed } from './registering.ts';

/** @param examples pictures that a newcomer may search with */
export function galleryAccess(parts: Composition, examples: readonly ExamplePicture[] = []): GalleryAccess {
  return {
    list: async () => (await parts.store()).galleries(),
    async browse(gallery, { offset, limit, camera, place }) {
      const scope: Scope = {
        ...(camera === undefined ? {} : { cameras: [camera] }),
        ...(place === undefined ? {} : { places: [place] }),
      };
      const store = await parts.store();
      await store.summary(gallery);
      return store.list(gallery, { scope, offset, limit });
    },
    async add(gallery, pictures, facts, onProgress, signal) {
      await parts.store();
      const folder = await mkdtemp(join(parts.settings.home.cache, 'upload-'));
      try {
        const named: { name: string; path: string }[] = [];
        for (const [i, { name, bytes }] of pictures.entries()) {
          const path = join(folder, String(i));
          await writeFile(path, bytes, { mode: 0o600 });
          named.push({ name, path });
        }
        const { camera, place, time } = facts;
        const sent = pictureFacts(pictures.map(({ bytes }) => pictureId(bytes)));
        const { added, already, updated, failed, notes } = await recordedAction(
          parts,
          {
            kind: 'registration',
            platform: 'web',
            facts: { gallery, ...sent, camera, place, time },
            words: { names: pictures.map(({ name }) => name) },
          },
          () =>
            registerNamed(parts, gallery, named, facts, {
              signal,
              onProgress: ({ phase, done }) => {
                if (phase === 'importing') onProgress(done, pictures.length);
              },
            }),
          (report) => ({ added: report.added, already: report.already, failed: report.failed.length }),
        );
        return { added, already: already + updated, failed, notes };
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
    examples: async () => examples,
  };
}
