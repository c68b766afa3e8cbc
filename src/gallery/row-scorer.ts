/** Dot products of many rows with a few queries, by ONNX Runtime's matrix product. */
import { availableParallelism } from 'node:os';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { matMulModel } from './matmul-model.ts';

/** Threads: what saturates the memory of a small machine; more only fight with the engine. */
const threads = Math.min(4, availableParallelism());

export class RowScorer {
  #session: Promise<InferenceSession> | undefined;

  /**
   * @param rows row-major [count, dimension]
   * @param queries column-major: [dimension, queries]
   * @returns row-major [count, queries]. Blocks the event loop for the product only, and always yields once before it.
   */
  async run(rows: Float32Array, queries: Float32Array, dimension: number): Promise<Float32Array> {
    this.#session ??= InferenceSession.create(matMulModel(), {
      intraOpNumThreads: threads,
      // Spinning threads wait for each other for whole time slices on a busy machine: measured twice as slow.
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    });
    const session = await this.#session;
    const result = await session.run({
      rows: new Tensor('float32', rows, [rows.length / dimension, dimension]),
      queries: new Tensor('float32', queries, [dimension, queries.length / dimension]),
    });
    return result.scores?.data as Float32Array;
  }

  async close(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await (await session)?.release();
  }
}

/** Queries side by side as the columns of one [dimension, queries] matrix. */
export function asColumns(queries: readonly Float32Array[], dimension: number): Float32Array {
  const columns = new Float32Array(dimension * queries.length);
  queries.forEach((query, column) => {
    for (let d = 0; d < dimension; d++) columns[d * queries.length + column] = query[d] ?? 0;
  });
  return columns;
}
