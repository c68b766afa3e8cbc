/** The count of operations against one made by hand, on a model small enough for that. */
import { expect, test } from 'vitest';
import { decoderFlops, type QwenSizes, visionFlops } from '../../bench/flops.ts';

const sizes: QwenSizes = {
  hidden_size: 4,
  intermediate_size: 6,
  num_attention_heads: 2,
  num_hidden_layers: 1,
  num_key_value_heads: 1,
  vocab_size: 10,
  vision_config: {
    depth: 1,
    embed_dim: 2,
    mlp_ratio: 4,
    patch_size: 1,
    spatial_merge_size: 2,
    temporal_patch_size: 2,
  },
};

const none = { prompts: 1, promptTokens: 3, tokens: 0, visionTokens: 0, pictureTokens: 1 };

test('a prompt of three tokens, and its last token alone', () => {
  // Query 4x4, key and value 4x2 each, output 4x4, three of 4x6: 120 multiply-adds a token.
  const perToken = 2 * (16 + 8 + 8 + 16 + 72);
  const answer = 2 * 4 * 10;
  // Scores and values of 1 + 2 + 3 pairs, 4 numbers wide.
  expect(decoderFlops(sizes, { ...none, tokens: 3 })).toBe(3 * perToken + 2 * 2 * 4 * 6 + answer);
  expect(decoderFlops(sizes, { ...none, tokens: 1 })).toBe(perToken + 2 * 2 * 4 * 3 + answer);
});

test('a picture of one merged token', () => {
  // Patches of 6 numbers to 2; query, key, value, output 2x2 each; 2x8 and 8x2.
  const perPatch = 2 * (6 * 2 + 4 * 4 + 2 * 16);
  const attention = 4 * 4 * (2 * 2 * 2);
  // Four patches of 2 are 8 numbers: 8x8, then 8x4.
  const merger = 2 * (64 + 32);
  expect(visionFlops(sizes, { ...none, visionTokens: 1 })).toBe(4 * perPatch + attention + merger);
});
