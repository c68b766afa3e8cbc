/** The embeddings of a benchmark's pictures and words: from the cache where they are there, from the encoder where not. */
import type { Encoder, EncoderDescription } from '../engine/encoder.ts';
import { asChatReidError, ChatReidError, messageOf } from '../foundation/error.ts';
import { type Picture, pictureFromFile } from '../foundation/picture.ts';
import type { QueryKind } from '../retrieval/query.ts';
import type { BenchmarkRow, QueryRow } from './benchmark.ts';
import { someOf } from './datasets/some-of.ts';
import { EmbeddingCache, isUnit, wordsId } from './embedding-cache.ts';
import { EmbeddingTables } from './embedding-tables.ts';
import { kindOf } from './query-kind.ts';
import type { ColumnTable, VectorTable } from './similarity.ts';

/** Each phase begins with what is done already and ends with all; told after each batch, so the listener thins it out. */
export interface EvaluationProgress {
  /** `encoding` counts pictures and sentences; `judging` counts queries, those kept from an earlier run included. */
  readonly phase: 'reading' | 'encoding' | 'judging' | 'scoring';
  /** Of `encoding`: what is counted. */
  readonly of?: 'pictures' | 'captions' | 'pictures and captions';
  readonly done: number;
  readonly total: number;
}

export interface EmbeddingOptions {
  readonly encoder: Encoder;
  readonly description: EncoderDescription;
  readonly cacheFolder: string;
  /** Of the words beside the picture in a query of both. */
  readonly textWeight: number;
  readonly allowPartial: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: EvaluationProgress) => void) | undefined;
}

export interface EmbeddedQuery {
  readonly row: QueryRow;
  readonly kind: QueryKind;
  /** SHA-256 of the picture's file, where there is one. */
  readonly pictureId?: string;
}

export interface EmbeddedPicture {
  readonly row: BenchmarkRow;
  readonly pictureId: string;
}

export interface EmbeddedBenchmark {
  /** What has a vector, in the order of the benchmark. */
  readonly queries: readonly EmbeddedQuery[];
  readonly gallery: readonly EmbeddedPicture[];
  readonly queryVectors: VectorTable;
  readonly galleryVectors: ColumnTable;
  /** Pictures that cannot be opened and were left out (only with `allowPartial`), one sentence each. */
  readonly leftOut: readonly string[];
  /** Pictures and sentences that this run encoded; the others were in the cache. */
  readonly encoded: number;
}

/** Large enough to keep an encoder busy, small enough that a kill loses little. */
const batchSize = 64;

/** What is to be encoded: one for all rows that show or say the same. */
interface Content {
  readonly source: string;
  readonly path?: string;
  readonly words?: string;
  readonly put: ((vector: Float32Array) => void)[];
}

/**
 * Every file is read and hashed (that is its key in the cache: a file that changed is another picture), then what the
 * cache lacks is encoded in batches, each kept as soon as it is made. Words are kept by the hash of the words.
 *
 * @throws ChatReidError DATASET_INVALID naming a picture that cannot be opened, MODEL_DAMAGED naming one whose embedding
 *   is not a unit vector (NaN), QUERY_WORDS_UNSUPPORTED, CANCELLED, ENGINE_*, STORAGE_*
 */
