/** A gallery's index full of random unit vectors, with six cameras as Market-1501 has. */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { matMulModel } from '../src/gallery/matmul-model.ts';
import { RowScorer } from '../src/gallery/row-scorer.ts';
import type { SimilarityIndex } from '../src/gallery/similarity-index.ts';
import { fillUnit } from './seeded-random.ts';

/** The shipped filter's. */
export const dimension = 384;
const cameras = ['c1', 'c2', 'c3', 'c4', 'c5', 'c6'] as const;

/** Fills the index up to this many rows; what it has already stays. */
export function grow(index: SimilarityIndex, rows: number): void {
  const vector = new Float32Array(dimension);
  const hash = new Uint8Array(32);
  const view = new DataView(hash.buffer);
  for (let seq = index.size + 1; seq <= rows; seq++) {
    fillUnit(vector, seq);
    view.setUint32(0, Math.imul(seq, 2654435761));
    view.setUint32(4, seq);
    const camera = cameras[Math.imul(seq, 2654435761) >>> 29] ?? cameras[seq % cameras.length] ?? 'c1';
    index.put({ seq, hash, camera }, vector);
  }
}

export function randomQuery(seed: number): Float32Array {
  const vector = new Float32Array(dimension);
  fillUnit(vector, 2_000_000_000 + seed);
  return vector;
}

/** The gallery's own, on one thread. */
class OneThreadScorer extends RowScorer {
  #one: Promise<InferenceSession> | undefined;

  override async run(queries: Float32Array, columns: Float32Array, size: number): Promise<Float32Array> {
    this.#one ??= InferenceSession.create(matMulModel(), { intraOpNumThreads: 1 });
    const session = await this.#one;
    const { scores } = await session.run({
      queries: new Tensor('float32', queries, [queries.length / size, size]),
      columns: new Tensor('float32', columns, [size, columns.length / size]),
    });
    return scores?.data as Float32Array;
  }

  override async close(): Promise<void> {
    await (await this.#one)?.release();
  }
}

/** Passes everything on to the scorer chosen at the time, so that one index is searched in several ways. */
export class SwitchedScorer extends RowScorer {
  readonly #own = new RowScorer();
  readonly #one = new OneThreadScorer();
  #watch: ((segment: Float32Array) => void) | undefined;
  threads: 'all' | 'one' = 'all';

  /** Runs the search and gives the segments that it read. */
  async segmentsOf(search: () => Promise<unknown>): Promise<Float32Array[]> {
    const segments: Float32Array[] = [];
    this.#watch = (segment) => segments.push(segment);
    try {
      await search();
    } finally {
      this.#watch = undefined;
    }
    return segments;
  }

  override run(queries: Float32Array, columns: Float32Array, size: number): Promise<Float32Array> {
    this.#watch?.(columns);
    return (this.threads === 'all' ? this.#own : this.#one).run(queries, columns, size);
  }

  override async close(): Promise<void> {
    await this.#own.close();
    await this.#one.close();
  }
}
