/** The language model: rows of tokens and pictures after their pasts, to logits of the next token and to new keys. */
import type { Tensor } from 'onnxruntime-node';
import { ChatReidError } from '../foundation/error.ts';
import type { LanguageModelConfig } from './model-config.ts';
import {
  type Floats,
  floatTensor,
  floatTypeOf,
  inType,
  integerTensor,
  type OnnxSession,
  type TensorInfo,
  tensorFloats,
  toFloat32,
} from './onnx-session.ts';
import { overflowError, soundLogits } from './overflow.ts';
import { cutRow, type KeyShape, type PastKeys, type Stretches, stackPasts } from './past-keys.ts';
import type { EncodedPrompt } from './prompt-encoder.ts';
import type { PictureFeatures } from './vision-encoder.ts';

/** A stretch of a prompt to run: `[start, end)`, after the keys of everything before `start`. */
export interface DecoderRow {
  readonly prompt: EncodedPrompt;
  readonly start: number;
  readonly end: number;
  readonly past: PastKeys | undefined;
}

/** Features of a picture, by its id. */
export type FeaturesOf = (pictureId: string) => PictureFeatures;

export interface DecoderResult {
  /** Logits after the last token of each row; absent unless asked for. */
  readonly logits?: Float32Array[];
  /** Keys of each row from the start of its prompt to `end`; absent unless asked for. */
  readonly keys?: PastKeys[];
}

export class Decoder {
  readonly keyShape: KeyShape;
  readonly vocabulary: number;
  readonly #embed: OnnxSession;
  readonly #decoder: OnnxSession;
  readonly #pasts: readonly TensorInfo[];
  readonly #presents: readonly string[];
  readonly #ids: TensorInfo;
  readonly #embeds: TensorInfo;
  readonly #extras: readonly TensorInfo[];