export async function embedBenchmark(
  rows: { readonly queries: readonly QueryRow[]; readonly gallery: readonly BenchmarkRow[] },
  options: EmbeddingOptions,
): Promise<EmbeddedBenchmark> {
  const kinds = rows.queries.map(kindOf);
  refuseUnreadWords(rows.queries, kinds, options.description);
  const broken = new Map<QueryRow, unknown>();
  const withPicture = [...rows.queries, ...rows.gallery].filter(hasPath);
  const idOf = await identify(withPicture, broken, options);
  refuseBroken(broken, options.allowPartial);

  const { dimension, space } = options.description;
  const tables = new EmbeddingTables(dimension, kinds, rows.gallery.length);
  const contents = new Map<string, Content>();
  const want = (id: string, content: Omit<Content, 'put'>, put: (vector: Float32Array) => void): void => {
    const known = contents.get(id);
    if (known) known.put.push(put);
    else contents.set(id, { ...content, put: [put] });
  };
  for (const [query, row] of rows.queries.entries()) {
    const { source, path, caption } = row;
    const id = idOf.get(row);
    if (id !== undefined && path !== undefined) {
      want(id, { source, path }, (vector) => tables.putQueryPicture(query, vector));
    }
    if (kinds[query] !== 'image' && !broken.has(row)) {
      const words = caption!.trim();
      want(wordsId(words), { source, words }, (vector) => tables.putQueryWords(query, vector));
    }
  }
  for (const [at, row] of rows.gallery.entries()) {
    const { source, path } = row;
    const id = idOf.get(row);
    if (id !== undefined) want(id, { source, path }, (vector) => tables.putGallery(at, vector));
  }

  const { encoded, failed } = await fill(
    contents,
    new EmbeddingCache(options.cacheFolder, space, dimension),
    options,
  );
  for (const [row, id] of idOf) if (failed.has(id)) broken.set(row, failed.get(id));
  if (rows.gallery.every((row) => broken.has(row)) || rows.queries.every((row) => broken.has(row))) {
    refuseBroken(broken, false);
  }
  const leftOut = [...broken].map(([row, error]) => `${row.source} was left out: ${messageOf(error)}`);
  const outOf = (list: readonly QueryRow[]): Set<number> =>
    new Set(list.flatMap((row, at) => (broken.has(row) ? [at] : [])));
  const closed = tables.close(
    { queries: outOf(rows.queries), gallery: outOf(rows.gallery) },
    options.textWeight,
  );
  return {
    queries: rows.queries.flatMap((row, at) => {
      const pictureId = idOf.get(row);
      return broken.has(row) ? [] : [{ row, kind: kinds[at]!, ...(pictureId ? { pictureId } : {}) }];
    }),
    gallery: rows.gallery.flatMap((row) => (broken.has(row) ? [] : [{ row, pictureId: idOf.get(row)! }])),
    queryVectors: closed.queries,
    galleryVectors: closed.gallery,
    leftOut,
    encoded,
  };
}

function hasPath(row: QueryRow): row is QueryRow & { readonly path: string } {
  return row.path !== undefined;
}

