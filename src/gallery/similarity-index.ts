/** Exact similarity search in memory: every row in scope is compared, and equal vectors get equal scores. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ChatReidError } from '../foundation/error.ts';
import type { Hit, Scope, SearchOutcome } from './gallery-store.ts';
import { RowFactColumns, type RowFacts } from './row-facts.ts';
import type { RowScorer } from './row-scorer.ts';
import { TopScores } from './top-scores.ts';

/** Bytes of vectors that one matrix product reads: 1.5 ms of the event loop, under 5 on a slow core. Halves cost a fifth more. */
const segmentBytes = 24 * 1024 * 1024;
/** Multiply-adds of one product of a block of queries, for the same reason. */
const blockOperations = 100_000_000;
const sliceMs = 5;
/** Copying a few rows together costs less than multiplying the rest of the segment for nothing (at 1/6, it does not). */
const gatherBelow = 12;

export interface SearchQuery {
  readonly vector: Float32Array;
  readonly tau: number;
  readonly limit: number;
  readonly scope?: Scope;
  readonly signal?: AbortSignal;
}

/** A row whose exact score matters: perhaps among the top, or too near tau to tell. */
interface Candidate {
  readonly row: number;
  readonly score: number;
  readonly near: boolean;
}

/** Scores of every row for every query. `pictureIds` is in the order of registration, and so is each array of scores. */
export interface ScoreTable {
  readonly pictureIds: string[];
  readonly scores: Float32Array[];
}

/**
 * The unit vectors of one (gallery, space), kept in segments so that a picture is appended without moving the others. In a
 * segment a picture is a column: the numbers of one dimension lie together, which is the order that one query's
 * product reads fastest (see {@link RowScorer}).
 *
 * A search multiplies segment by segment in float32, then computes again in float64, in one fixed order, the rows whose
 * float32 score could matter (the top `limit`, and those around tau). So the answer does not depend on the processor's
 * instructions, on threads, or on which segment a row is in, and two equal vectors tie exactly.
 */
export class SimilarityIndex {
  readonly #segmentRows: number;
  readonly #segments: Float32Array[] = [];
  readonly #facts = new RowFactColumns();
  readonly #rowOf = new Map<number, number>();
  #rows = 0;

  constructor(
    readonly dimension: number,
    private readonly scorer: RowScorer,
    options: { readonly segmentRows?: number } = {},
  ) {
    const rows = Math.max(64, Math.floor(segmentBytes / (4 * dimension)));
    this.#segmentRows = options.segmentRows ?? rows;
  }

  /** Pictures that can be found. */
  get size(): number {
    return this.#rowOf.size;
  }

  /** Rows of forgotten pictures still take room; the owner rebuilds when they are many. */
  get buried(): number {
    return this.#rows - this.#rowOf.size;
  }

  get bytes(): number {
    return this.#segments.length * this.#segmentRows * this.dimension * 4;
  }

  /** Adds the row, or updates the one with the same `seq`. */
  put(facts: RowFacts, vector: Float32Array): void {
    let row = this.#rowOf.get(facts.seq);
    if (row === undefined) {
      row = this.#rows++;
      this.#rowOf.set(facts.seq, row);
    }
    this.#facts.set(row, facts);
    this.#write(row, vector);
  }

  forget(seq: number): void {
    const row = this.#rowOf.get(seq);
    if (row === undefined) return;
    this.#rowOf.delete(seq);
    this.#facts.bury(row);
    this.#write(row, new Float32Array(this.dimension));
  }

