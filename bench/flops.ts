/** Useful floating-point operations of the Qwen2-VL family, counted from config.json. */

/**
 * Two for each multiply-add of a weight or of attention; norms, rotary positions, softmax and padding count nothing, and
 * neither does the half of the attention matrix that the causal mask throws away (a runtime may compute it all the same).
 *
 * With h hidden, q = heads x head size, k = key heads x head size, f intermediate, L layers, v vocabulary:
 *
 *     decoder, a token          2 L (h q + 2 h k + q h + 3 h f)
 *     decoder, a pair of token and token before it (or itself)     4 L q
 *     decoder, an answer        2 h v
 *
 * With e embed_dim, r mlp_ratio, D depth, m = spatial_merge_size^2, p = 3 x temporal_patch_size x patch_size^2:
 *
 *     vision, a patch           2 p e + 2 D (4 e e + 2 r e e)
 *     vision, a pair of patches of one picture     4 D e
 *     vision, a merged token    2 ((m e)^2 + m e h)
 */

/** The fields of config.json that the count needs, flat as model/hpt/export.py writes them. */
export interface QwenSizes {
  readonly hidden_size: number;
  readonly intermediate_size: number;
  readonly num_attention_heads: number;
  readonly num_hidden_layers: number;
  readonly num_key_value_heads: number;
  readonly vocab_size: number;
  readonly vision_config: {
    readonly depth: number;
    readonly embed_dim: number;
    readonly mlp_ratio: number;
    readonly patch_size: number;
    readonly spatial_merge_size: number;
    readonly temporal_patch_size: number;
  };
}

/** What was run: means over the prompts, which are of one shape. */
export interface Work {
  /** Prompts answered. */
  readonly prompts: number;
  /** Tokens of a whole prompt. */
  readonly promptTokens: number;
  /** Tokens that went through the decoder, over all prompts. */
  readonly tokens: number;
  /** Vision tokens (merged patches) that were computed, over all pictures. */
  readonly visionTokens: number;
  /** Vision tokens of one picture. */
  readonly pictureTokens: number;
}

export function decoderFlops(sizes: QwenSizes, { prompts, promptTokens, tokens }: Work): number {
  const { hidden_size: h, intermediate_size: f, num_hidden_layers: layers, vocab_size: v } = sizes;
  const headSize = h / sizes.num_attention_heads;
  const q = h;
  const k = headSize * sizes.num_key_value_heads;
  const perToken = 2 * layers * (h * q + 2 * h * k + q * h + 3 * h * f);
  // The last `fresh` tokens of each prompt were run, each over all before it and itself; what several prompts share
  // counts once, by the mean.
  const fresh = tokens / prompts;
  const before = promptTokens - fresh;
  const pairs = prompts * (fresh * before + (fresh * (fresh + 1)) / 2);
  return tokens * perToken + pairs * 4 * layers * q + prompts * 2 * h * v;
}

export function visionFlops(sizes: QwenSizes, { visionTokens, pictureTokens }: Work): number {
  const {
    depth,
    embed_dim: e,
    mlp_ratio: r,
    patch_size,
    spatial_merge_size,
    temporal_patch_size,
  } = sizes.vision_config;
  const merge = spatial_merge_size ** 2;
  const patches = visionTokens * merge;
  const perPatch =
    2 * 3 * temporal_patch_size * patch_size ** 2 * e + 2 * depth * (4 * e * e + 2 * r * e * e);
  const pairs = patches * pictureTokens * merge;
  const perMerged = 2 * ((merge * e) ** 2 + merge * e * sizes.hidden_size);
  return patches * perPatch + pairs * 4 * depth * e + visionTokens * perMerged;
}

export function flops(sizes: QwenSizes, work: Work): number {
  return decoderFlops(sizes, work) + visionFlops(sizes, work);
}
