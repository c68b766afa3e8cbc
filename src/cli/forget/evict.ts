/** Drops what this process, and that of its model, have of pictures in memory. */
import sharp from 'sharp';
import type { Composition } from '../composition.ts';

export async function evict(parts: Composition, pictureIds: readonly string[]): Promise<void> {
  // The last pictures that were decoded lie there as pixels.
  sharp.cache(false);
  sharp.cache(true);
  for (const model of await parts.openModels()) {
    if (!('forget' in model) || typeof model.forget !== 'function') continue;
    for (const id of pictureIds) await (model.forget(id) as Promise<void>);
  }
  // An index takes removed rows out when it is looked at.
  const store = await parts.store();
  for (const { name, liveSpace } of await store.galleries()) {
    if (liveSpace !== undefined) await store.indexed(name, liveSpace);
  }
}
