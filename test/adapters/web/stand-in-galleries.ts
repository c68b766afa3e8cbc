/** A stand-in for the galleries: the demo pictures, and what is uploaded, in memory. */
import type {
  BrowseRequest,
  ExamplePicture,
  GalleryAccess,
  GalleryOverview,
  GalleryPicture,
  UploadFacts,
  UploadReport,
} from '../../../adapters/web/gallery-access.ts';
import type { Asker } from '../../../src/conversation/asker.ts';
import { asChatReidError, ChatReidError } from '../../../src/foundation/error.ts';
import { inspectPicture, pictureId } from '../../../src/foundation/picture.ts';
import { demoGallery, demoQueries, distinct } from './demo-people.ts';

export class StandInGalleries implements GalleryAccess {
  /** What the next uploads have to say. */
  notes: readonly string[] = [];
  /** Who may not add any. */
  readonly keptFrom = new Set<string>();
  readonly uploads: { readonly gallery: string; readonly facts: UploadFacts; readonly names: string[] }[] =
    [];

  async list(): Promise<readonly GalleryOverview[]> {
    return [
      {
        name: 'demo',
        pictures: demoGallery.length,
        persons: distinct('personId').length,
        cameras: distinct('cameraId'),
        places: distinct('place'),
      },
    ];
  }

  async browse(
    _asker: Asker,
    gallery: string,
    { offset, limit, camera, place }: BrowseRequest,
  ): Promise<readonly GalleryPicture[]> {
    if (gallery !== 'demo') {
      throw new ChatReidError('GALLERY_UNKNOWN', `There is no gallery "${gallery}".`, 'Choose another.');
    }
    return demoGallery
      .filter((picture) => (!camera || picture.cameraId === camera) && (!place || picture.place === place))
      .slice(offset, offset + limit)
      .map(({ pictureId: id, personId, cameraId, place: where, time, caption, source }) => ({
        pictureId: id,
        personId,
        cameraId,
        place: where,
        time,
        caption,
        source,
      }));
  }

  async demandAdding(asker: Asker): Promise<void> {
    if (this.keptFrom.has(asker.user))
      throw new ChatReidError('ACCESS_DENIED', 'You may not add pictures here.', 'Ask a registrar.');
  }

  async add(
    _asker: Asker,
    gallery: string,
    pictures: readonly { readonly name: string; readonly bytes: Uint8Array }[],
    facts: UploadFacts,
    onProgress: (done: number, total: number) => void,
  ): Promise<UploadReport> {
    const seen = new Set<string>();
    const failed: UploadReport['failed'][number][] = [];
    let added = 0;
    for (const [at, { name, bytes }] of pictures.entries()) {
      try {
        await inspectPicture(bytes);
        if (!seen.has(pictureId(bytes))) added++;
        seen.add(pictureId(bytes));
      } catch (error) {
        failed.push({ source: name, ...asChatReidError(error, 'opening').report() });
      }
      onProgress(at + 1, pictures.length);
    }
    this.uploads.push({ gallery, facts, names: pictures.map(({ name }) => name) });
    return { added, already: pictures.length - added - failed.length, notes: this.notes, failed };
  }

  async examples(): Promise<readonly ExamplePicture[]> {
    const [first, ...rest] = demoQueries;
    return [first!, rest[3]!, rest[9]!, rest[14]!, rest[20]!, rest[31]!].map(({ caption, path }) => ({
      title: caption,
      path,
    }));
  }
}
