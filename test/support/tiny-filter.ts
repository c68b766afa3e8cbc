/** A model folder with nothing but a filter: two small linear encoders with fixed numbers, written without Python. */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type OnnxGraph, onnxModel } from './onnx-builder.ts';

export const filterDimension = 8;
export const filterSize = { width: 8, height: 16 };
const words = ['[UNK]', '[CLS]', 'a', 'man', 'woman', 'red', 'cap', 'bag', 'in', 'with', '<|im_end|>'];

export interface TinyFilterOptions {
  readonly text?: boolean;
  /** Merged over chatreid.json. */
  readonly manifest?: object;
  /** Another seed is another embedding space. */
  readonly seed?: number;
}

export async function writeTinyFilter(folder: string, options: TinyFilterOptions = {}): Promise<void> {
  const { text = true, manifest = {}, seed = 1 } = options;
  await mkdir(join(folder, 'onnx'), { recursive: true });
  const image = onnxModel(imageGraph(seed));
  await writeFile(join(folder, 'onnx/filter_image.onnx'), image);
  if (text) {
    await writeFile(join(folder, 'onnx/filter_text.onnx'), onnxModel(textGraph(seed)));
    await writeFile(join(folder, 'filter_tokenizer.json'), JSON.stringify(tokenizer()));
  }
  const filter = {
    dimension: filterDimension,
    image: {
      file: 'onnx/filter_image.onnx',
      ...filterSize,
      scale: 1 / 255,
      mean: [0.5, 0.4, 0.3],
      std: [0.2, 0.3, 0.4],
    },
    ...(text
      ? { text: { file: 'onnx/filter_text.onnx', tokenizer: 'filter_tokenizer.json', maxTokens: 6 } }
      : {}),
  };
  const checksums = {
    'onnx/filter_image.onnx': `sha256:${createHash('sha256').update(image).digest('hex')}`,
  };
  const card = { name: 'tiny-filter', filter, checksums, ...manifest };
  await writeFile(join(folder, 'chatreid.json'), JSON.stringify(card));
}

/** The weights of the image encoder, row-major [3 * height * width, dimension]. */
export function imageWeights(seed: number): Float32Array {
  return numbers(3 * filterSize.width * filterSize.height * filterDimension, seed);
}

function imageGraph(seed: number): OnnxGraph {
  const { width, height } = filterSize;
  return {
    inputs: [{ name: 'pictures', type: 'float32', shape: ['n', 3, height, width] }],
    outputs: [{ name: 'embeddings', type: 'float32', shape: ['n', filterDimension] }],
    nodes: [
      { op: 'Flatten', inputs: ['pictures'], outputs: ['flat'], ints: { axis: 1 } },
      { op: 'MatMul', inputs: ['flat', 'weights'], outputs: ['embeddings'] },
    ],
    constants: [{ name: 'weights', dims: [3 * width * height, filterDimension], data: imageWeights(seed) }],
  };
}

function textGraph(seed: number): OnnxGraph {
  return {
    inputs: [
      { name: 'input_ids', type: 'int64', shape: ['n', 'length'] },
      { name: 'attention_mask', type: 'int64', shape: ['n', 'length'] },
    ],
    outputs: [{ name: 'embeddings', type: 'float32', shape: ['n', filterDimension] }],
    nodes: [
      { op: 'Gather', inputs: ['table', 'input_ids'], outputs: ['words'], ints: { axis: 0 } },
      { op: 'Cast', inputs: ['attention_mask'], outputs: ['mask'], ints: { to: 1 } },
      { op: 'Unsqueeze', inputs: ['mask', 'two'], outputs: ['mask3'] },
      { op: 'Mul', inputs: ['words', 'mask3'], outputs: ['masked'] },
      { op: 'ReduceSum', inputs: ['masked', 'one'], outputs: ['embeddings'], ints: { keepdims: 0 } },
    ],
    constants: [
      {
        name: 'table',
        dims: [words.length, filterDimension],
        data: numbers(words.length * filterDimension, seed + 1),
      },
      { name: 'one', dims: [1], data: BigInt64Array.from([1n]) },
      { name: 'two', dims: [1], data: BigInt64Array.from([2n]) },
    ],
  };
}

function tokenizer(): object {
  return {
    version: '1.0',
    added_tokens: ['[UNK]', '[CLS]', '<|im_end|>'].map((content) => ({
      id: words.indexOf(content),
      content,
      special: true,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
    })),
    normalizer: { type: 'BertNormalizer', lowercase: true, clean_text: true, handle_chinese_chars: true },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      type: 'TemplateProcessing',
      single: [{ SpecialToken: { id: '[CLS]', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
      pair: [],
      special_tokens: { '[CLS]': { id: '[CLS]', ids: [1], tokens: ['[CLS]'] } },
    },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 40,
      vocab: Object.fromEntries(words.map((word, id) => [word, id])),
    },
  };
}

/** Between -1 and 1, the same for the same seed. */
function numbers(count: number, seed: number): Float32Array {
  let state = seed >>> 0;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}
