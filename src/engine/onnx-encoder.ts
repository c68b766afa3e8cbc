/** The base filter in this process: pictures and words to unit vectors, by the graphs in the `filter` section of chatreid.json. */
import type { Tensor } from 'onnxruntime-node';
import { asChatReidError, ChatReidError } from '../foundation/error.ts';
import { decodeRgb, type Picture, readPicture } from '../foundation/picture.ts';
import { OpenCalls } from './checkpoint.ts';
import type { Encoder, EncoderDescription } from './encoder.ts';
import { FilterTokenizer } from './filter-tokenizer.ts';
import type { FilterConfig } from './model-config.ts';
import { ModelFolder } from './model-folder.ts';
import {
  Device,
  type DeviceOption,
  floatTensor,
  integerTensor,
  type OnnxSession,
  tensorFloats,
  toFloat32,
} from './onnx-session.ts';
import { allFinite, overflowError } from './overflow.ts';
import { planes } from './picture-planes.ts';

export interface OnnxEncoderOptions {
  /** The model folder. */
  readonly model: string;
  readonly device?: DeviceOption;
  /** Where checksums of model files are remembered. */
  readonly cacheFolder?: string;
  /** Threads of one run. Default: one a core. */
  readonly threads?: number;
  /** Pictures in one run. Default 4. */
  readonly batch?: number;
}

interface CallOptions {
  readonly signal?: AbortSignal;
}

/** Measured on two cores: 27 to 29 ms of processor time a picture in fours, 33 in sixteens, whose planes leave the cache. */
const defaultBatch = 4;

interface TextSide {
  readonly session: OnnxSession;
  readonly tokenizer: FilterTokenizer;
}

export class OnnxEncoder implements Encoder {
  readonly #folder: ModelFolder;
  readonly #filter: FilterConfig;
  readonly #device: Device;
  readonly #images: OnnxSession;
  readonly #description: EncoderDescription;
  readonly #batch: number;
  /** Loaded with the first words: many galleries are only ever asked with pictures. */
  #text: Promise<TextSide> | undefined;
  readonly #calls = new OpenCalls();

  private constructor(
    folder: ModelFolder,
    filter: FilterConfig,
    device: Device,
    images: OnnxSession,
    description: EncoderDescription,
    batch: number,
  ) {
    this.#folder = folder;
    this.#filter = filter;
    this.#device = device;
    this.#images = images;
    this.#description = description;
    this.#batch = batch;
  }

  /** @throws ChatReidError MODEL_MISSING, MODEL_DAMAGED */
  static async open(options: OnnxEncoderOptions): Promise<OnnxEncoder> {
    const { cacheFolder, batch = defaultBatch } = options;
    const folder = await ModelFolder.open(options.model, cacheFolder === undefined ? {} : { cacheFolder });
    const filter = folder.filter;
    if (filter === undefined) {
      throw new ChatReidError(
        'MODEL_MISSING',
        `The model folder ${folder.path} has no filter (no "filter" in chatreid.json).`,
        'Use a model folder with a filter, such as the one that comes with the program.',
      );
    }
    await folder.verify([
      filter.image.file,
      ...(filter.text ? [filter.text.file, filter.text.tokenizer] : []),
    ]);
    const device = new Device(options.device, options.threads);
    const images = await device.open(await folder.existing(filter.image.file));
    const description: EncoderDescription = {
      name: filter.name ?? folder.name,
      space: await folder.filterChecksum(filter),
      dimension: filter.dimension,
      text: filter.text != null,
      device: device.name ?? 'cpu',
      ...(device.note === undefined ? {} : { deviceNote: device.note }),
    };
    return new OnnxEncoder(folder, filter, device, images, description, batch);
  }

  async describeEncoder(): Promise<EncoderDescription> {
    return this.#description;
  }

