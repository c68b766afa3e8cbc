/** The vectors of a benchmark in the two tables that are multiplied: built once, filled in any order, never doubled. */
import type { QueryKind } from '../retrieval/query.ts';
import { mixedVector } from '../retrieval/query-vector.ts';
import type { ColumnTable, VectorTable } from './similarity.ts';

export class EmbeddingTables {
  readonly #dimension: number;
  readonly #kinds: readonly QueryKind[];
  readonly #galleryCount: number;
  readonly #queries: Float32Array;
  /** [dimension, gallery]. */
  readonly #gallery: Float32Array;
  /** Only of queries that have a picture too: they wait here until both are there. */
  readonly #words = new Map<number, Float32Array>();

  constructor(dimension: number, kinds: readonly QueryKind[], galleryCount: number) {
    this.#dimension = dimension;
    this.#kinds = kinds;
    this.#galleryCount = galleryCount;
    this.#queries = new Float32Array(kinds.length * dimension);
    this.#gallery = new Float32Array(galleryCount * dimension);
  }

  putQueryPicture(query: number, vector: Float32Array): void {
    this.#queries.set(vector, query * this.#dimension);
  }

  putQueryWords(query: number, vector: Float32Array): void {
    if (this.#kinds[query] === 'mixed') this.#words.set(query, vector.slice());
    else this.#queries.set(vector, query * this.#dimension);
  }

  putGallery(row: number, vector: Float32Array): void {
    for (let d = 0; d < this.#dimension; d++) this.#gallery[d * this.#galleryCount + row] = vector[d]!;
  }

  /** Mixes, and closes the gaps of rows that are left out. The tables share this one's memory: it is not to be used again. */
  close(
    leftOut: { readonly queries: ReadonlySet<number>; readonly gallery: ReadonlySet<number> },
    textWeight: number,
  ): { queries: VectorTable; gallery: ColumnTable } {
    const dimension = this.#dimension;
    const of = (query: number): Float32Array =>
      this.#queries.subarray(query * dimension, (query + 1) * dimension);
    for (const [query, words] of this.#words) of(query).set(mixedVector([of(query)], [words], textWeight));
    this.#words.clear();

    let count = 0;
    for (let query = 0; query < this.#kinds.length; query++) {
      if (!leftOut.queries.has(query)) of(count++).set(of(query));
    }
    return {
      queries: { count, dimension, data: this.#queries.subarray(0, count * dimension) },
      gallery: { dimension, ...this.#closeColumns(leftOut.gallery) },
    };
  }

  /** What moves goes to a place that was read before, so it can be done in place. */
  #closeColumns(leftOut: ReadonlySet<number>): { count: number; columns: Float32Array } {
    if (leftOut.size === 0) return { count: this.#galleryCount, columns: this.#gallery };
    let at = 0;
    for (let d = 0; d < this.#dimension; d++) {
      for (let row = 0; row < this.#galleryCount; row++) {
        if (!leftOut.has(row)) this.#gallery[at++] = this.#gallery[d * this.#galleryCount + row]!;
      }
    }
    return { count: this.#galleryCount - leftOut.size, columns: this.#gallery.subarray(0, at) };
  }
}
