/** The embeddings of a benchmark's pictures: from the cache where they are there, from the encoder where not. */
import type { Encoder, EncoderDescription } from '../engine/encoder.ts';
import { asChatReidError, ChatReidError, messageOf } from '../foundation/error.ts';
import { type Picture, pictureFromFile } from '../foundation/picture.ts';
import type { BenchmarkRow, BenchmarkRows, QueryRow } from './benchmark.ts';
import { EmbeddingCache, isUnit } from './embedding-cache.ts';
import type { VectorTable } from './similarity.ts';

/** Each phase begins with 0 done and ends with all; told after each batch, so the listener thins it out. */
export interface EvaluationProgress {
  readonly phase: 'reading' | 'encoding' | 'scoring';
  readonly done: number;
  readonly total: number;
}

export interface EmbeddingOptions {
  readonly encoder: Encoder;
  readonly description: EncoderDescription;
  readonly cacheFolder: string;
  readonly allowPartial: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: EvaluationProgress) => void) | undefined;
}

export interface EmbeddedRows {
  /** The rows that have a vector, in their order. */
  readonly rows: readonly BenchmarkRow[];
  readonly vectors: VectorTable;
}

export interface EmbeddedBenchmark {
  readonly queries: EmbeddedRows;
  readonly gallery: EmbeddedRows;
  /** Pictures that cannot be opened and were left out (only with `allowPartial`), one sentence each. */
  readonly leftOut: readonly string[];
  /** Pictures that this run encoded; the others were in the cache. */
  readonly encoded: number;
}

/** Large enough to keep an encoder busy, small enough that a kill loses little. */
const batchPictures = 64;

/**
 * Every file is read and hashed (that is its key in the cache: a file that changed is another picture), then what the
 * cache lacks is encoded in batches, each kept as soon as it is made.
 *
 * @throws ChatReidError DATASET_INVALID naming a picture that cannot be opened, MODEL_DAMAGED naming one whose embedding
 *   is not a unit vector (NaN), CANCELLED, ENGINE_*, STORAGE_*
 */
export async function embedBenchmark(
  { queries, gallery }: BenchmarkRows,
  options: EmbeddingOptions,
): Promise<EmbeddedBenchmark> {
  const pictures = queries.filter(hasPicture);
  const rows = [...pictures, ...gallery];
  const broken = new Map<BenchmarkRow, unknown>();
  const idOf = await identify(rows, broken, options);
  refuseBroken(broken, options.allowPartial);

  const { dimension, space } = options.description;
  const slotOf = new Map<string, number>();
  for (const id of idOf.values()) if (!slotOf.has(id)) slotOf.set(id, slotOf.size);
  const store = new Float32Array(slotOf.size * dimension);
  const put = (id: string, vector: Float32Array): void => store.set(vector, slotOf.get(id)! * dimension);

  const cache = new EmbeddingCache(options.cacheFolder, space, dimension);
  let encoded = 0;
  try {
    const missing = new Set(slotOf.keys());
    await cache.load(missing, (id, vector) => {
      put(id, vector);
      missing.delete(id);
    });
    const todo = new Map<string, BenchmarkRow>();
    for (const [row, id] of idOf) if (missing.has(id)) todo.set(id, row);
    const failed = await encodeMissing([...todo.values()], cache, put, options);
    encoded = todo.size - failed.size;
    for (const [row, id] of idOf) if (failed.has(id)) broken.set(row, failed.get(id));
  } finally {
    await cache.close();
  }

  if (broken.size === rows.length) refuseBroken(broken, false);
  const embedded = (list: readonly BenchmarkRow[]): EmbeddedRows => {
    const whole = list.filter((row) => !broken.has(row));
    const data = new Float32Array(whole.length * dimension);
    whole.forEach((row, at) => {
      const slot = slotOf.get(idOf.get(row)!)!;
      data.set(store.subarray(slot * dimension, (slot + 1) * dimension), at * dimension);
    });
    return { rows: whole, vectors: { count: whole.length, dimension, data } };
  };
  const leftOut = [...broken].map(([row, error]) => `${row.source} was left out: ${messageOf(error)}`);
  return { queries: embedded(pictures), gallery: embedded(gallery), leftOut, encoded };
}