  /** @throws ChatReidError MODEL_UNSUPPORTED when the graphs lack an input that the family has, or ask for an unknown one */
  constructor(embed: OnnxSession, decoder: OnnxSession, config: LanguageModelConfig) {
    this.#embed = embed;
    this.#decoder = decoder;
    const [ids] = embed.inputs.values();
    const embeds = decoder.inputs.get('inputs_embeds');
    this.#pasts = layerNames('past_key_values', config.layers).flatMap(
      (name) => decoder.inputs.get(name) ?? [],
    );
    this.#presents = layerNames('present', config.layers);
    if (!ids || !embeds || !decoder.inputs.has('position_ids') || this.#pasts.length !== 2 * config.layers) {
      throw unsupported(`does not have the inputs of a Qwen2-VL decoder of ${config.layers} layers`);
    }
    this.#ids = ids;
    this.#embeds = embeds;
    const known = new Set([
      'inputs_embeds',
      'attention_mask',
      'position_ids',
      ...this.#pasts.map((p) => p.name),
    ]);
    this.#extras = [...decoder.inputs.values()].filter(({ name }) => !known.has(name));
    for (const { name } of this.#extras) {
      if (!extraInputs.has(name)) throw unsupported(`asks for an input that is not known: ${name}`);
    }
    const [past] = this.#pasts;
    const size = (dimension: number, otherwise: number) => {
      const given = past?.shape[dimension];
      return typeof given === 'number' && given > 0 ? given : otherwise;
    };
    this.keyShape = {
      type: floatTypeOf(past),
      arrays: this.#pasts.length,
      heads: size(1, config.keyHeads),
      headSize: size(3, config.headSize),
    };
    this.vocabulary = config.vocabulary;
  }

  /**
   * One run over a batch. Rows of different lengths are padded on the left, both the pasts and the new tokens, and
   * the padding is masked, so a row's result does not depend on its neighbours.
   *
   * @throws ChatReidError ENGINE_CANNOT when the logits are no numbers
   */
  async run(
    rows: readonly DecoderRow[],
    featuresOf: FeaturesOf,
    want: { readonly logits?: boolean; readonly keys?: boolean },
  ): Promise<DecoderResult> {
    const batch = rows.length;
    const length = Math.max(...rows.map(({ start, end }) => end - start));
    const pastLength = Math.max(...rows.map(({ start }) => start));
    const total = pastLength + length;
    const mask = new Uint8Array(batch * total);
    const positions = new Int32Array(3 * batch * length).fill(1);
    rows.forEach(({ prompt, start, end }, row) => {
      mask.fill(1, row * total + pastLength - start, row * total + pastLength);
      mask.fill(1, (row + 1) * total - (end - start), (row + 1) * total);
      const all = prompt.ids.length;
      for (let axis = 0; axis < 3; axis++) {
        const stretch = prompt.positions.ids.subarray(axis * all + start, axis * all + end);
        positions.set(stretch, (axis * batch + row + 1) * length - (end - start));
      }
    });
    const feeds = this.#feeds(
      await this.#embeddings(rows, length, featuresOf),
      batch,
      length,
      total,
      mask,
      positions,
    );
    const pasts = rows.map(({ past }) => past);
    const { heads, headSize } = this.keyShape;
    this.#pasts.forEach(({ name, type }, array) => {
      const data = stackPasts(pasts, array, pastLength, this.keyShape);
      feeds[name] = floatTensor(type, data, [batch, heads, pastLength, headSize]);
    });
    const outputs = await this.#decoder.run(feeds, [
      ...(want.logits ? ['logits'] : []),
      ...(want.keys ? this.#presents : []),
    ]);
    const logits = want.logits ? { logits: lastRows(outputs.logits as Tensor, batch) } : {};
    if (!want.keys) return logits;
    const presents = this.#presents.map((name) => tensorFloats(outputs[name] as Tensor));
    const keys = rows.map(({ start, end }, row) => {
      const stretches: Stretches = [
        [pastLength - start, pastLength],
        [total - (end - start), total],
      ];
      return cutRow(presents, row, total, stretches, this.keyShape);
    });
    return { ...logits, keys };
  }

  /** One more token after a past, words only: a step of free generation. */
  async step(
    token: number,
    position: number,
    past: PastKeys,
  ): Promise<{ logits: Float32Array; keys: PastKeys }> {
    const prompt: EncodedPrompt = {
      version: '',
      ids: new Int32Array(past.length + 1).fill(token),
      pictures: [],
      positions: { ids: new Int32Array(3 * (past.length + 1)).fill(position), delta: 0 },
      marks: [],
    };
    const row = { prompt, start: past.length, end: past.length + 1, past };
    const { logits, keys } = await this.run([row], noPictures, { logits: true, keys: true });
    return { logits: logits?.[0] as Float32Array, keys: keys?.[0] as PastKeys };
  }

  async release(): Promise<void> {
    await this.#embed.release();
    await this.#decoder.release();
  }

  /** Row-major [batch, length, hidden]: word embeddings, with the features of pictures in their places. */
  async #embeddings(rows: readonly DecoderRow[], length: number, featuresOf: FeaturesOf): Promise<Floats> {
    const ids = new Int32Array(rows.length * length);
    rows.forEach(({ prompt, start, end }, row) => {
      ids.set(prompt.ids.subarray(start, end), (row + 1) * length - (end - start));
    });
    const [name] = this.#embed.outputs.keys() as IterableIterator<string>;
    const outputs = await this.#embed.run(
      { [this.#ids.name]: integerTensor(this.#ids.type, ids, [rows.length, length]) },
      [name as string],
    );
    const output = outputs[name as string] as Tensor;
    const hidden = output.dims.at(-1) as number;
    const embeddings = inType(this.#embeds.type, tensorFloats(output));
    rows.forEach(({ prompt, start, end }, row) => {
      const shift = (row + 1) * length - end;
      for (const picture of prompt.pictures) {
        const first = Math.max(picture.start, start);
        const last = Math.min(picture.start + picture.tokens, end);
        if (first >= last) continue;
        const features = inType(this.#embeds.type, featuresOf(picture.pictureId).data);
        const inPicture = features.subarray(
          (first - picture.start) * hidden,
          (last - picture.start) * hidden,
        );
        embeddings.set(inPicture, (shift + first) * hidden);
      }
    });
    return embeddings;
  }

  #feeds(
    embeddings: Floats,
    batch: number,
    length: number,
    total: number,
    mask: Uint8Array,
    positions: Int32Array,
  ): Record<string, Tensor> {
    const { inputs } = this.#decoder;
    const feeds: Record<string, Tensor> = {
      inputs_embeds: floatTensor(this.#embeds.type, embeddings, [
        batch,
        length,
        embeddings.length / (batch * length),
      ]),
      position_ids: integerTensor(inputs.get('position_ids')?.type, positions, [3, batch, length]),
    };
    const maskInput = inputs.get('attention_mask');
    if (maskInput) feeds.attention_mask = integerTensor(maskInput.type, mask, [batch, total]);
    for (const { name, type } of this.#extras) {
      feeds[name] = (extraInputs.get(name) as ExtraInput)(type, total - length, length);
    }
    return feeds;
  }
}

type ExtraInput = (type: Tensor.Type, past: number, length: number) => Tensor;

/** Inputs that only some exports have. */
const extraInputs = new Map<string, ExtraInput>([
  ['num_logits_to_keep', (type) => integerTensor(type, [1], [])],
  ['use_cache_branch', (type, past) => integerTensor(type, [past > 0 ? 1 : 0], [1])],
  [
    'cache_position',
    (type, past, length) =>
      integerTensor(
        type,
        Int32Array.from({ length }, (_, i) => past + i),
        [length],
      ),
  ],
]);

function layerNames(stem: string, layers: number): string[] {
  return Array.from({ length: layers }, (_, layer) => [
    `${stem}.${layer}.key`,
    `${stem}.${layer}.value`,
  ]).flat();
}

/** The graph may give the logits of every position or, told so, only of the last. */
function lastRows(logits: Tensor, batch: number): Float32Array[] {
  const data = tensorFloats(logits);
  const vocabulary = logits.dims.at(-1) as number;
  const perRow = data.length / batch;
  return Array.from({ length: batch }, (_, row) => {
    const last = toFloat32(data.subarray((row + 1) * perRow - vocabulary, (row + 1) * perRow));
    if (!soundLogits(last)) throw overflowError('language model');
    return last;
  });
}

const noPictures: FeaturesOf = () => {
  throw new Error('a generated token is never a picture');
};

function unsupported(what: string): ChatReidError {
  return new ChatReidError(
    'MODEL_UNSUPPORTED',
    `The language model's graph ${what}.`,
    'Export the model with model/hpt/export.py.',
  );
}
