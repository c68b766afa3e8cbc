/** From a model folder and options to the parts of an engine. */
import { ChatReidError } from '../foundation/error.ts';
import { ChatTemplate } from './chat-template.ts';
import { Decoder } from './decoder.ts';
import type { EngineDescription } from './engine.ts';
import { FeatureCache, type PictureProcessor } from './feature-cache.ts';
import { FeatureDisk } from './feature-disk.ts';
import { featuresFolder } from './feature-folder.ts';
import { type ImageRules, processPicture } from './image-processor.ts';
import { KeyCache } from './key-cache.ts';
import { type Dtype, dtypes, ModelFolder } from './model-folder.ts';
import { Device, type DeviceOption } from './onnx-session.ts';
import { bytesPerToken } from './past-keys.ts';
import { PrefixRunner } from './prefix-runner.ts';
import { PromptEncoder } from './prompt-encoder.ts';
import { runLimits } from './run-limits.ts';
import { maxLabels } from './scorer.ts';
import { TextTokenizer } from './tokenizer.ts';
import { VisionEncoder } from './vision-encoder.ts';

export interface OnnxEngineOptions {
  /** The model folder. */
  readonly model: string;
  /** 'auto' (default) and 'cuda' try cuda first, then cpu with a note in the description. */
  readonly device?: DeviceOption;
  /** One of {@link dtypes}, or 'auto' (default): fp32 first on the cpu, fp16 first on cuda, then what is there. */
  readonly dtype?: string;
  /** Where features of pictures and checksums of model files are kept between runs. Nothing is, without it. */
  readonly cacheFolder?: string;
  /** Bounds of the caches in bytes; 0 switches one off. */
  readonly memory?: {
    /** Default 256 MiB. */
    readonly features?: number;
    /** Default 2 GiB, of all models together. */
    readonly featuresOnDisk?: number;
    /** Default 1 GiB: 280 pictures of 45 tokens in Qwen2-VL-2B. */
    readonly prefixes?: number;
  };
  /**
   * Most vision tokens that one picture becomes; a larger picture is shrunk to it. Default 1024 (896 x 896 pixels): the
   * public limit would turn a photo of 12 megapixels into 15,000 tokens, minutes on a cpu, and no crop of a person needs it.
   */
  readonly pictureTokens?: number;
  /** Threads of one run. Default: one a core. */
  readonly threads?: number;
  /** How a picture becomes patches; for tests that bring the reference's own pixels. */
  readonly pictureProcessor?: PictureProcessor;
  /** New tokens in one run, padding included. Default: see {@link runLimits}. */
  readonly batchTokens?: number;
}

const MiB = 2 ** 20;
const defaultMemory = { features: 256 * MiB, featuresOnDisk: 2048 * MiB, prefixes: 1024 * MiB };
/** Keys and copies of keys that one call may hold at a time, beside the cache. */
export const workingBytes = 512 * MiB;

/** Everything that an engine is made of, loaded. */
export interface EngineParts {
  readonly description: EngineDescription;
  readonly encoder: PromptEncoder;
  readonly vision: VisionEncoder;
  readonly decoder: Decoder;
  readonly features: FeatureCache;
  readonly keys: KeyCache;
  readonly runner: PrefixRunner;
  readonly process: PictureProcessor;
  readonly endTokens: ReadonlySet<number>;
}

/** @throws ChatReidError MODEL_MISSING, MODEL_DAMAGED, MODEL_UNSUPPORTED, OPTION_INVALID */
export async function loadEngineParts(options: OnnxEngineOptions): Promise<EngineParts> {
  const { cacheFolder, memory = {} } = options;
  const wish = dtypeOf(options.dtype ?? 'auto');
  const folder = await ModelFolder.open(options.model, cacheFolder === undefined ? {} : { cacheFolder });
  const device = new Device(options.device, options.threads);
  const files = await folder.languageModel(wish, await device.decide());
  const open = (graph: keyof typeof files.graphs) => device.open(folder.absolute(files.graphs[graph]));
  const decoderSession = await open('decoder_model_merged');
  const decoder = new Decoder(await open('embed_tokens'), decoderSession, files.config);
  const { config } = files;
  const visionSession = await open('vision_encoder');
  // Other exporters' attention may count the tokens of a row from its mask, which padding inside the row would upset.
  const ownExport = folder.manifest.vision.manyImages;
  const limits = runLimits(config, device.name ?? 'cpu');
  const vision = new VisionEncoder(visionSession, {
    mergeSize: config.mergeSize,
    manyImages: ownExport,
    maxPatches: limits.patches,
  });
  const checksum = await folder.languageModelChecksum(files);
  const tokenizer = new TextTokenizer(files.tokenizer);
  const encoder = new PromptEncoder(new ChatTemplate(files.chatTemplate), tokenizer, {
    imageTokenId: config.imageTokenId,
    mergeSize: config.mergeSize,
    maxTokens: config.maxTokens,
  });
  const rules = boundedRules(files.image, options.pictureTokens ?? 1024);
  const process: PictureProcessor = options.pictureProcessor ?? ((picture) => processPicture(picture, rules));
  const disk =
    cacheFolder === undefined
      ? undefined
      : new FeatureDisk(
          featuresFolder(cacheFolder),
          `${checksum}-${rules.maxPixels}`,
          memory.featuresOnDisk ?? defaultMemory.featuresOnDisk,
        );
  await disk?.load();
  const features = new FeatureCache(vision, process, memory.features ?? defaultMemory.features, disk);
  const keys = new KeyCache(memory.prefixes ?? defaultMemory.prefixes);
  const tokens = options.batchTokens ?? limits.tokens;
  const context = Math.max(tokens, Math.floor(workingBytes / 4 / bytesPerToken(decoder.keyShape)));
  const description: EngineDescription = {
    kind: 'onnx',
    name: folder.name,
    checksum,
    device: device.name ?? 'cpu',
    ...(device.note === undefined ? {} : { deviceNote: device.note }),
    dtype: files.dtype,
    ...(folder.manifest.speaks ? {} : { speaks: false }),
    maxChoices: maxLabels,
  };
  return {
    description,
    encoder,
    vision,
    decoder,
    features,
    keys,
    runner: new PrefixRunner(decoder, keys, { tokens, context, padding: ownExport }),
    process,
    endTokens: new Set(files.endTokens),
  };
}

/** @throws ChatReidError OPTION_INVALID */
function boundedRules(rules: ImageRules, pictureTokens: number): ImageRules {
  if (!Number.isInteger(pictureTokens) || pictureTokens < 4) {
    throw new ChatReidError(
      'OPTION_INVALID',
      `A picture cannot be ${pictureTokens} vision tokens.`,
      'Give a whole number from 4 up.',
    );
  }
  const most = pictureTokens * (rules.patchSize * rules.mergeSize) ** 2;
  return { ...rules, maxPixels: Math.max(rules.minPixels, Math.min(rules.maxPixels, most)) };
}

function dtypeOf(wish: string): Dtype | 'auto' {
  const known = ['auto', ...dtypes].find((dtype) => dtype === wish) as Dtype | 'auto' | undefined;
  if (known !== undefined) return known;
  throw new ChatReidError(
    'OPTION_INVALID',
    `There is no number type called ${wish}.`,
    `Use auto or one of ${dtypes.join(', ')}.`,
  );
}
