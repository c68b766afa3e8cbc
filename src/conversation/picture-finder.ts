/** Files of pictures, whether they were sent in a talk or are in a gallery. */
import { ChatReidError } from '../foundation/error.ts';
import type { GalleryStore } from '../gallery/gallery-store.ts';
import type { PictureFile } from './asking-model.ts';
import type { Uploads } from './uploads.ts';

export class PictureFinder {
  constructor(private readonly parts: { readonly uploads: Uploads; readonly store: GalleryStore }) {}

  /** @throws ChatReidError PICTURE_UNKNOWN */
  async find(id: string): Promise<PictureFile> {
    if (!/^[0-9a-f]{64}$/.test(id)) throw unknown();
    const { uploads, store } = this.parts;
    return { id, path: (await uploads.path(id)) ?? (await store.path(id).catch(gone)) };
  }

  /** Those that are still there. */
  async findAll(ids: readonly string[]): Promise<PictureFile[]> {
    const found = await Promise.all(
      ids.map((id) =>
        this.find(id).catch((error: unknown) => {
          if (error instanceof ChatReidError && error.code === 'PICTURE_UNKNOWN') return undefined;
          throw error;
        }),
      ),
    );
    return found.filter((picture) => picture !== undefined);
  }
}

function gone(error: unknown): never {
  throw error instanceof ChatReidError && error.code === 'PICTURE_UNKNOWN' ? unknown() : error;
}

function unknown(): ChatReidError {
  return new ChatReidError(
    'PICTURE_UNKNOWN',
    'That picture is not there any more: it was removed, or was kept for as long as pictures are.',
    'Send it again, or search without it.',
  );
}
