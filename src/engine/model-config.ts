/** The JSON files of a model folder, checked and brought to one shape whatever exporter wrote them. */
import { z } from 'zod';
import { ChatReidError } from '../foundation/error.ts';
import type { ImageRules } from './image-processor.ts';

/** What the engine needs of config.json. */
export interface LanguageModelConfig {
  readonly modelType: string;
  readonly imageTokenId: number;
  readonly layers: number;
  readonly keyHeads: number;
  readonly headSize: number;
  readonly hidden: number;
  readonly vocabulary: number;
  readonly maxTokens: number;
  readonly mergeSize: number;
}

const positive = z.number().int().positive();

const textConfig = z.object({
  hidden_size: positive,
  num_hidden_layers: positive,
  num_attention_heads: positive,
  num_key_value_heads: positive.nullish(),
  head_dim: positive.nullish(),
  vocab_size: positive,
  max_position_embeddings: positive.default(32_768),
});

const config = z.object({
  model_type: z.string(),
  image_token_id: positive.default(151_655),
  vision_config: z.object({ spatial_merge_size: positive.default(2) }).default({ spatial_merge_size: 2 }),
});

/** Families whose graphs and templates this engine runs. */
const families = ['qwen2_vl'];

/**
 * The text model's sizes stand in `text_config` (transformers from 4.52 on) or flat beside the vision model's
 * (earlier ones, and the public ONNX exports).
 *
 * @throws ChatReidError MODEL_UNSUPPORTED, MODEL_DAMAGED
 */
export function languageModelConfig(json: unknown): LanguageModelConfig {
  const type = (json as { model_type?: unknown } | null)?.model_type;
  if (typeof type === 'string' && !families.includes(type)) {
    throw new ChatReidError(
      'MODEL_UNSUPPORTED',
      `The model folder holds a model of the type ${type}, which this engine cannot run.`,
      `Use a model of the type ${families.join(' or ')}.`,
    );
  }
  const whole = checked(config, json, 'config.json');
  const nested = (json as { text_config?: unknown }).text_config;
  const text = checked(
    textConfig,
    nested === undefined ? json : { ...(json as object), ...(nested as object) },
    'config.json',
  );
  return {
    modelType: whole.model_type,
    imageTokenId: whole.image_token_id,
    layers: text.num_hidden_layers,
    keyHeads: text.num_key_value_heads ?? text.num_attention_heads,
    headSize: text.head_dim ?? text.hidden_size / text.num_attention_heads,
    hidden: text.hidden_size,
    vocabulary: text.vocab_size,
    maxTokens: text.max_position_embeddings,
    mergeSize: whole.vision_config.spatial_merge_size,
  };
}

const triple = z.tuple([z.number(), z.number(), z.number()]);

const preprocessor = z.object({
  patch_size: positive.default(14),
  merge_size: positive.default(2),
  temporal_patch_size: positive.default(2),
  min_pixels: positive.nullish(),
  max_pixels: positive.nullish(),
  size: z
    .object({
      min_pixels: positive.nullish(),
      max_pixels: positive.nullish(),
      shortest_edge: positive.nullish(),
      longest_edge: positive.nullish(),
    })
    .nullish(),
  rescale_factor: z
    .number()
    .positive()
    .default(1 / 255),
  image_mean: triple.default([0.48145466, 0.4578275, 0.40821073]),
  image_std: triple.default([0.26862954, 0.26130258, 0.27577711]),
});

/**
 * The pixel bounds have had three names over time; in `size`, shortest and longest edge are counts of pixels too.
 *
 * @throws ChatReidError MODEL_DAMAGED
 */
export function imageRules(json: unknown): ImageRules {
  const file = checked(preprocessor, json, 'preprocessor_config.json');
  const { size } = file;
  return {
    patchSize: file.patch_size,
    mergeSize: file.merge_size,
    temporalPatchSize: file.temporal_patch_size,
    minPixels: file.min_pixels ?? size?.min_pixels ?? size?.shortest_edge ?? 56 * 56,
    maxPixels: file.max_pixels ?? size?.max_pixels ?? size?.longest_edge ?? 28 * 28 * 1280,
    rescale: file.rescale_factor,
    mean: file.image_mean,
    std: file.image_std,
  };
}

const generation = z.object({
  eos_token_id: z.union([positive, z.array(positive)]).nullish(),
});

/** @returns the ids that end a reply; empty when generation_config.json names none */
export function endTokens(json: unknown): number[] {
  const { eos_token_id: ids } = checked(generation, json, 'generation_config.json');
  return ids == null ? [] : [ids].flat();
}

const filterImage = z.object({
  file: z.string(),
  width: positive,
  height: positive,
  scale: z.number().positive().default(1),
  mean: triple.default([0, 0, 0]),
  std: triple.default([1, 1, 1]),
});

const filterText = z.object({ file: z.string(), tokenizer: z.string(), maxTokens: positive.default(64) });

const manifest = z.object({
  name: z.string().optional(),
  checksums: z.record(z.string(), z.string()).default({}),
  vision: z.object({ manyImages: z.boolean().default(false) }).default({ manyImages: false }),
  speaks: z.boolean().default(true),
  filter: z
    .object({
      name: z.string().optional(),
      dimension: positive,
      image: filterImage,
      text: filterText.nullish(),
    })
    .nullish(),
});

/**
 * What chatreid.json adds to a Hugging Face folder; every part of it is optional. Its other keys are for people and for
 * whoever trains the model: licence, version, `promptVersion` (of the prompts that it was trained with), what it comes from.
 */
export interface ModelManifest {
  readonly name?: string | undefined;
  /** SHA-256 by path inside the folder. */
  readonly checksums: Readonly<Record<string, string>>;
  readonly vision: {
    /** The vision graph keeps the pictures of one call apart. */
    readonly manyImages: boolean;
  };
  /** False for a small model whose choice between given answers is good, and whose own words are not. */
  readonly speaks: boolean;
  readonly filter?: FilterConfig | null | undefined;
}

export interface FilterConfig {
  readonly name?: string | undefined;
  readonly dimension: number;
  /** The graph's input is (pixel * scale - mean) / std, R G B, [n, 3, height, width]. */
  readonly image: z.infer<typeof filterImage>;
  readonly text?: z.infer<typeof filterText> | null | undefined;
}

/** @throws ChatReidError MODEL_DAMAGED */
export function modelManifest(json: unknown): ModelManifest {
  return checked(manifest, json, 'chatreid.json');
}

function checked<T extends z.ZodType>(schema: T, json: unknown, file: string): z.infer<T> {
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new ChatReidError(
    'MODEL_DAMAGED',
    `${file} of the model folder is not as expected: ${issue?.path.join('.')} ${issue?.message}`,
    'Copy or download the model folder again.',
    result.error,
  );
}