  async search(query: SearchQuery): Promise<SearchOutcome> {
    const { vector, tau, signal } = query;
    this.#check(vector);
    const rows = this.#rows;
    const top = new TopScores(Math.min(query.limit, rows));
    const select = this.#facts.selector(query.scope ?? {});
    const selected = new Int32Array(this.#segmentRows);
    // Twice the largest error of a float32 dot product of unit vectors in any order of summation.
    const slack = 2 * this.dimension * 2 ** -24 * Math.max(1, norm(vector));
    const [sure, unsure] = [tau + slack, tau - slack];
    const candidates: Candidate[] = [];
    let of = 0;
    let kept = 0;
    let since = performance.now();
    for (let start = 0; start < rows; start += this.#segmentRows) {
      signal?.throwIfAborted();
      const end = Math.min(rows, start + this.#segmentRows);
      const count = select(start, end, selected);
      if (count === 0) {
        if (performance.now() - since > sliceMs) since = await afterOthers();
        continue;
      }
      of += count;
      const whole = count === end - start;
      const gather = count * gatherBelow < end - start;
      const columns = gather ? this.#gather(selected.subarray(0, count)) : this.#segmentOf(start);
      const product = await this.scorer.run(vector, columns, this.dimension);
      since = performance.now();
      let bar = top.threshold;
      for (let at = 0; at < count; at++) {
        const score = product[gather || whole ? at : (selected[at] ?? 0) - start] ?? 0;
        if (score < unsure && score < bar - slack) continue;
        if (score >= sure) kept++;
        const near = score < sure && score >= unsure;
        if (near || score >= bar - slack) candidates.push({ row: selected[at] ?? 0, score, near });
        if (score > bar) {
          top.add(score);
          bar = top.threshold;
        }
      }
    }
    const settled = await this.#settle(query, candidates, top.threshold - slack);
    return { hits: settled.hits, of, kept: kept + settled.kept };
  }

  /** Float32 scores of a whole block of queries against all rows, for evaluation. */
  async scores(queries: readonly Float32Array[], signal?: AbortSignal): Promise<ScoreTable> {
    for (const query of queries) this.#check(query);
    const order = this.#order();
    const rankOf = new Int32Array(this.#rows).fill(-1);
    order.forEach((row, rank) => {
      rankOf[row] = rank;
    });
    const rows = rankOf.length;
    const scores = queries.map(() => new Float32Array(order.length));
    const perRow = this.dimension * Math.min(this.#segmentRows, rows || 1);
    const block = Math.max(1, Math.floor(blockOperations / perRow));
    for (let first = 0; first < queries.length; first += block) {
      const some = queries.slice(first, first + block);
      const left = new Float32Array(some.length * this.dimension);
      some.forEach((query, at) => {
        left.set(query, at * this.dimension);
      });
      for (let start = 0; start < rows; start += this.#segmentRows) {
        signal?.throwIfAborted();
        const end = Math.min(rows, start + this.#segmentRows);
        const product = await this.scorer.run(left, this.#segmentOf(start), this.dimension);
        some.forEach((_, query) => {
          const target = scores[first + query] ?? new Float32Array(0);
          const from = query * this.#segmentRows - start;
          for (let row = start; row < end; row++) {
            const rank = rankOf[row] ?? -1;
            if (rank >= 0) target[rank] = product[from + row] ?? 0;
          }
        });
      }
    }
    return { pictureIds: Array.from(order, (row) => this.#facts.pictureId(row)), scores };
  }

  /** Exact scores for the rows that can be hits, and for those too near tau to tell. */
  async #settle(
    query: SearchQuery,
    candidates: readonly Candidate[],
    threshold: number,
  ): Promise<{ hits: Hit[]; kept: number }> {
    const found: { row: number; seq: number; score: number }[] = [];
    let kept = 0;
    let since = performance.now();
    for (const [at, { row, score: rough, near }] of candidates.entries()) {
      if ((at & 255) === 0 && performance.now() - since > sliceMs) {
        since = await afterOthers();
        query.signal?.throwIfAborted();
      }
      // The threshold has risen since the row became a candidate.
      const mayBeHit = rough >= threshold;
      if (!mayBeHit && !near) continue;
      const score = this.#exact(row, query.vector);
      if (near && score >= query.tau) kept++;
      if (mayBeHit) found.push({ row, seq: this.#facts.seq(row), score });
    }
    found.sort((a, b) => b.score - a.score || a.seq - b.seq);
    const hits = found
      .slice(0, query.limit)
      .filter(({ row }) => this.#facts.alive(row))
      .map(({ row, score }) => ({ pictureId: this.#facts.pictureId(row), score }));
    return { hits, kept };
  }

  #exact(row: number, query: Float32Array): number {
    const segment = this.#segmentOf(row);
    let sum = 0;
    let at = row % this.#segmentRows;
    for (let d = 0; d < this.dimension; d++, at += this.#segmentRows)
      sum += (segment[at] ?? 0) * (query[d] ?? 0);
    return Math.min(1, Math.max(-1, sum));
  }

  /** Rows that can be found, in the order of registration. */
  #order(): Int32Array {
    const rows = Int32Array.from(this.#rowOf.values());
    return rows.sort((a, b) => this.#facts.seq(a) - this.#facts.seq(b));
  }

  /** Some rows of one segment, as columns of their own. */
  #gather(rows: Int32Array): Float32Array {
    const gathered = new Float32Array(rows.length * this.dimension);
    const segment = this.#segmentOf(rows[0] ?? 0);
    for (let d = 0; d < this.dimension; d++) {
      const from = d * this.#segmentRows;
      const to = d * rows.length;
      for (let at = 0; at < rows.length; at++) {
        gathered[to + at] = segment[from + ((rows[at] ?? 0) % this.#segmentRows)] ?? 0;
      }
    }
    return gathered;
  }

  /** [dimension, segmentRows], row-major; rows that are not there yet are zero. */
  #segmentOf(row: number): Float32Array {
    const number = Math.floor(row / this.#segmentRows);
    const segment = this.#segments[number] ?? new Float32Array(this.#segmentRows * this.dimension);
    this.#segments[number] = segment;
    return segment;
  }

  #write(row: number, vector: Float32Array): void {
    const segment = this.#segmentOf(row);
    let at = row % this.#segmentRows;
    for (let d = 0; d < this.dimension; d++, at += this.#segmentRows) segment[at] = vector[d] ?? 0;
  }

  #check(vector: Float32Array): void {
    if (vector.length === this.dimension && vector.every(Number.isFinite)) return;
    throw new ChatReidError(
      'OPTION_INVALID',
      `The query vector is not ${this.dimension} finite numbers (it has ${vector.length}).`,
      'Encode the query with the model that the gallery is indexed with.',
    );
  }
}

async function afterOthers(): Promise<number> {
  await nextTurn();
  return performance.now();
}

function norm(vector: Float32Array): number {
  return Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
}
