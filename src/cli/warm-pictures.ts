/** The language model looks at a gallery's pictures before anybody asks, so that first searches need not wait for that. */
import { ChatReidError } from '../foundation/error.ts';
import { pathOf } from '../gallery/gallery-store.ts';
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
  const engine = await parts.engine();
  if (!engine || parts.settings.remote) return 0;
  const store = await parts.store();
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
