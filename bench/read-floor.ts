/** The floor of an exact search: how long this machine takes to read the same bytes once, and do nothing with them. */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { onnxModel } from '../test/support/onnx-builder.ts';

/** Copied into while reading: stays in the processor's own cache. */
const blockBytes = 256 * 1024;

/** As the gallery's own product runs: idle threads sleep, so that they do not take the next one's time. */
const quiet = { extra: { session: { intra_op: { allow_spinning: '0' } } } };

export interface ReadFloor {
  /** Seconds of the fastest way. */
  readonly seconds: number;
  readonly way: string;
}

/**
 * Several ways to read memory, because none is the fastest everywhere:
 * - copying it block by block over the same small, cached block (the C library's copy; one thread);
 * - summing it as float64 in eight strands in JavaScript (one thread);
 * - ONNX Runtime's ReduceSum, vectorised, on the given number of threads.
 */
export class MemoryReader {
  readonly #sum: InferenceSession;
  readonly #block = new Uint8Array(blockBytes);

  private constructor(
    sum: InferenceSession,
    readonly threads: number,
  ) {
    this.#sum = sum;
  }

  static async open(threads: number): Promise<MemoryReader> {
    const graph = onnxModel({
      inputs: [{ name: 'rows', type: 'float32', shape: ['r', 'd'] }],
      outputs: [{ name: 'sums', type: 'float32', shape: ['r'] }],
      nodes: [{ op: 'ReduceSum', inputs: ['rows', 'axes'], outputs: ['sums'], ints: { keepdims: 0 } }],
      constants: [{ name: 'axes', dims: [1], data: BigInt64Array.of(1n) }],
    });
    return new MemoryReader(
      await InferenceSession.create(graph, { intraOpNumThreads: threads, ...quiet }),
      threads,
    );
  }

  /** Reads every segment once a way, and gives the fastest. @param columns numbers a row */
  async read(segments: readonly Float32Array[], columns: number): Promise<ReadFloor> {
    const found: ReadFloor[] = [
      await timed('ONNX Runtime ReduceSum', async () => {
        for (const segment of segments) {
          const rows = new Tensor('float32', segment, [segment.length / columns, columns]);
          await this.#sum.run({ rows });
        }
      }),
    ];
    if (this.threads === 1) {
      const ways = {
        'copy to a cached block': (part: Float32Array) => this.#copy(part),
        'sum in JavaScript': sumOf,
      };
      for (const [way, read] of Object.entries(ways)) {
        found.push(
          await timed(way, async () => {
            for (const segment of segments) read(segment);
          }),
        );
      }
    }
    return found.reduce((best, other) => (other.seconds < best.seconds ? other : best));
  }

  async close(): Promise<void> {
    await this.#sum.release();
  }

  #copy(segment: Float32Array): void {
    const bytes = new Uint8Array(segment.buffer, segment.byteOffset, segment.byteLength);
    for (let start = 0; start < bytes.length; start += blockBytes) {
      this.#block.set(bytes.subarray(start, start + blockBytes));
    }
  }
}

async function timed(way: string, read: () => Promise<void>): Promise<ReadFloor> {
  const start = performance.now();
  await read();
  return { seconds: (performance.now() - start) / 1000, way };
}

function sumOf(segment: Float32Array): number {
  const values = new Float64Array(segment.buffer, segment.byteOffset, segment.length >> 1);
  let [a, b, c, d, e, f, g, h] = [0, 0, 0, 0, 0, 0, 0, 0];
  for (let i = 0; i + 7 < values.length; i += 8) {
    a += values[i] as number;
    b += values[i + 1] as number;
    c += values[i + 2] as number;
    d += values[i + 3] as number;
    e += values[i + 4] as number;
    f += values[i + 5] as number;
    g += values[i + 6] as number;
    h += values[i + 7] as number;
  }
  return a + b + c + d + e + f + g + h;
}
