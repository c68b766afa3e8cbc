/** Encoding a whole gallery with another model beside the index in use, then switching at one stroke. */
import { asChatReidError, type ErrorCode } from '../foundation/error.ts';
import type { GalleryStore } from './gallery-store.ts';
import { encodeRegistered, type PictureEncoder } from './picture-encoder.ts';
import { Progress, type ProgressReport } from './progress.ts';

export interface ReindexOptions {
  readonly store: GalleryStore;
  readonly gallery: string;
  readonly encoder: PictureEncoder;
  readonly batch?: number;
  /** Forget the vectors of all other spaces after the switch. Default: keep them, so that switching back is free. */
  readonly dropOthers?: boolean;
  readonly onProgress?: (progress: ProgressReport) => void;
  readonly signal?: AbortSignal;
}

export interface ReindexReport {
  readonly encoded: number;
  /** Vectors that the disk had damaged, of all galleries; `all` where the whole index was, and every gallery needs this. */
  readonly damaged: number | 'all';
  /** Registered pictures that this model cannot encode: they stay in the gallery and cannot be found with it. */
  readonly failed: readonly {
    readonly pictureId: string;
    readonly source: string;
    readonly code: ErrorCode;
    readonly message: string;
  }[];
}

/**
 * Searches go on in the old space until every picture has a vector in the new one; killed and run again, it goes on.
 * Pictures that another process adds meanwhile are caught up with before the switch, and once more after it.
 *
 * @throws ChatReidError GALLERY_UNKNOWN, STORAGE_FULL, ENGINE_*, CANCELLED (what was encoded stays)
 */
export async function reindex(options: ReindexOptions): Promise<ReindexReport> {
  const { store, gallery, encoder } = options;
  try {
    const damaged = (await store.removeDamagedVectors()) ?? 'all';
    const failed = new Map<string, Error>();
    let encoded = await catchUp(options, failed);
    const { pictures, spaces } = await store.summary(gallery);
    const done = spaces.find(({ space }) => space === encoder.space)?.pictures ?? 0;
    // A model that cannot encode a single picture must not take a working index away.
    if (done > 0 || pictures === 0) {
      await store.setLiveSpace(gallery, encoder.space);
      encoded += await catchUp(options, failed);
      if (options.dropOthers) {
        for (const { space } of spaces) if (space !== encoder.space) await store.dropSpace(gallery, space);
      }
    }
    const ids = [...failed.keys()];
    const records = await store.records(gallery, ids);
    return {
      encoded,
      damaged,
      failed: ids.map((pictureId, at) => {
        const { code, message } = asChatReidError(failed.get(pictureId), 'encoding the picture');
        return { pictureId, source: records[at]?.source ?? pictureId, code, message };
      }),
    };
  } catch (error) {
    throw asChatReidError(error, `re-indexing gallery "${gallery}"`);
  }
}

/** @returns how many were encoded */
async function catchUp(options: ReindexOptions, failed: Map<string, Error>): Promise<number> {
  const { store, gallery, encoder, signal, batch = 64 } = options;
  let encoded = 0;
  for (;;) {
    const missing = (await store.missingVectors(gallery, encoder.space)).filter((id) => !failed.has(id));
    if (missing.length === 0) return encoded;
    const progress = new Progress(missing.length);
    for (let first = 0; first < missing.length; first += batch) {
      signal?.throwIfAborted();
      const some = missing.slice(first, first + batch);
      const failures = await encodeRegistered(store, encoder, some, { signal });
      for (const { pictureId, error } of failures) failed.set(pictureId, error);
      encoded += some.length - failures.length;
      progress.advance(some.length);
      options.onProgress?.(progress.report());
    }
  }
}
