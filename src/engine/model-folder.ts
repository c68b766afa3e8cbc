/** A model folder in the Hugging Face layout of the public ONNX exports, with our chatreid.json beside it. */
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { asChatReidError, ChatReidError } from '../foundation/error.ts';
import { FileChecksums } from './checksum.ts';
import type { ImageRules } from './image-processor.ts';
import {
  endTokens,
  type FilterConfig,
  imageRules,
  type LanguageModelConfig,
  languageModelConfig,
  type ModelManifest,
  modelManifest,
} from './model-config.ts';

/**
 * The suffixes that exporters give their files; fp32 has none. The 8-bit ones (quantized, int8, uint8) scale their
 * activations by everything in a run, so their answers move with the batch; the others' do not.
 */
export const dtypes = ['fp32', 'fp16', 'quantized', 'int8', 'q4', 'q4f16', 'uint8', 'bnb4'] as const;
export type Dtype = (typeof dtypes)[number];

const graphNames = ['vision_encoder', 'embed_tokens', 'decoder_model_merged'] as const;
export type GraphName = (typeof graphNames)[number];

export interface LanguageModelFiles {
  readonly dtype: Dtype;
  readonly graphs: Readonly<Record<GraphName, string>>;
  readonly config: LanguageModelConfig;
  readonly image: ImageRules;
  readonly tokenizer: object;
  readonly chatTemplate: string;
  /** Token ids that end a reply. */
  readonly endTokens: readonly number[];
}

export interface ModelFolderOptions {
  /** Where computed checksums are remembered. */
  readonly cacheFolder?: string;
}

/** What the answers of the language model depend on beside its graphs; not every exporter writes all of them. */
const settingsFiles = [
  'config.json',
  'preprocessor_config.json',
  'tokenizer.json',
  'chat_template.jinja',
  'chat_template.json',
  'tokenizer_config.json',
  'generation_config.json',
] as const;

const copyAgain = 'Copy or download the model folder again.';

/**
 * Opening reads only chatreid.json and the list of files. Checksums of a part (language model or filter) are compared
 * when that part is first asked for.
 */
export class ModelFolder {
  readonly #checksums: FileChecksums;

  private constructor(
    readonly path: string,
    readonly manifest: ModelManifest,
    /** File names in `onnx/`. */
    readonly onnxFiles: ReadonlySet<string>,
    options: ModelFolderOptions,
  ) {
    this.#checksums = new FileChecksums(options.cacheFolder);
  }

