/** What the page may do with galleries; given by who puts the parts together, because adapters do not know the gallery floor. */
import type { Asker } from '../../src/conversation/asker.ts';
import type { ErrorReport } from '../../src/foundation/error.ts';

export interface GalleryOverview {
  readonly name: string;
  readonly pictures: number;
  readonly persons: number;
  readonly cameras: readonly string[];
  readonly places: readonly string[];
  /** ISO 8601 in UTC; absent where no picture has a time. */
  readonly firstTime?: string;
  readonly lastTime?: string;
}

export interface GalleryPicture {
  readonly pictureId: string;
  readonly personId?: string;
  readonly cameraId?: string;
  readonly place?: string;
  /** ISO 8601 in UTC. */
  readonly time?: string;
  readonly caption?: string;
  readonly source: string;
}

export interface BrowseRequest {
  readonly offset: number;
  /** 1 to 100 */
  readonly limit: number;
  readonly camera?: string;
  readonly place?: string;
}

/** What is known of all pictures of one upload. */
export interface UploadFacts {
  readonly camera?: string;
  readonly place?: string;
  /** ISO 8601 in UTC. */
  readonly time?: string;
}

export interface UploadReport {
  readonly added: number;
  /** Pictures that the gallery had before. */
  readonly already: number;
  /** What else is to be said, each a sentence: frames that show nobody. */
  readonly notes: readonly string[];
  readonly failed: readonly (ErrorReport & { readonly source: string })[];
}

/** A picture that a newcomer may search with. */
export interface ExamplePicture {
  /** Shown below it: what to look for. */
  readonly title: string;
  /** Absolute path. */
  readonly path: string;
}

/** Everybody sees what the access policy lets them see of it, and nothing says that there is more. */
export interface GalleryAccess {
  list(asker: Asker): Promise<readonly GalleryOverview[]>;
  /** In the order of registration. @throws ChatReidError GALLERY_UNKNOWN */
  browse(asker: Asker, gallery: string, request: BrowseRequest): Promise<readonly GalleryPicture[]>;
  /** Whether they may fill it, whether it is there or not. @throws ChatReidError ACCESS_DENIED */
  demandAdding(asker: Asker, gallery: string): Promise<void>;
  /**
   * Registers pictures, of camera frames the people in them, and makes them searchable. A gallery that is not there is made.
   *
   * @param onProgress pictures that are done, of all of this call
   * @throws ChatReidError ACCESS_DENIED, STORAGE_FULL, GALLERY_BUSY, ENGINE_*, CANCELLED; what is wrong with one picture is in the report
   */
  add(
    asker: Asker,
    gallery: string,
    pictures: readonly { readonly name: string; readonly bytes: Uint8Array }[],
    facts: UploadFacts,
    onProgress: (done: number, total: number) => void,
    signal: AbortSignal,
  ): Promise<UploadReport>;
  /** None where nothing is shipped. */
  examples?(asker: Asker): Promise<readonly ExamplePicture[]>;
}
