/** The port through which the gallery gets vectors: whoever composes the program plugs the model's encoder in. */
import { ChatReidError } from '../foundation/error.ts';
import type { Picture } from '../foundation/picture.ts';
import type { GalleryStore } from './gallery-store.ts';

export interface PictureEncoder {
  /** Names the embedding space: a checksum of the model's files. */
  readonly space: string;
  readonly dimension: number;
  /** One unit vector a picture, in order; the place of a picture that cannot be opened holds the error. */
  encodePictures(
    pictures: readonly Picture[],
    options?: { readonly signal?: AbortSignal },
  ): Promise<(Float32Array | Error)[]>;
}

export interface EncodingFailure {
  readonly pictureId: string;
  readonly error: Error;
}

/**
 * Encodes registered pictures and stores their vectors; pictures that another process removed meanwhile are passed over.
 *
 * @returns the pictures that could not be encoded
 */
export async function encodeRegistered(
  store: GalleryStore,
  encoder: PictureEncoder,
  pictureIds: readonly string[],
  signal?: AbortSignal,
): Promise<EncodingFailure[]> {
  const pictures: { id: string; path: string }[] = [];
  for (const id of pictureIds) {
    const path = await store.path(id).catch((error: unknown) => {
      if (!(error instanceof ChatReidError && error.code === 'PICTURE_UNKNOWN')) throw error;
    });
    if (path !== undefined) pictures.push({ id, path });
  }
  if (pictures.length === 0) return [];
  const results = await encoder.encodePictures(pictures, signal ? { signal } : {});
  const vectors: { pictureId: string; vector: Float32Array }[] = [];
  const failures: EncodingFailure[] = [];
  pictures.forEach(({ id: pictureId }, at) => {
    const result = results[at];
    if (result instanceof Float32Array) vectors.push({ pictureId, vector: result });
    else failures.push({ pictureId, error: result ?? new Error('The encoder gave no vector.') });
  });
  await store.addVectors(encoder.space, vectors);
  return failures;
}
