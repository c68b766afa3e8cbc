/** Patches of pictures to the features that take their place in a prompt. */
import { ChatReidError } from '../foundation/error.ts';
import { type PatchGrid, type PicturePatches, visionTokens } from './image-processor.ts';
import {
  type Floats,
  floatTensor,
  integerTensor,
  type OnnxSession,
  type TensorInfo,
  tensorFloats,
} from './onnx-session.ts';
import { allFinite, overflowError } from './overflow.ts';

export interface PictureFeatures {
  readonly grid: PatchGrid;
  /** Row-major [vision tokens, hidden]. */
  readonly data: Floats;
}

export interface VisionOptions {
  readonly mergeSize: number;
  /** Whether the graph keeps several pictures of one call apart. */
  readonly manyImages: boolean;
  /** Most patches in one call. */
  readonly maxPatches: number;
}

export class VisionEncoder {
  readonly #session: OnnxSession;
  readonly #options: VisionOptions;
  readonly #pixels: TensorInfo;
  readonly #grid: TensorInfo;
  readonly #output: TensorInfo;

  /** @throws ChatReidError MODEL_UNSUPPORTED when the graph has no such inputs */
  constructor(session: OnnxSession, options: VisionOptions) {
    this.#session = session;
    this.#options = options;
    const inputs = [...session.inputs.values()];
    const pixels = inputs.find(({ type }) => type.startsWith('float'));
    const grid = inputs.find(({ type }) => type.startsWith('int'));
    const [output] = session.outputs.values();
    if (!pixels || !grid || !output) {
      throw new ChatReidError(
        'MODEL_UNSUPPORTED',
        `The vision encoder takes ${inputs.map(({ name }) => name).join(', ')}, not pixels and a grid.`,
        'Export the model with model/hpt/export.py.',
      );
    }
    this.#pixels = pixels;
    this.#grid = grid;
    this.#output = output;
  }

  /** Pictures that {@link encode} should be given at once, counted from the front of `patches` (their numbers). */
  fits(patches: readonly number[]): number {
    if (!this.#options.manyImages) return Math.min(1, patches.length);
    const limit = this.#options.maxPatches;
    let count = 0;
    for (let sum = 0; count < patches.length; count++) {
      sum += patches[count] as number;
      if (sum > limit && count > 0) break;
    }
    return count;
  }

  /** Vision tokens that the pictures become. */
  tokens(pictures: readonly PicturePatches[]): number {
    return pictures.reduce((sum, { grid }) => sum + visionTokens(grid, this.#options.mergeSize), 0);
  }

  /**
   * One run of the graph. Blocks the event loop while it runs.
   *
   * @throws ChatReidError ENGINE_CANNOT when the numbers overflow: they must not get into a cache
   */
  async encode(pictures: readonly PicturePatches[]): Promise<PictureFeatures[]> {
    const [only] = pictures;
    const pixels = pictures.length === 1 && only ? only.pixels : concatenate(pictures.map((p) => p.pixels));
    const patches = pictures.reduce((sum, { grid }) => sum + grid[0] * grid[1] * grid[2], 0);
    const grids = pictures.flatMap(({ grid }) => [...grid]);
    const outputs = await this.#session.run(
      {
        [this.#pixels.name]: floatTensor(this.#pixels.type, pixels, [patches, pixels.length / patches]),
        [this.#grid.name]: integerTensor(this.#grid.type, grids, [pictures.length, 3]),
      },
      [this.#output.name],
    );
    const output = outputs[this.#output.name] as NonNullable<(typeof outputs)[string]>;
    const data = tensorFloats(output);
    if (!allFinite(data)) throw overflowError('vision encoder');
    const hidden = output.dims.at(-1) as number;
    let start = 0;
    return pictures.map(({ grid }) => {
      const end = start + visionTokens(grid, this.#options.mergeSize) * hidden;
      const features = { grid, data: data.slice(start, end) };
      start = end;
      return features;
    });
  }

  release(): Promise<void> {
    return this.#session.release();
  }
}

function concatenate(arrays: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const array of arrays) {
    whole.set(array, end);
    end += array.length;
  }
  return whole;
}