  async encodePictures(
    pictures: readonly Picture[],
    { signal }: CallOptions = {},
  ): Promise<(Float32Array | Error)[]> {
    return this.#calls.run(signal, async (checkpoint) => {
      const results: (Float32Array | Error)[] = new Array(pictures.length);
      const decode = (start: number) => {
        const batch = pictures.slice(start, start + this.#batch);
        return Promise.all(batch.map((picture) => this.#planes(picture)));
      };
      let next = decode(0);
      for (let start = 0; start < pictures.length; start += this.#batch) {
        const decoded = await next;
        // Decoding goes on in other threads while the graph runs in this one.
        next = decode(start + this.#batch);
        await checkpoint();
        const good = decoded.flatMap((each, i) =>
          each instanceof Error ? [] : [[start + i, each] as const],
        );
        decoded.forEach((each, i) => {
          if (each instanceof Error) results[start + i] = each;
        });
        const vectors = await this.#runImages(good.map(([, pixels]) => pixels));
        good.forEach(([place], row) => {
          results[place] = vectors[row] as Float32Array;
        });
      }
      return results;
    });
  }

  async encodeTexts(texts: readonly string[], { signal }: CallOptions = {}): Promise<Float32Array[]> {
    return this.#calls.run(signal, async (checkpoint) => {
      const { session, tokenizer } = await this.#texts();
      const vectors: Float32Array[] = [];
      for (let start = 0; start < texts.length; start += this.#batch) {
        await checkpoint();
        const rows = texts.slice(start, start + this.#batch).map((text) => tokenizer.encode(text));
        vectors.push(...(await this.#runTexts(session, rows)));
      }
      return vectors;
    });
  }

  async close(): Promise<void> {
    if (!(await this.#calls.close())) return;
    await this.#images.release();
    await (await this.#text?.catch(() => undefined))?.session.release();
  }

  async #planes(picture: Picture): Promise<Float32Array | Error> {
    const { image } = this.#filter;
    try {
      const size = { width: image.width, height: image.height, kernel: 'linear' as const };
      return planes(await decodeRgb(await readPicture(picture), size), image);
    } catch (error) {
      return asChatReidError(error, 'opening a picture');
    }
  }

  async #runImages(pictures: readonly Float32Array[]): Promise<Float32Array[]> {
    if (pictures.length === 0) return [];
    const { width, height } = this.#filter.image;
    const [input] = this.#images.inputs.values();
    const size = 3 * width * height;
    const pixels = new Float32Array(pictures.length * size);
    pictures.forEach((picture, i) => {
      pixels.set(picture, i * size);
    });
    const dims = [pictures.length, 3, height, width];
    return this.#run(this.#images, { [input?.name ?? 'pictures']: floatTensor(input?.type, pixels, dims) });
  }

  async #runTexts(session: OnnxSession, rows: readonly (readonly number[])[]): Promise<Float32Array[]> {
    const length = Math.max(1, ...rows.map((row) => row.length));
    const ids = new Int32Array(rows.length * length);
    const mask = new Int32Array(rows.length * length);
    rows.forEach((row, i) => {
      ids.set(row, i * length);
      mask.fill(1, i * length, i * length + row.length);
    });
    const feeds: Record<string, Tensor> = {};
    for (const { name, type } of session.inputs.values()) {
      feeds[name] = integerTensor(type, name.includes('mask') ? mask : ids, [rows.length, length]);
    }
    return this.#run(session, feeds);
  }

  /** The graph's embeddings as vectors of length one. */
  async #run(session: OnnxSession, feeds: Record<string, Tensor>): Promise<Float32Array[]> {
    const names = [...session.outputs.keys()];
    const name = (names.includes('embeddings') ? 'embeddings' : names[0]) as string;
    const output = (await session.run(feeds, [name]))[name] as Tensor;
    const { dimension } = this.#filter;
    const [rows, columns] = output.dims;
    if (columns !== dimension) {
      throw new ChatReidError(
        'MODEL_DAMAGED',
        `The filter gives ${columns} numbers a picture; chatreid.json says ${dimension}.`,
        'Copy or download the model folder again.',
      );
    }
    const data = toFloat32(tensorFloats(output));
    if (!allFinite(data)) throw overflowError('base filter');
    return Array.from({ length: rows as number }, (_, row) =>
      unit(data.slice(row * dimension, (row + 1) * dimension)),
    );
  }

  #texts(): Promise<TextSide> {
    const { text } = this.#filter;
    if (text == null) {
      throw new ChatReidError(
        'QUERY_WORDS_UNSUPPORTED',
        `The filter of ${this.#description.name} reads pictures only, not words.`,
        'Ask with a picture, or use a model folder whose filter has a text encoder.',
      );
    }
    this.#text ??= this.#loadText(text).catch((error: unknown) => {
      this.#text = undefined;
      throw error;
    });
    return this.#text;
  }

  async #loadText(text: NonNullable<FilterConfig['text']>): Promise<TextSide> {
    const tokenizer = new FilterTokenizer(
      (await this.#folder.json(text.tokenizer)) as object,
      text.maxTokens,
    );
    return { session: await this.#device.open(await this.#folder.existing(text.file)), tokenizer };
  }
}

function unit(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  if (length > 0) for (let i = 0; i < vector.length; i++) vector[i] = (vector[i] as number) / length;
  return vector;
}
