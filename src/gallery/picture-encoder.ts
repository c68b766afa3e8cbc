/** The port through which the gallery gets vectors: whoever composes the program plugs the model's encoder in. */
import type { Picture } from '../foundation/picture.ts';
import { type GalleryStore, pathOf } from './gallery-store.ts';

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
 * @param options `claimFor`: the gallery whose searches use the encoder's space from now on
 * @returns the pictures that could not be encoded
 * @throws ChatReidError as {@link GalleryStore.addVectors}, and what the encoder throws
 */
export async function encodeRegistered(
  store: GalleryStore,
  encoder: PictureEncoder,
  pictureIds: readonly string[],
  options: { readonly signal?: AbortSignal | undefined; readonly claimFor?: string } = {},
): Promise<EncodingFailure[]> {
  const { signal, claimFor } = options;
  const pictures: { id: string; path: string }[] = [];
  for (const id of pictureIds) {
    const path = await pathOf(store, id);
    if (path !== undefined) pictures.push({ id, path });
  }
  const results = pictures.length > 0 ? await encoder.encodePictures(pictures, signal ? { signal } : {}) : [];
  const vectors: { pictureId: string; vector: Float32Array }[] = [];
  const failures: EncodingFailure[] = [];
  pictures.forEach(({ id: pictureId }, at) => {
    const result = results[at];
    if (result instanceof Float32Array) vectors.push({ pictureId, vector: result });
    else failures.push({ pictureId, error: result ?? new Error('The encoder gave no vector.') });
  });
  await store.addVectors(encoder.space, vectors, claimFor === undefined ? {} : { claimFor });
  return failures;
}
