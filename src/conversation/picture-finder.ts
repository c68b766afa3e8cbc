/** Files of pictures, whether they were sent in a talk or are in a gallery. */
import { ChatReidError } from '../foundation/error.ts';
import type { GalleryStore } from '../gallery/gallery-store.ts';
import type { PictureFile } from './asking-model.ts';

export interface PictureFinderParts {
  /** Those of one talk, of all, or of none. */
  readonly uploads: { path(id: string): Promise<string | undefined> };
  /** As whoever looks may see it. */
  readonly store: Pick<GalleryStore, 'path'>;
}

export class PictureFinder {
  constructor(private readonly parts: PictureFinderParts) {}

  /** @throws ChatReidError PICTURE_UNKNOWN */
  async find(id: string): Promise<PictureFile> {
    if (!/^[0-9a-f]{64}$/.test(id)) throw unknown();
    const { uploads, store } = this.parts;
    return { id, path: (await uploads.path(id)) ?? (await store.path(id).catch(gone)) };
  }

  /** Those that are still there. */
  async findAll(ids: readonly string[]): Promise<PictureFile[]> {
    const found = await Promise.all(ids.map((id) => this.#findAny(id)));
    return found.filter((picture) => picture !== undefined);
  }

  async has(id: string): Promise<boolean> {
    return (await this.#findAny(id)) !== undefined;
  }

  async #findAny(id: string): Promise<PictureFile | undefined> {
    return this.find(id).catch((error: unknown) => {
      if (error instanceof ChatReidError && error.code === 'PICTURE_UNKNOWN') return undefined;
      throw error;
    });
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
