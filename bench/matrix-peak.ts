/** What this machine can do at best: float32 matrix products through ONNX Runtime, every thread, nothing else. */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { matMulModel } from '../src/gallery/matmul-model.ts';
import { fillNormal } from './seeded-random.ts';

/** [rows, inner, columns]: cubes, and the shapes of a mid-size model's feed-forward layers in a full batch. */
const shapes = [
  [512, 512, 512],
  [1024, 1024, 1024],
  [2048, 1024, 2048],
  [1024, 512, 2048],
  [1024, 2048, 512],
] as const;

export class MatrixPeak {
  readonly #session: InferenceSession;

  private constructor(session: InferenceSession) {
    this.#session = session;
  }

  static async open(): Promise<MatrixPeak> {
    return new MatrixPeak(await InferenceSession.create(matMulModel()));
  }

  /** The best of all shapes and repeats, in operations a second; a multiply-add is two. About half a second's work. */
  async measure(repeats = 3): Promise<number> {
    let best = 0;
    for (const [rows, inner, columns] of shapes) {
      const left = new Float32Array(rows * inner);
      const right = new Float32Array(inner * columns);
      fillNormal(left, 1);
      fillNormal(right, 2);
      const feeds = {
        queries: new Tensor('float32', left, [rows, inner]),
        columns: new Tensor('float32', right, [inner, columns]),
      };
      for (let repeat = 0; repeat <= repeats; repeat++) {
        const start = performance.now();
        await this.#session.run(feeds);
        const seconds = (performance.now() - start) / 1000;
        if (repeat > 0) best = Math.max(best, (2 * rows * inner * columns) / seconds);
      }
    }
    return best;
  }

  async close(): Promise<void> {
    await this.#session.release();
  }
}
