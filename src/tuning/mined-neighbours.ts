/** Hard negatives, mined with the base filter: the pictures of others that it finds most alike. */
import type { Encoder } from '../engine/encoder.ts';
import { embedBenchmark, type EvaluationProgress } from '../evaluation/benchmark-embedding.ts';
import { scoreBlocks } from '../evaluation/similarity.ts';
import type { Neighbours } from './rivals.ts';
import type { Roster, TuningPicture } from './roster.ts';

/** The likest of others that are kept for each picture. */
const kept = 48;

export interface MiningOptions {
  readonly encoder: Encoder;
  readonly cacheFolder: string;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: EvaluationProgress) => void) | undefined;
}

/**
 * Embeds every picture (kept on disk as an evaluation keeps them) and compares each with each: 18,000 pictures are a
 * minute's work on one core once embedded; it grows with the square.
 *
 * @throws ChatReidError as `embedBenchmark`
 */
export async function mineNeighbours(roster: Roster, options: MiningOptions): Promise<Neighbours> {
  const pictures = roster.pictures;
  const rows = pictures.map(({ path, person, camera }) => ({
    source: path,
    path,
    personId: person,
    ...(camera === undefined ? {} : { cameraId: camera }),
  }));
  const embedded = await embedBenchmark(
    { queries: rows, gallery: rows },
    {
      encoder: options.encoder,
      description: await options.encoder.describeEncoder(),
      cacheFolder: options.cacheFolder,
      textWeight: 0,
      allowPartial: false,
      signal: options.signal,
      onProgress: options.onProgress,
    },
  );
  const place = new Map(pictures.map((picture, at) => [picture, at]));
  const nearest = new Int32Array(pictures.length * kept).fill(-1);
  for await (const { first, rows: scores } of scoreBlocks(embedded.queryVectors, embedded.galleryVectors, {
    signal: options.signal,
  })) {
    for (const [at, row] of scores.entries()) {
      const { person } = pictures[first + at]!;
      nearest.set(
        likest(row, (other) => pictures[other]!.person !== person),
        (first + at) * kept,
      );
    }
    options.onProgress?.({ phase: 'scoring', done: first + scores.length, total: pictures.length });
  }
  const { data, dimension } = embedded.queryVectors;
  return {
    of(picture) {
      const at = place.get(picture)!;
      const found: TuningPicture[] = [];
      for (const other of nearest.subarray(at * kept, (at + 1) * kept)) {
        if (other !== -1) found.push(pictures[other]!);
      }
      return found;
    },
    similarity(one, other) {
      const [a, b] = [place.get(one)! * dimension, place.get(other)! * dimension];
      let product = 0;
      for (let d = 0; d < dimension; d++) product += data[a + d]! * data[b + d]!;
      return product;
    },
  };
}

/** Numbers of the highest scores that are accepted, highest first; equal ones in their order. */
function likest(scores: Float32Array, accept: (at: number) => boolean): number[] {
  const best: number[] = [];
  let floor = Number.NEGATIVE_INFINITY;
  for (let at = 0; at < scores.length; at++) {
    const score = scores[at]!;
    if (score <= floor || !accept(at)) continue;
    let place = best.length;
    while (place > 0 && scores[best[place - 1]!]! < score) place--;
    best.splice(place, 0, at);
    if (best.length > kept) best.pop();
    if (best.length === kept) floor = scores[best[kept - 1]!]!;
  }
  return best;
}
