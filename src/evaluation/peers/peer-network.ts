/** Another image network, measured as a filter beside ours: an ONNX file, and a JSON beside it that says how it sees. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { z } from 'zod';
import type { Encoder, EncoderDescription } from '../../engine/encoder.ts';
import {
  Device,
  type DeviceOption,
  floatTensor,
  type OnnxSession,
  tensorFloats,
  toFloat32,
} from '../../engine/onnx-session.ts';
import { planes } from '../../engine/picture-planes.ts';
import { asChatReidError, ChatReidError } from '../../foundation/error.ts';
import { decodeRgb, type Picture, readPicture } from '../../foundation/picture.ts';

/** `x = (pixel * scale - mean) / std`, a pixel being 0 to 255, channel by channel in the order of `channels`. */
const rulesSchema = z.object({
  title: z.string().min(1).max(100).optional(),
  width: z.int().min(1).max(4096),
  height: z.int().min(1).max(4096),
  kernel: z.enum(['linear', 'cubic']).default('linear'),
  channels: z.enum(['RGB', 'BGR']),
  scale: z.number().positive(),
  mean: z.array(z.number()).length(3),
  std: z.array(z.number().positive()).length(3),
});

export type PeerRules = z.infer<typeof rulesSchema>;

export interface PeerOptions {
  /** What tables call it. */
  readonly name: string;
  /** The ONNX file: pictures [n, 3, height, width] to features [n, d]. FILE.json lies beside FILE.onnx. */
  readonly file: string;
  readonly device?: DeviceOption;
}

/** Pictures in one run, as for the shipped filter. */
const batchSize = 4;

const example =
  'Put a JSON beside the ONNX file: {"width": 128, "height": 256, "channels": "RGB", "scale": 0.00392156862745098, "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]}.';

/** Features are scaled to length 1, so that similarity is the cosine. It reads no words. */
export class PeerNetwork implements Encoder {
  private constructor(
    private readonly session: OnnxSession,
    private readonly rules: PeerRules,
    private readonly description: EncoderDescription,
  ) {}

  /** @throws ChatReidError MODEL_MISSING (a file is not there), MODEL_DAMAGED (it is not what it should be) */
  static async open({ name, file, device: wish = 'auto' }: PeerOptions): Promise<PeerNetwork> {
    const path = resolve(file);
    const [graph, text] = await Promise.all([bytesOf(path), bytesOf(`${path.replace(/\.onnx$/i, '')}.json`)]);
    const rules = rulesOf(text.toString('utf8'), path);
    const device = new Device(wish);
    const session = await device.open(path);
    const { title: _, ...meaning } = rules;
    const described = {
      name,
      // Of the bytes and of what is done with a picture: another mean is another space.
      space: createHash('sha256').update(JSON.stringify(meaning)).update(graph).digest('hex'),
      text: false,
      device: device.name ?? 'cpu',
      ...(device.note === undefined ? {} : { deviceNote: device.note }),
    };
    try {
      const blank = new Float32Array(3 * rules.width * rules.height);
      const [vector] = await run(session, rules, [blank], path);
      return new PeerNetwork(session, rules, { ...described, dimension: vector!.length });
    } catch (error) {
      await session.release();
      throw error;
    }
  }

  async describeEncoder(): Promise<EncoderDescription> {
    return this.description;
  }

  async encodePictures(
    pictures: readonly Picture[],
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<(Float32Array | Error)[]> {
    const results: (Float32Array | Error)[] = [];
    const decode = (start: number): Promise<(Float32Array | Error)[]> =>
      Promise.all(pictures.slice(start, start + batchSize).map((picture) => this.#planes(picture)));
    let next = decode(0);
    for (let start = 0; start < pictures.length; start += batchSize) {
      const decoded = await next;
      next = decode(start + batchSize);
      signal?.throwIfAborted();
      const good = decoded.filter((each): each is Float32Array => !(each instanceof Error));
      const vectors =
        good.length === 0 ? [] : await run(this.session, this.rules, good, this.description.name);
      let row = 0;
      for (const each of decoded) results.push(each instanceof Error ? each : unit(vectors[row++]!));
    }
    return results;
  }

  async encodeTexts(): Promise<Float32Array[]> {
    throw new ChatReidError(
      'QUERY_WORDS_UNSUPPORTED',
      `${this.description.name} reads pictures only, not words.`,
      'Leave it out of a benchmark that asks with words.',
    );
  }

  async close(): Promise<void> {
    await this.session.release();
  }

  async #planes(picture: Picture): Promise<Float32Array | Error> {
    const { width, height, kernel, channels } = this.rules;
    try {
      const rgb = await decodeRgb(await readPicture(picture), { width, height, kernel });
      if (channels === 'BGR') turnRound(rgb.data);
      return planes(rgb, this.rules);
    } catch (error) {
      return asChatReidError(error, 'opening a picture');
    }
  }
}

async function run(
  session: OnnxSession,
  { width, height }: PeerRules,
  pictures: readonly Float32Array[],
  name: string,
): Promise<Float32Array[]> {
  const [input] = session.inputs.values();
  const [output] = session.outputs.keys();
  const pixels = new Float32Array(pictures.length * 3 * width * height);
  for (const [at, picture] of pictures.entries()) pixels.set(picture, at * picture.length);
  if (input === undefined || output === undefined) throw unusable(name, 'it has no input or no output');
  const tensor = floatTensor(input.type, pixels, [pictures.length, 3, height, width]);
  const given = await session.run({ [input.name]: tensor }, [output]).catch((error: unknown) => {
    throw unusable(name, `it does not run on pictures [${pictures.length}, 3, ${height}, ${width}]`, error);
  });
  const features = given[output]!;
  const data = toFloat32(tensorFloats(features));
  const dimension = data.length / pictures.length;
  if (features.dims[0] !== pictures.length || !Number.isInteger(dimension)) {
    throw unusable(name, `its first output is [${features.dims.join(', ')}] and not a row for each picture`);
  }
  return pictures.map((_, row) => data.slice(row * dimension, (row + 1) * dimension));
}

function turnRound(data: Uint8Array): void {
  for (let at = 0; at < data.length; at += 3) {
    const red = data[at]!;
    data[at] = data[at + 2]!;
    data[at + 2] = red;
  }
}

function unit(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return length > 0 ? vector.map((value) => value / length) : vector;
}

function rulesOf(text: string, path: string): PeerRules {
  try {
    return rulesSchema.parse(JSON.parse(text));
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : 'it is not JSON';
    throw new ChatReidError(
      'MODEL_DAMAGED',
      `The JSON beside ${path} does not say how the network sees: ${why.replaceAll('\n', ' ')}.`,
      example,
      error,
    );
  }
}

function bytesOf(path: string): Promise<Buffer> {
  return readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new ChatReidError(
      'MODEL_MISSING',
      `${basename(path)} of a peer cannot be read: ${path}`,
      path.endsWith('.json') ? example : 'Check the path behind --peer NAME=FILE.onnx.',
      error,
    );
  });
}

function unusable(name: string, why: string, cause?: unknown): ChatReidError {
  return new ChatReidError(
    'MODEL_DAMAGED',
    `The network ${name} cannot be measured: ${why}.`,
    'It must take pictures [n, 3, height, width] and give features [n, d].',
    cause,
  );
}
