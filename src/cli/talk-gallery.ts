/** The gallery that a talk is about: the one that is named, else the user's own, else the demo's. */
import type { GalleryStore } from '../gallery/gallery-store.ts';
import { prepareDemo } from './demo/demo-gallery.ts';
import { defaultGallery, demoGallery } from './gallery-option.ts';
import type { Work } from './shell.ts';

/**
 * The demo gallery is registered the first time that it is talked about.
 *
 * @param wanted as named on the command line
 * @throws ChatReidError GALLERY_UNKNOWN, IMPORT_* of the demo's pictures
 */
export async function talkGallery(work: Work, wanted: string | undefined): Promise<string> {
  const store = await work.parts.store();
  const gallery = wanted ?? ((await hasPictures(store, defaultGallery)) ? defaultGallery : demoGallery);
  if (gallery === demoGallery) await prepareDemo(work);
  else await store.summary(gallery);
  return gallery;
}

async function hasPictures(store: GalleryStore, gallery: string): Promise<boolean> {
  return (await store.galleries()).some(({ name, pictures }) => name === gallery && pictures > 0);
}
