/** Free generation: token after token from a prefilled prompt, as text that never ends inside a character. */

import type { Checkpoint } from './checkpoint.ts';
import type { Decoder } from './decoder.ts';
import type { GenerateOptions } from './engine.ts';
import type { PastKeys } from './past-keys.ts';
import { sample, seededRandom } from './sampling.ts';
import type { TextTokenizer } from './tokenizer.ts';

export interface GenerationStart {
  /** After the last token of the prompt. */
  readonly logits: Float32Array;
  readonly keys: PastKeys;
  /** Rotary position of the first generated token. */
  readonly position: number;
}

const defaultMaxTokens = 128;

/** Token ids up to an end token, which is left out, or to `maxTokens`. */
export async function* generateTokens(
  decoder: Decoder,
  start: GenerationStart,
  endTokens: ReadonlySet<number>,
  options: GenerateOptions,
  checkpoint: Checkpoint,
): AsyncGenerator<number> {
  const { maxTokens = defaultMaxTokens, temperature = 0, topP = 1, seed = 0 } = options;
  const random = seededRandom(seed);
  let { logits, keys } = start;
  for (let count = 0; count < maxTokens; count++) {
    const token = sample(logits, { temperature, topP }, random);
    if (endTokens.has(token)) return;
    yield token;
    if (count + 1 === maxTokens) return;
    await checkpoint();
    ({ logits, keys } = await decoder.step(token, start.position + count, keys));
  }
}

/** Pieces of text from tokens. A character spread over several tokens comes whole, with the last of them. */
export async function* textPieces(
  tokens: AsyncIterable<number>,
  tokenizer: TextTokenizer,
): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  for await (const token of tokens) {
    const piece = decoder.decode(tokenizer.bytes(token), { stream: true });
    if (piece !== '') yield piece;
  }
  const rest = decoder.decode();
  if (rest !== '') yield rest;
}
