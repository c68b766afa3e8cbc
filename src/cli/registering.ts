/** Putting pictures into a gallery, with progress, and what came of it: for `gallery add` and the demo. */
import type { Encoder } from '../engine/encoder.ts';
import type { ErrorCode } from '../foundation/error.ts';
import type { PictureEncoder } from '../gallery/picture-encoder.ts';
import { PhasedProgress } from './progress.ts';
import type { Work } from './shell.ts';

export interface Registration {
  readonly gallery: string;
  readonly sources: readonly string[];
  readonly timeZone: string;
  /** Without, the pictures are kept but cannot be searched yet. */
  readonly index: boolean;
}

export interface Registered {
  readonly gallery: string;
  readonly added: number;
  readonly already: number;
  readonly updated: number;
  /** Pictures that were given their vector. */
  readonly indexed: number;
  readonly failed: readonly { readonly source: string; readonly code: ErrorCode; readonly message: string }[];
  readonly seconds: number;
}

/** @throws ChatReidError as importPictures does; everything done until then is kept */
export async function register(
  { shell, parts, signal }: Work,
  { gallery, sources, timeZone, index }: Registration,
): Promise<Registered & { readonly notes: readonly string[] }> {
  const started = performance.now();
  const { importPictures } = await import('../gallery/importer.ts');
  const progress = new PhasedProgress(shell.stderr);
  try {
    const report = await importPictures({
      store: await parts.store(),
      gallery,
      sources,
      timeZone,
      signal,
      ...(index ? { encoder: await pictureEncoder(await parts.encoder()) } : {}),
      onProgress: ({ phase, done, total, ...pace }) =>
        progress.update(phase === 'resuming' ? 'pictures of the last time' : 'pictures', done, total, pace),
    });
    const { added, already, updated, encoded, failed, notes } = report;
    return {
      gallery,
      added,
      already,
      updated,
      indexed: encoded,
      failed: failed.map(({ source, code, message }) => ({ source, code, message })),
      seconds: (performance.now() - started) / 1000,
      notes,
    };
  } finally {
    progress.stop();
  }
}

/** The engine's encoder in the shape that the gallery asks for. */
export async function pictureEncoder(encoder: Encoder): Promise<PictureEncoder> {
  const { space, dimension } = await encoder.describeEncoder();
  return {
    space,
    dimension,
    encodePictures: (pictures, options) => encoder.encodePictures(pictures, options),
  };
}