async function identify(
  rows: readonly (QueryRow & { readonly path: string })[],
  broken: Map<QueryRow, unknown>,
  options: EmbeddingOptions,
): Promise<Map<QueryRow, string>> {
  const idOf = new Map<QueryRow, string>();
  options.onProgress?.({ phase: 'reading', done: 0, total: rows.length });
  for (let first = 0; first < rows.length; first += batchSize) {
    options.signal?.throwIfAborted();
    const batch = rows.slice(first, first + batchSize);
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

/** @returns how many were encoded now, and what could not be opened, by picture id */
async function fill(
  contents: ReadonlyMap<string, Content>,
  cache: EmbeddingCache,
  options: EmbeddingOptions,
): Promise<{ encoded: number; failed: Map<string, Error> }> {
  const failed = new Map<string, Error>();
  try {
    const missing = new Set(contents.keys());
    await cache.load(missing, (id, vector) => {
      for (const put of contents.get(id)!.put) put(vector);
      missing.delete(id);
    });
    const todo = [...contents].filter(([id]) => missing.has(id));
    const pictures = todo.filter(([, { path }]) => path !== undefined);
    const sentences = todo.filter(([, { path }]) => path === undefined);
    let done = 0;
    const of =
      sentences.length === 0 ? 'pictures' : pictures.length === 0 ? 'captions' : 'pictures and captions';
    options.onProgress?.({ phase: 'encoding', of, done, total: todo.length });
    for (const [list, encode] of [
      [pictures, encodePictures],
      [sentences, encodeWords],
    ] as const) {
      for (let first = 0; first < list.length; first += batchSize) {
        options.signal?.throwIfAborted();
        const batch = list.slice(first, first + batchSize);
        const results = await encode(batch, options);
        const made: { id: string; vector: Float32Array }[] = [];
        const unopened = new Map<Content, Error>();
        for (const [at, [id, content]] of batch.entries()) {
          const vector = results[at]!;
          if (vector instanceof Error) {
            unopened.set(content, vector);
            failed.set(id, vector);
          } else made.push({ id, vector: unitVector(vector, content, options.description) });
        }
        await cache.append(made);
        refuseBroken(unopened, options.allowPartial);
        for (const { id, vector } of made) for (const put of contents.get(id)!.put) put(vector);
        done += batch.length;
        options.onProgress?.({ phase: 'encoding', of, done, total: todo.length });
      }
    }
    return { encoded: todo.length - failed.size, failed };
  } finally {
    await cache.close();
  }
}

type EncodeBatch = (
  batch: readonly (readonly [id: string, content: Content])[],
  options: EmbeddingOptions,
) => Promise<readonly (Float32Array | Error)[]>;

const encodePictures: EncodeBatch = async (batch, { encoder, signal }) => {
  const opened = await Promise.all(batch.map(([id, { path }]) => reopened(id, path!)));
  const pictures = opened.filter((picture): picture is Picture => !(picture instanceof Error));
  const results = await encoder.encodePictures(pictures, signal ? { signal } : {});
  let next = 0;
  return opened.map((picture) => (picture instanceof Error ? picture : results[next++]!));
};

/** Between reading and encoding lie minutes: what a file holds by then must not be kept under what it held before. */
async function reopened(id: string, path: string): Promise<Picture | Error> {
  try {
    const picture = await pictureFromFile(path);
    if (picture.id === id) return picture;
    return new ChatReidError(
      'DATASET_INVALID',
      `${path} was changed while it was evaluated.`,
      'Run the same command again when nobody writes to the data set.',
    );
  } catch (error) {
    return asChatReidError(error, `reading ${path}`);
  }
}

/**
 * One by one, as a search asks: in a batch a sentence is padded to the longest, which changes its last bits, so that what
 * else was missing from the cache would be seen in the result. It costs the same.
 */
const encodeWords: EncodeBatch = async (batch, { encoder, signal }) => {
  const vectors: Float32Array[] = [];
  for (const [, { words }] of batch) {
    vectors.push(...(await encoder.encodeTexts([words!], signal ? { signal } : {})));
  }
  return vectors;
};

function unitVector(vector: Float32Array, { source }: Content, encoder: EncoderDescription): Float32Array {
  if (vector.length === encoder.dimension && isUnit(vector)) return vector;
  throw new ChatReidError(
    'MODEL_DAMAGED',
    `The embedding of ${source} by ${encoder.name} is not a unit vector of ${encoder.dimension} numbers${
      vector.some(Number.isNaN) ? ': it holds NaN' : ''
    }.`,
    'Check the model folder: these weights cannot be evaluated.',
  );
}

function refuseUnreadWords(
  queries: readonly QueryRow[],
  kinds: readonly QueryKind[],
  encoder: EncoderDescription,
): void {
  const at = encoder.text ? -1 : kinds.findIndex((kind) => kind !== 'image');
  if (at === -1) return;
  throw new ChatReidError(
    'QUERY_WORDS_UNSUPPORTED',
    `${queries[at]!.source} asks with words, and ${encoder.name} has no text encoder.`,
    'Give a model folder whose filter reads words.',
  );
}

function refuseBroken(
  broken: ReadonlyMap<{ readonly source: string }, unknown>,
  allowPartial: boolean,
): void {
  const [first] = broken;
  if (first === undefined || allowPartial) return;
  const [row, error] = first;
  const others = [...broken.keys()].slice(1).map(({ source }) => source);
  const nor = others.length === 0 ? '' : ` Nor can ${someOf(others)}.`;
  throw new ChatReidError(
    'DATASET_INVALID',
    `${row.source} cannot be opened: ${messageOf(error)}${nor}`,
    'Replace what cannot be opened, or pass --allow-partial to leave it out.',
    asChatReidError(error, `opening ${row.source}`),
  );
}