  /** @throws ChatReidError MODEL_MISSING when there is no such folder or nothing in it to run, MODEL_DAMAGED */
  static async open(path: string, options: ModelFolderOptions = {}): Promise<ModelFolder> {
    const absolute = resolve(path);
    let files: string[];
    try {
      files = await readdir(absolute);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code !== 'ENOENT' && code !== 'ENOTDIR') throw asChatReidError(error, `reading ${absolute}`);
      throw missing(
        `There is no model folder at ${absolute}.`,
        'Give the folder of a model with --model, or install one.',
      );
    }
    const manifest = modelManifest(
      files.includes('chatreid.json') ? await readJson(join(absolute, 'chatreid.json')) : {},
    );
    const onnx = await readdir(join(absolute, 'onnx')).catch(() => []);
    const folder = new ModelFolder(absolute, manifest, new Set(onnx), options);
    if (!folder.hasLanguageModel && !folder.filter) {
      throw missing(
        `The folder ${absolute} holds no model: neither ${graphNames[2]}*.onnx in onnx/ nor a filter in chatreid.json.`,
        copyAgain,
      );
    }
    return folder;
  }

  get name(): string {
    return this.manifest.name ?? basename(this.path);
  }

  get filter(): FilterConfig | undefined {
    return this.manifest.filter ?? undefined;
  }

  get hasLanguageModel(): boolean {
    return [...this.onnxFiles].some((file) => graphNames.some((graph) => file.startsWith(graph)));
  }

  /**
   * @param dtype 'auto' takes fp32 first on the cpu and fp16 first on cuda, then whatever is complete
   * @throws ChatReidError MODEL_MISSING, MODEL_DAMAGED, MODEL_UNSUPPORTED
   */
  async languageModel(
    dtype: Dtype | 'auto' = 'auto',
    device: 'cpu' | 'cuda' = 'cpu',
  ): Promise<LanguageModelFiles> {
    if (!this.hasLanguageModel) {
      throw missing(
        `The model folder ${this.path} holds only a filter, no language model.`,
        'Use a model folder with onnx/decoder_model_merged.onnx, or search with the filter alone.',
      );
    }
    const config = languageModelConfig(await this.#json('config.json'));
    const found = this.#chooseDtype(dtype, device);
    const files: LanguageModelFiles = {
      dtype: found,
      graphs: {
        vision_encoder: this.#graph('vision_encoder', found),
        embed_tokens: this.#graph('embed_tokens', found),
        decoder_model_merged: this.#graph('decoder_model_merged', found),
      },
      config,
      image: imageRules(await this.#json('preprocessor_config.json')),
      tokenizer: (await this.#json('tokenizer.json')) as object,
      chatTemplate: await this.#chatTemplate(),
      endTokens: await this.#endTokens(),
    };
    await this.verify([...settingsFiles, ...Object.values(files.graphs)]);
    return files;
  }

  /** SHA-256 over the names and checksums of everything that the answers of the language model depend on. */
  languageModelChecksum(files: LanguageModelFiles): Promise<string> {
    return this.#stamp([...settingsFiles, ...Object.values(files.graphs)], '');
  }

  /** SHA-256 over the filter's files and its section of chatreid.json: names the embedding space. */
  filterChecksum(filter: FilterConfig): Promise<string> {
    const { image, text } = filter;
    const files = [image.file, ...(text ? [text.file, text.tokenizer] : [])];
    const { name: _, ...meaning } = filter;
    return this.#stamp(files, JSON.stringify(meaning));
  }

  /**
   * Compares the files (and their external data) with chatreid.json, those that it lists.
   *
   * @throws ChatReidError MODEL_MISSING, MODEL_DAMAGED
   */
  async verify(files: readonly string[]): Promise<void> {
    for (const file of await this.#withData(files)) {
      const listed = this.manifest.checksums[file]?.replace(/^sha256:/, '').toLowerCase();
      if (listed === undefined) continue;
      if ((await this.#checksum(file)) !== listed) {
        throw new ChatReidError(
          'MODEL_DAMAGED',
          `${file} in ${this.path} is not the file that chatreid.json names (its checksum differs).`,
          copyAgain,
        );
      }
    }
  }

  /** @throws ChatReidError MODEL_MISSING, MODEL_DAMAGED */
  json(file: string): Promise<unknown> {
    return this.#json(file);
  }

  /** The absolute path of a file that must be there. @throws ChatReidError MODEL_MISSING */
  async existing(file: string): Promise<string> {
    const path = this.absolute(file);
    await stat(path).catch((error: unknown) => {
      throw unreadable(path, error);
    });
    return path;
  }

  absolute(file: string): string {
    return join(this.path, file);
  }

  #chooseDtype(wish: Dtype | 'auto', device: 'cpu' | 'cuda'): Dtype {
    const first: Dtype[] = device === 'cuda' ? ['fp16', 'fp32'] : ['fp32', 'fp16'];
    const order = wish === 'auto' ? [...new Set([...first, ...dtypes])] : [wish];
    const complete = order.find((dtype) =>
      graphNames.every(
        (graph) => this.onnxFiles.has(graphFile(graph, dtype)) || this.#substitute(graph, dtype),
      ),
    );
    if (complete !== undefined) return complete;
    const lacking = graphNames.map((graph) => graphFile(graph, order[0] as Dtype));
    const absentFile = lacking.find((file) => !this.onnxFiles.has(file));
    throw missing(
      `onnx/${absentFile} is missing from the model folder ${this.path}.`,
      wish === 'auto' ? copyAgain : `Use --dtype auto, or copy the ${wish} files into the folder.`,
    );
  }

  #graph(graph: GraphName, dtype: Dtype): string {
    const file = graphFile(graph, dtype);
    return `onnx/${this.onnxFiles.has(file) ? file : (this.#substitute(graph, dtype) as string)}`;
  }

  /** Public exports leave the embedding or the vision tower unquantised in some types: take the closest that is there. */
  #substitute(graph: GraphName, dtype: Dtype): string | undefined {
    if (graph === 'decoder_model_merged' || dtype === 'fp32') return undefined;
    const order: Dtype[] = dtype === 'q4f16' ? ['fp16', 'fp32'] : ['fp32', 'fp16'];
    return order.map((other) => graphFile(graph, other)).find((file) => this.onnxFiles.has(file));
  }

  async #chatTemplate(): Promise<string> {
    const jinja = await readFile(this.absolute('chat_template.jinja'), 'utf8').catch(() => undefined);
    if (jinja !== undefined) return jinja;
    for (const file of ['chat_template.json', 'tokenizer_config.json']) {
      const json = (await this.#json(file).catch(absent)) as { chat_template?: unknown } | undefined;
      if (typeof json?.chat_template === 'string') return json.chat_template;
    }
    throw missing(`chat_template.jinja is missing from the model folder ${this.path}.`, copyAgain);
  }

  async #endTokens(): Promise<number[]> {
    const generation = await this.#json('generation_config.json').catch(absent);
    const ids = generation === undefined ? [] : endTokens(generation);
    return ids.length > 0 ? ids : endTokens(await this.#json('config.json'));
  }

  async #json(file: string): Promise<unknown> {
    return readJson(this.absolute(file));
  }

  async #stamp(files: readonly string[], meaning: string): Promise<string> {
    const hash = createHash('sha256').update(meaning);
    for (const file of [...(await this.#withData(files))].sort()) {
      const checksum = await this.#checksum(file).catch(absent);
      if (checksum !== undefined) hash.update(`\n${file} ${checksum}`);
    }
    return hash.digest('hex');
  }

  async #checksum(file: string): Promise<string> {
    try {
      return await this.#checksums.of(this.absolute(file));
    } catch (error) {
      throw unreadable(this.absolute(file), error);
    }
  }

  /** Graphs over 2 GB keep their numbers in files beside them: `x.onnx_data`, `x.onnx_data_1`, `x.onnx.data`. */
  async #withData(files: readonly string[]): Promise<Set<string>> {
    const all = new Set<string>();
    for (const file of files) {
      all.add(file);
      if (!file.endsWith('.onnx')) continue;
      const inFolder = await readdir(this.absolute(dirname(file))).catch(() => []);
      for (const other of inFolder) {
        if (/^[._]data/.test(other.slice(basename(file).length)) && other.startsWith(basename(file))) {
          all.add(join(dirname(file), other));
        }
      }
    }
    return all;
  }
}

function graphFile(graph: GraphName, dtype: Dtype): string {
  return dtype === 'fp32' ? `${graph}.onnx` : `${graph}_${dtype}.onnx`;
}

async function readJson(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw unreadable(path, error);
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new ChatReidError('MODEL_DAMAGED', `${path} is not valid JSON.`, copyAgain, error);
  }
}

function unreadable(path: string, error: unknown): ChatReidError {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ENOTDIR'
    ? missing(`${path} is missing from the model folder.`, copyAgain, error)
    : asChatReidError(error, `reading ${path}`);
}

/** Only absence is forgiven. */
function absent(error: unknown): undefined {
  if (error instanceof ChatReidError && error.code === 'MODEL_MISSING') return undefined;
  throw error;
}

function missing(what: string, next: string, cause?: unknown): ChatReidError {
  return new ChatReidError('MODEL_MISSING', what, next, cause);
}
