/** The model is loaded, and looks at a gallery's pictures, before anybody asks: first searches need not wait for that. */
import { ChatReidError } from '../foundation/error.ts';
import { type GalleryStore, pathOf } from '../gallery/gallery-store.ts';
import { Comparison } from '../retrieval/comparison.ts';
import type { Composition } from './composition.ts';

const page = 500;

/**
 * One picture at a time, so that whoever asks meanwhile waits for one at most. What was seen is kept on disk: the next
 * process is through in no time. A model on a server keeps nothing here, and is left alone.
 *
 * @returns how many pictures were looked at. @throws ChatReidError as the engine does
 */
export async function warmPictures(
  parts: Composition,
  gallery: string,
  signal: AbortSignal,
): Promise<number> {
  const store = await parts.store();
  await loadFilter(parts, store, gallery, signal);
  await loadIndex(parts, store, gallery);
  const engine = await parts.engine();
  if (!engine || parts.settings.remote) return 0;
  const comparison = await Comparison.of('text', { pictures: [], words: 'person', negatives: [] });
  let seen = 0;
  for (let offset = 0; ; offset += page) {
    const records = await store.list(gallery, { offset, limit: page });
    for (const { pictureId } of records) {
      if (signal.aborted) return seen;
      const path = await pathOf(store, pictureId);
      if (path === undefined) continue;
      try {
        await engine.score([comparison.pairPrompt({ id: pictureId, path })], ['Yes', 'No'], { signal });
        seen++;
      } catch (error) {
        // One picture that cannot be opened is the search's to tell.
        if (!(error instanceof ChatReidError && error.code.startsWith('PICTURE_'))) throw error;
      }
    }
    if (records.length < page) return seen;
  }
}

/** A word and a picture load both halves of the filter, a second or two that the first search then does not take. */
async function loadFilter(
  parts: Composition,
  store: GalleryStore,
  gallery: string,
  signal: AbortSignal,
): Promise<void> {
  const encoder = await parts.encoder();
  if ((await encoder.describeEncoder()).text) await encoder.encodeTexts(['person'], { signal });
  const [first] = await store.list(gallery, { limit: 1 });
  const path = first && (await pathOf(store, first.pictureId));
  if (first && path !== undefined) await encoder.encodePictures([{ id: first.pictureId, path }], { signal });
}

/** An index that the disk has damaged is told of at the start, and not by the first search. */
async function loadIndex(parts: Composition, store: GalleryStore, gallery: string): Promise<void> {
  const { space, dimension } = await (await parts.encoder()).describeEncoder();
  const vector = new Float32Array(dimension).fill(dimension ** -0.5);
  await store.search(gallery, { space, vector, tau: 1, limit: 1 }).catch((error: unknown) => {
    if (error instanceof ChatReidError && error.code === 'GALLERY_DAMAGED') throw error;
  });
}
