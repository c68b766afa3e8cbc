/** Putting pictures into a gallery, with progress, and what came of it: for `gallery add`, the demo and the talks. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Encoder } from '../engine/encoder.ts';
import { ChatReidError, type ErrorCode } from '../foundation/error.ts';
import type { GalleryStore } from '../gallery/gallery-store.ts';
import type { ImportProgress, ImportReport } from '../gallery/importer.ts';
import type { Detector } from '../gallery/people/detector.ts';
import type { PictureEncoder } from '../gallery/picture-encoder.ts';
import type { Composition } from './composition.ts';
import { PhasedProgress } from './progress.ts';
import type { Work } from './shell.ts';

export interface Registration {
  readonly gallery: string;
  readonly sources: readonly string[];
  readonly timeZone: string;
  /** Without, the pictures are kept but cannot be searched yet. */
  readonly index: boolean;
  /** Camera frames are cut into the people in them. */
  readonly people?: boolean;
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
  { gallery, sources, timeZone, index, people = false }: Registration,
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
      ...(people ? { detector: await detectorOf(parts) } : {}),
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

async function detectorOf(parts: Composition): Promise<Detector> {
  const detector = await parts.detector();
  if (detector) return detector;
  throw new ChatReidError(
    'MODEL_MISSING',
    'There is no people detector in the model folder (no "people" in chatreid.json).',
    'Register crops of single people without --people, or use the model that comes with the program.',
  );
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

/** What is known of all the pictures of one call. */
export interface SharedFacts {
  readonly camera?: string;
  readonly place?: string;
  /** ISO 8601 in UTC. */
  readonly time?: string;
  readonly person?: string;
}

/**
 * Pictures that a talk or a page brought, under the names that they came with; camera frames are cut into the people in them
 * where there is a detector.
 *
 * @throws ChatReidError as importPictures does
 */
export async function registerNamed(
  parts: Composition,
  gallery: string,
  pictures: readonly { readonly name: string; readonly path: string; readonly time?: string }[],
  facts: SharedFacts,
  options: {
    /** Another than the whole: a view of somebody who may not fill all of it. */
    readonly store?: GalleryStore;
    readonly signal?: AbortSignal;
    readonly onProgress?: (progress: ImportProgress) => void;
  } = {},
): Promise<ImportReport> {
  const { store = await parts.store(), ...others } = options;
  const [{ importPictures }, encoder, detector] = await Promise.all([
    import('../gallery/importer.ts'),
    parts.encoder().then(pictureEncoder),
    parts.detector(),
  ]);
  const { home, timeZone } = parts.settings;
  const folder = await mkdtemp(join(home.cache, 'registering-'));
  try {
    const { camera, place, time, person } = facts;
    const lines = pictures.map(({ name, path, time: taken }) =>
      JSON.stringify({
        path,
        source: name,
        camera_id: camera,
        place,
        time: time ?? taken,
        person_id: person,
      }),
    );
    const manifest = join(folder, 'pictures.jsonl');
    await writeFile(manifest, `${lines.join('\n')}\n`, { mode: 0o600 });
    return await importPictures({
      store,
      gallery,
      sources: [manifest],
      encoder,
      ...(detector ? { detector } : {}),
      timeZone,
      ...others,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
