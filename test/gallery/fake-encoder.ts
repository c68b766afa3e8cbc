/** An encoder without a model: the vector is a function of the bytes, so that any two imports can be compared. */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeRgb, readPicture } from '../../src/foundation/picture.ts';
import type { PictureEncoder } from '../../src/gallery/picture-encoder.ts';
import { unitVector } from './test-pictures.ts';

export const fakeDimension = 16;

export function fakeVector(pictureId: string, dimension = fakeDimension): Float32Array {
  return unitVector(createHash('sha256').update(pictureId).digest().readUInt32LE(), dimension);
}

export class FakeEncoder implements PictureEncoder {
  readonly dimension = fakeDimension;
  /** Pictures it was asked for, in order. */
  readonly asked: string[] = [];

  constructor(
    readonly space = 'fake',
    private readonly options: {
      readonly delayMs?: number;
      readonly failing?: (id: string) => Error | undefined;
    } = {},
  ) {}

  async encodePictures(
    pictures: Parameters<PictureEncoder['encodePictures']>[0],
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<(Float32Array | Error)[]> {
    const vectors: (Float32Array | Error)[] = [];
    for (const picture of pictures) {
      signal?.throwIfAborted();
      if (this.options.delayMs) await sleep(this.options.delayMs);
      this.asked.push(picture.id);
      const failure =
        this.options.failing?.(picture.id) ??
        (await readPicture(picture)
          .then((bytes) => decodeRgb(bytes))
          .then(
            () => undefined,
            (error: Error) => error,
          ));
      vectors.push(failure ?? fakeVector(`${this.space}${picture.id}`));
    }
    return vectors;
  }
}
