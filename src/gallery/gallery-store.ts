/** The GalleryStore seam: registered pictures, what is known of them, and their embeddings. */
import { ChatReidError } from '../foundation/error.ts';

/** What is known of one picture in one gallery. Everything but the id may be unknown. */
export interface PictureRecord {
  /** Lower-case SHA-256 of the encoded bytes. */
  readonly pictureId: string;
  readonly personId?: string;
  readonly cameraId?: string;
  readonly place?: string;
  /** Instant, ISO 8601 in UTC with milliseconds, e.g. 2026-11-24T13:05:00.000Z. */
  readonly time?: string;
  readonly caption?: string;
  /** query | gallery | train, where the source says so. */
  readonly split?: string;
  readonly tags?: readonly string[];
  /** The name it first came under: a path relative to what was imported. A later import does not change it. */
  readonly source: string;
  readonly width: number;
  readonly height: number;
}

/**
 * Restrictions that are pushed down into the search. Lists are alternatives, and an empty list restricts nothing; the fields
 * are all required together.
 */
export interface Scope {
  readonly cameras?: readonly string[];
  readonly places?: readonly string[];
  readonly persons?: readonly string[];
  /** Inclusive. A picture without a time is outside any time range. */
  readonly after?: Date;
  /** Inclusive. */
  readonly before?: Date;
  readonly tags?: readonly string[];
  /** Picture ids left out. */
  readonly exclude?: readonly string[];
}

export interface GallerySummary {
  readonly name: string;
  readonly pictures: number;
  readonly persons: number;
  readonly cameras: readonly string[];
  readonly places: readonly string[];
  readonly firstTime?: string;
  readonly lastTime?: string;
  /** How many of the pictures have a vector in each space. */
  readonly spaces: readonly {
    readonly space: string;
    readonly dimension: number;
    readonly pictures: number;
  }[];
  /** The space that searches use. */
  readonly liveSpace?: string;
}

export interface Hit {
  readonly pictureId: string;
  /** Dot product of unit vectors, -1 to 1. */
  readonly score: number;
}

export interface SearchOutcome {
  /** Highest score first; equal scores in the order of registration. */
  readonly hits: readonly Hit[];
  /** Pictures that the scope left, of those that have a vector in this space. */
  readonly of: number;
  /** Pictures of these whose score is at least `tau`. */
  readonly kept: number;
}

export interface GalleryStore {
  galleries(): Promise<GallerySummary[]>;
  /** @param scope counts and names are of the pictures in it alone. @throws ChatReidError GALLERY_UNKNOWN */
  summary(gallery: string, scope?: Scope): Promise<GallerySummary>;
  /**
   * How many pictures it has (in the scope, where there is one), and how many of them have a vector in this space. Nearly free
   * until something is written: meant for every search.
   * @throws ChatReidError GALLERY_UNKNOWN
   */
  indexed(
    gallery: string,
    space: string,
    scope?: Scope,
  ): Promise<{ readonly pictures: number; readonly indexed: number }>;
  /** For each picture the names of the galleries that have it, in their order; none for one that is not there. */
  galleriesOf(pictureIds: readonly string[]): Promise<string[][]>;

  /**
   * Keeps the bytes (content-addressed, durable before the record is) and the record. A picture that the gallery already
   * has keeps its place; fields that the new record knows are updated. One call is one transaction.
   * @returns how many of them were new to the gallery
   */
  add(
    gallery: string,
    pictures: readonly { readonly record: PictureRecord; readonly bytes: Uint8Array }[],
  ): Promise<number>;

  /**
   * Stores unit vectors. Pictures of another space are never mixed in: (picture, space) is the key. With `claimFor`, in the
   * same transaction, this gallery (if there is one) is searched in this space from now on, unless it has vectors in the
   * one that it is searched in: then nothing is stored.
   * @throws ChatReidError GALLERY_NOT_INDEXED (the gallery of `claimFor` is searched in another space), OPTION_INVALID
   */
  addVectors(
    space: string,
    vectors: readonly { readonly pictureId: string; readonly vector: Float32Array }[],
    options?: { readonly claimFor?: string },
  ): Promise<void>;
  /** Picture ids of the gallery without a vector in this space, in the order of registration. */
  missingVectors(gallery: string, space: string): Promise<string[]>;
  /**
   * Removes vectors that the disk has damaged, of all galleries, so that they are among {@link missingVectors}.
   * @returns how many; undefined where the index could not be read at all and is empty now
   * @throws ChatReidError GALLERY_DAMAGED where more than the index is damaged
   */
  removeDamagedVectors(): Promise<number | undefined>;
  vectors(space: string, pictureIds: readonly string[]): Promise<(Float32Array | undefined)[]>;
  /** Searches use this space from now on; vectors of other spaces stay until {@link dropSpace}. */
  setLiveSpace(gallery: string, space: string): Promise<void>;
  /** @throws ChatReidError OPTION_INVALID for the space that searches use */
  dropSpace(gallery: string, space: string): Promise<void>;

  list(
    gallery: string,
    options?: { scope?: Scope; offset?: number; limit?: number },
  ): Promise<PictureRecord[]>;
  record(gallery: string, pictureId: string): Promise<PictureRecord | undefined>;
  records(gallery: string, pictureIds: readonly string[]): Promise<(PictureRecord | undefined)[]>;
  /** Absolute path of the picture's file. @throws ChatReidError PICTURE_UNKNOWN */
  path(pictureId: string): Promise<string>;

  /**
   * Exact search: every picture in scope is compared. Never blocks the event loop for longer than about 10 ms.
   * @throws ChatReidError GALLERY_UNKNOWN, GALLERY_EMPTY, GALLERY_NOT_INDEXED (no vectors in this space, or searches use
   * another one: what is in this one may be a fragment)
   */
  search(
    gallery: string,
    query: {
      readonly space: string;
      readonly vector: Float32Array;
      readonly tau: number;
      readonly limit: number;
      readonly scope?: Scope;
      readonly signal?: AbortSignal;
    },
  ): Promise<SearchOutcome>;

  /** Removes pictures from the gallery; the file and vectors go when no gallery has the picture any more. */
  remove(gallery: string, pictureIds: readonly string[]): Promise<number>;
  removeGallery(gallery: string): Promise<number>;
  close(): Promise<void>;
}

/** The path of a picture that somebody may just have removed: undefined then. */
export async function pathOf(store: GalleryStore, pictureId: string): Promise<string | undefined> {
  return store.path(pictureId).catch((error: unknown) => {
    if (error instanceof ChatReidError && error.code === 'PICTURE_UNKNOWN') return undefined;
    throw error;
  });
}

/** Of a gallery that is not there, for whoever asks. */
export function galleryUnknown(name: string): ChatReidError {
  return new ChatReidError(
    'GALLERY_UNKNOWN',
    `There is no gallery "${name}".`,
    `Make it by adding pictures: chatreid gallery add --gallery ${name} PATH...`,
  );
}

export function pictureUnknown(pictureId: string): ChatReidError {
  return new ChatReidError(
    'PICTURE_UNKNOWN',
    `No gallery has a picture ${pictureId.slice(0, 12)}.`,
    'List the gallery to see its pictures: it may have been removed.',
  );
}