function hasPicture(row: QueryRow): row is QueryRow & BenchmarkRow {
  return row.path !== undefined;
}

async function identify(
  rows: readonly BenchmarkRow[],
  broken: Map<BenchmarkRow, unknown>,
  options: EmbeddingOptions,
): Promise<Map<BenchmarkRow, string>> {
  const idOf = new Map<BenchmarkRow, string>();
  options.onProgress?.({ phase: 'reading', done: 0, total: rows.length });
  for (let first = 0; first < rows.length; first += batchPictures) {
    options.signal?.throwIfAborted();
    const batch = rows.slice(first, first + batchPictures);
    const pictures = await Promise.allSettled(batch.map((row) => pictureFromFile(row.path)));
    for (const [at, row] of batch.entries()) {
      const picture = pictures[at]!;
      if (picture.status === 'fulfilled') idOf.set(row, picture.value.id);
      else broken.set(row, picture.reason);
    }
    options.onProgress?.({ phase: 'reading', done: first + batch.length, total: rows.length });
  }
  return idOf;
}

/** @returns what could not be opened, by picture id */
async function encodeMissing(
  rows: readonly BenchmarkRow[],
  cache: EmbeddingCache,
  put: (id: string, vector: Float32Array) => void,
  { encoder, ...options }: EmbeddingOptions,
): Promise<Map<string, Error>> {
  const failed = new Map<string, Error>();
  options.onProgress?.({ phase: 'encoding', done: 0, total: rows.length });
  for (let first = 0; first < rows.length; first += batchPictures) {
    options.signal?.throwIfAborted();
    const batch = rows.slice(first, first + batchPictures);
    const pictures: Picture[] = await Promise.all(batch.map((row) => pictureFromFile(row.path)));
    const results = await encoder.encodePictures(pictures, options.signal ? { signal: options.signal } : {});
    const made: { pictureId: string; vector: Float32Array }[] = [];
    const unopened = new Map<BenchmarkRow, Error>();
    for (const [at, row] of batch.entries()) {
      const [{ id }, vector] = [pictures[at]!, results[at]!];
      if (vector instanceof Error) {
        unopened.set(row, vector);
        failed.set(id, vector);
      } else made.push({ pictureId: id, vector: unitVector(vector, row, options.description) });
    }
    await cache.append(made);
    refuseBroken(unopened, options.allowPartial);
    for (const { pictureId, vector } of made) put(pictureId, vector);
    options.onProgress?.({ phase: 'encoding', done: first + batch.length, total: rows.length });
  }
  return failed;
}

function unitVector(vector: Float32Array, row: BenchmarkRow, encoder: EncoderDescription): Float32Array {
  if (vector.length === encoder.dimension && isUnit(vector)) return vector;
  throw new ChatReidError(
    'MODEL_DAMAGED',
    `The embedding of ${row.source} by ${encoder.name} is not a unit vector of ${encoder.dimension} numbers${
      vector.some(Number.isNaN) ? ': it holds NaN' : ''
    }.`,
    'Check the model folder: these weights cannot be evaluated.',
  );
}

function refuseBroken(broken: ReadonlyMap<BenchmarkRow, unknown>, allowPartial: boolean): void {
  const [first] = broken;
  if (first === undefined || allowPartial) return;
  const [row, error] = first;
  const more = broken.size === 1 ? '' : ` and ${broken.size - 1} more`;
  throw new ChatReidError(
    'DATASET_INVALID',
    `${row.source}${more} cannot be opened: ${messageOf(error)}`,
    'Restore the picture, or pass --allow-partial to leave such pictures out.',
    asChatReidError(error, `opening ${row.source}`),
  );
}
