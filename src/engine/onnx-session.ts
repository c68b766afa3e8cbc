/** One ONNX graph on its device: opened with a plain word about the device, run with what its own metadata asks for. */
import { readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { ChatReidError, messageOf } from '../foundation/error.ts';
import { floatsToHalves, halvesToFloats } from './float16.ts';

export type DeviceOption = 'auto' | 'cpu' | 'cuda';

/** Numbers in the type the graph computes with; halves as their 16 bits. */
export type Floats = Float32Array | Uint16Array;
export type FloatType = 'float32' | 'float16';

export interface TensorInfo {
  readonly name: string;
  readonly type: Tensor.Type;
  /** A symbolic dimension is its name. */
  readonly shape: readonly (number | string)[];
}

/** The smallest graph there is, one Identity: whether cuda can be used shows without loading a model. */
const probe = Buffer.from(
  'CAgSADo7ChAKAXgSAXkiCElkZW50aXR5EgVwcm9iZVoPCgF4EgoKCAgBEgQKAggBYg8KAXkSCgoICAESBAoCCAFCBAoAEA0=',
  'base64',
);

/** Where graphs run: cuda where it can be had, else the cpu, and then it says why. */
export class Device {
  name: 'cpu' | 'cuda' | undefined;
  note: string | undefined;

  constructor(
    readonly wish: DeviceOption = 'auto',
    readonly threads?: number,
  ) {
    if (wish === 'cpu') this.name = 'cpu';
  }

  async decide(): Promise<'cpu' | 'cuda'> {
    if (this.name === undefined) {
      try {
        await requireCudaProvider();
        await (await this.#create(probe, 'cuda')).release();
        this.name = 'cuda';
      } catch (error) {
        this.#fallBack(error);
      }
    }
    return this.name ?? 'cpu';
  }

  /** @throws ChatReidError MODEL_DAMAGED when the graph cannot be loaded on the cpu either */
  async open(path: string): Promise<OnnxSession> {
    if ((await this.decide()) === 'cuda') {
      try {
        return new OnnxSession(await this.#create(path, 'cuda'));
      } catch (error) {
        this.#fallBack(error);
      }
    }
    try {
      return new OnnxSession(await this.#create(path, 'cpu'));
    } catch (error) {
      throw unreadable(path, error);
    }
  }

  #fallBack(error: unknown): void {
    this.name = 'cpu';
    const why = messageOf(error).split('\n', 1)[0]?.slice(0, 200);
    this.note = `cuda could not be used (${why}); running on cpu.`;
  }

  #create(model: string | Uint8Array, device: 'cpu' | 'cuda'): Promise<InferenceSession> {
    const options: InferenceSession.SessionOptions = {
      executionProviders: device === 'cuda' ? ['cuda', 'cpu'] : ['cpu'],
      graphOptimizationLevel: 'all',
      logSeverityLevel: 3,
      // Spinning threads would take the cores that decode the next pictures, and a busy machine makes them wait.
      extra: { session: { intra_op: { allow_spinning: '0' } } },
      ...(this.threads === undefined ? {} : { intraOpNumThreads: this.threads }),
    };
    return typeof model === 'string'
      ? InferenceSession.create(model, options)
      : InferenceSession.create(model, options);
  }
}

export class OnnxSession {
  readonly inputs: ReadonlyMap<string, TensorInfo>;
  readonly outputs: ReadonlyMap<string, TensorInfo>;
  readonly #session: InferenceSession;

  constructor(session: InferenceSession) {
    this.#session = session;
    this.inputs = byName(session.inputMetadata);
    this.outputs = byName(session.outputMetadata);
  }

  /**
   * Blocks the event loop while it runs, after one turn of it.
   *
   * @param fetches names of the outputs that are wanted; the others are not copied out
   */
  run(feeds: Record<string, Tensor>, fetches: readonly string[]): Promise<Record<string, Tensor>> {
    return this.#session.run(feeds, fetches) as Promise<Record<string, Tensor>>;
  }

  async release(): Promise<void> {
    await this.#session.release();
  }
}

/** Asked before ONNX Runtime is, which would write its own error to the terminal. */
async function requireCudaProvider(): Promise<void> {
  const entry = createRequire(import.meta.url).resolve('onnxruntime-node');
  const binaries = join(dirname(entry), '..', 'bin');
  const files = await readdir(binaries, { recursive: true }).catch(() => []);
  const own = join(process.platform, process.arch);
  if (!files.some((file) => file.includes(own) && file.includes('providers_cuda'))) {
    throw new Error('the CUDA part of onnxruntime-node is not installed');
  }
}

function byName(metadata: readonly InferenceSession.ValueMetadata[]): Map<string, TensorInfo> {
  return new Map(metadata.flatMap((value) => (value.isTensor ? [[value.name, value] as const] : [])));
}

export function floatTensor(type: Tensor.Type | undefined, data: Floats, dims: readonly number[]): Tensor {
  return type === 'float16'
    ? halfTensor(data instanceof Uint16Array ? data : floatsToHalves(data), dims)
    : new Tensor('float32', data instanceof Uint16Array ? halvesToFloats(data) : data, dims);
}

/**
 * Where JavaScript has a Float16Array (Node 24), the Tensor turns the bits into one, which the native side of
 * onnxruntime-node 1.30 reads as empty: it is shown the bits.
 */
function halfTensor(bits: Uint16Array, dims: readonly number[]): Tensor {
  const tensor = new Tensor('float16', bits, dims);
  return tensor.data instanceof Uint16Array ? tensor : Object.defineProperty(tensor, 'data', { value: bits });
}

/** An integer tensor in the type that the graph's input has. Values are zero or more. */
export function integerTensor(
  type: Tensor.Type | undefined,
  values: ArrayLike<number>,
  dims: readonly number[],
): Tensor {
  if (type === 'int32') return new Tensor('int32', Int32Array.from(values), dims);
  if (type === 'bool') return new Tensor('bool', Uint8Array.from(values), dims);
  // As low 32-bit words: a BigInt a number would cost more than the graph itself on a small model.
  const data = new BigInt64Array(values.length);
  const words = new Int32Array(data.buffer);
  for (let i = 0; i < values.length; i++) words[2 * i] = values[i] as number;
  return new Tensor('int64', data, dims);
}

/** A tensor's numbers as they lie in memory; where the runtime has a half type of its own, its bits. */
export function tensorFloats(tensor: Tensor): Floats {
  const data = tensor.data;
  if (data instanceof Float32Array || data instanceof Uint16Array) return data;
  const view = data as unknown as { buffer: ArrayBuffer; byteOffset: number; length: number };
  return new Uint16Array(view.buffer, view.byteOffset, view.length);
}

export function toFloat32(data: Floats): Float32Array {
  return data instanceof Float32Array ? data : halvesToFloats(data);
}

/** The same numbers in the wished type; the same array when they have it already. */
export function inType(type: Tensor.Type | undefined, data: Floats): Floats {
  if (type === 'float16') return data instanceof Uint16Array ? data : floatsToHalves(data);
  return toFloat32(data);
}

export function newFloats(type: FloatType, length: number): Floats {
  return type === 'float16' ? new Uint16Array(length) : new Float32Array(length);
}

export function floatTypeOf(info: TensorInfo | undefined): FloatType {
  return info?.type === 'float16' ? 'float16' : 'float32';
}

function unreadable(path: string, cause: unknown): ChatReidError {
  return new ChatReidError(
    'MODEL_DAMAGED',
    `The model file ${path} cannot be loaded: ${messageOf(cause).split('\n', 1)[0]}`,
    'Copy or download the model folder again.',
    cause,
  );
}
