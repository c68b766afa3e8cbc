/** The Qwen2-VL family in this process, on ONNX Runtime. */
import { ChatReidError } from '../foundation/error.ts';
import type { Picture } from '../foundation/picture.ts';
import { type Checkpoint, OpenCalls } from './checkpoint.ts';
import type { FeaturesOf } from './decoder.ts';
import type { Engine, EngineDescription, EngineStats, GenerateOptions, RunOptions } from './engine.ts';
import { type EngineParts, loadEngineParts, type OnnxEngineOptions, workingBytes } from './engine-parts.ts';
import type { FeatureCache } from './feature-cache.ts';
import { generateTokens, textPieces } from './generation.ts';
import { overflowError } from './overflow.ts';
import { bytesPerToken, type PastKeys } from './past-keys.ts';
import type { Prompt } from './prompt.ts';
import type { EncodedPrompt } from './prompt-encoder.ts';
import type { PictureFeatures } from './vision-encoder.ts';

export type { OnnxEngineOptions } from './engine-parts.ts';

/** Prompts prepared at a time, so that a long list does not hold all of its features at once. */
const promptsAtOnce = 256;

export class OnnxEngine implements Engine {
  readonly #parts: EngineParts;
  #prompts = 0;
  #naiveTokens = 0;
  #naivePictureTokens = 0;
  readonly #calls = new OpenCalls();

  private constructor(parts: EngineParts) {
    this.#parts = parts;
  }

  /** @throws ChatReidError MODEL_MISSING, MODEL_DAMAGED, MODEL_UNSUPPORTED, OPTION_INVALID */
  static async open(options: OnnxEngineOptions): Promise<OnnxEngine> {
    return new OnnxEngine(await loadEngineParts(options));
  }

  async describe(): Promise<EngineDescription> {
    return this.#parts.description;
  }

  async score(
    prompts: readonly Prompt[],
    answers: readonly string[],
    options: RunOptions = {},
  ): Promise<number[][]> {
    const tokens = this.answerTokens(answers);
    return this.#calls.run(options.signal, async (checkpoint) => {
      const rows: number[][] = [];
      for (let start = 0; start < prompts.length; start += promptsAtOnce) {
        const slice = prompts.slice(start, start + promptsAtOnce);
        const logits = options.naive
          ? await this.#naiveLogits(slice, checkpoint)
          : await this.#logits(slice, checkpoint);
        for (const row of logits) rows.push(logProbabilities(row, tokens));
        this.#prompts += slice.length;
      }
      return rows;
    });
  }

  async *generate(prompt: Prompt, options: GenerateOptions = {}): AsyncGenerator<string> {
    const { tokenizer } = this.#parts.encoder;
    yield* textPieces(this.generateIds(prompt, options), tokenizer);
  }

  /** As {@link generate}, token ids. */
  async *generateIds(prompt: Prompt, options: GenerateOptions = {}): AsyncGenerator<number> {
    const { decoder, runner, endTokens } = this.#parts;
    checkSampling(options);
    const start = await this.#calls.run(options.signal, async (checkpoint) => {
      const { encoded, known, featuresOf } = await this.#prepare([prompt], checkpoint, options.naive);
      const [prepared] = encoded as [EncodedPrompt];
      const only = options.naive ? { ...prepared, marks: [] } : prepared;
      const { logits, keys } = await runner.prefill(only, known[0], featuresOf, checkpoint);
      this.#prompts++;
      return { logits, keys, position: only.ids.length + only.positions.delta };
    });
    const checkpoint = this.#calls.checkpoint(options.signal);
    const steps = generateTokens(decoder, start, endTokens, options, checkpoint);
    while (true) {
      const { done, value } = await this.#calls.run(options.signal, () => steps.next());
      if (done) return;
      runner.tokens++;
      yield value;
    }
  }

  async stats(): Promise<EngineStats> {
    const { runner, features, keys } = this.#parts;
    const { disk } = features;
    return {
      prompts: this.#prompts,
      tokens: runner.tokens + this.#naiveTokens,
      pictureTokens: features.computed + this.#naivePictureTokens,
      restarts: 0,
      caches: {
        features: features.stats(),
        featuresOnDisk: disk ? disk.stats() : { hits: 0, misses: 0, bytes: 0, limitBytes: 0 },
        prefixes: keys.stats(),
      },
    };
  }

  /** Drops everything that was computed from the picture, in memory and on disk. */
  async forget(pictureId: string): Promise<void> {
    this.#parts.keys.forget(pictureId);
    await this.#parts.features.forget(pictureId);
  }

  async close(): Promise<void> {
    if (!(await this.#calls.close())) return;
    const { vision, decoder, features, keys } = this.#parts;
    keys.clear();
    await features.disk?.settled();
    await vision.release();
    await decoder.release();
  }

  /** Everything up to the logits, with all caches. */
  async #logits(prompts: readonly Prompt[], checkpoint: Checkpoint): Promise<Float32Array[]> {
    const { decoder, runner } = this.#parts;
    const { encoded, known, featuresOf } = await this.#prepare(prompts, checkpoint);
    const logits: Float32Array[] = [];
    const perToken = bytesPerToken(decoder.keyShape);
    for (const [start, end] of stretchesWithin(encoded, workingBytes / perToken)) {
      const part = await runner.logits(
        encoded.slice(start, end),
        known.slice(start, end),
        featuresOf,
        checkpoint,
      );
      for (const row of part) logits.push(row);
    }
    return logits;
  }

  /**
   * Token ids, kept prefixes, and the features of those pictures that no kept prefix covers. A picture's grid is all
   * that encoding needs, so a text follow-up reads no features at all.
   */
  async #prepare(prompts: readonly Prompt[], checkpoint: Checkpoint, naive = false) {
    const { encoder, features, keys } = this.#parts;
    const held = new Map<string, PictureFeatures>();
    const byId = new Map<string, Picture>();
    for (const prompt of prompts) {
      for (const picture of encoder.pictures(prompt)) byId.set(picture.id, picture);
    }
    const fetch = async (pictures: readonly Picture[]) => {
      if (pictures.length === 0) return;
      const found = naive
        ? await this.#naiveFeatures(pictures, checkpoint)
        : await features.get(pictures, checkpoint);
      for (const [id, each] of found) held.set(id, each);
    };
    await fetch([...byId.values()].filter(({ id }) => naive || features.grid(id) === undefined));
    const gridOf = (id: string) =>
      (held.get(id)?.grid ?? features.grid(id)) as NonNullable<ReturnType<FeatureCache['grid']>>;
    const encoded = prompts.map((prompt) => encoder.encode(prompt, gridOf));
    const known: (PastKeys | undefined)[] = encoded.map((prompt) =>
      naive ? undefined : keys.longest(prompt),
    );
    const needed = new Set<string>();
    encoded.forEach((prompt, i) => {
      const length = known[i]?.length ?? 0;
      for (const { pictureId, start, tokens } of prompt.pictures) {
        if (start + tokens > length) needed.add(pictureId);
      }
    });
    await fetch([...byId.values()].filter(({ id }) => needed.has(id) && !held.has(id)));
    const featuresOf: FeaturesOf = (id) => held.get(id) as PictureFeatures;
    return { encoded, known, featuresOf };
  }

  /** One prompt at a time, each picture of it alone, nothing kept and nothing looked up. */
  async #naiveLogits(prompts: readonly Prompt[], checkpoint: Checkpoint): Promise<Float32Array[]> {
    const { decoder } = this.#parts;
    const all: Float32Array[] = [];
    for (const prompt of prompts) {
      const { encoded, featuresOf } = await this.#prepare([prompt], checkpoint, true);
      const only = encoded[0] as EncodedPrompt;
      await checkpoint();
      const row = { prompt: only, start: 0, end: only.ids.length, past: undefined };
      const { logits } = await decoder.run([row], featuresOf, { logits: true });
      all.push(logits?.[0] as Float32Array);
      this.#naiveTokens += only.ids.length;
    }
    return all;
  }

  async #naiveFeatures(
    pictures: readonly Picture[],
    checkpoint: Checkpoint,
  ): Promise<Map<string, PictureFeatures>> {
    const { vision, process } = this.#parts;
    const found = new Map<string, PictureFeatures>();
    for (const picture of pictures) {
      const patches = await process(picture);
      await checkpoint();
      found.set(picture.id, (await vision.encode([patches]))[0] as PictureFeatures);
      this.#naivePictureTokens += vision.tokens([patches]);
    }
    return found;
  }

  /** The first token of each answer. @throws ChatReidError OPTION_INVALID */
  answerTokens(answers: readonly string[]): number[] {
    const { tokenizer } = this.#parts.encoder;
    const tokens = answers.map((answer) => tokenizer.encodePlain(answer)[0]);
    const empty = tokens.indexOf(undefined);
    const same = tokens.findIndex((token, i) => tokens.indexOf(token) < i);
    if (tokens.length === 0 || empty >= 0 || same >= 0) {
      const twin = same >= 0 ? answers[tokens.indexOf(tokens[same])] : undefined;
      throw new ChatReidError(
        'OPTION_INVALID',
        twin === undefined
          ? 'There is no answer to score, or one of them is empty.'
          : `The answers "${twin}" and "${answers[same]}" begin with the same token and cannot be told apart.`,
        'Give answers that each begin with a token of their own, e.g. Yes and No.',
      );
    }
    return tokens as number[];
  }
}

/** Neighbouring prompts whose tokens together stay within the limit: at least one each. */
function* stretchesWithin(prompts: readonly EncodedPrompt[], limit: number): Generator<[number, number]> {
  let start = 0;
  let sum = 0;
  for (let i = 0; i < prompts.length; i++) {
    const { length } = (prompts[i] as EncodedPrompt).ids;
    if (i > start && sum + length > limit) {
      yield [start, i];
      start = i;
      sum = 0;
    }
    sum += length;
  }
  if (start < prompts.length) yield [start, prompts.length];
}

/**
 * Natural-log probabilities of the tokens under the softmax of the logits.
 *
 * @throws ChatReidError ENGINE_CANNOT when one of them is none
 */
function logProbabilities(logits: Float32Array, tokens: readonly number[]): number[] {
  let top = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < logits.length; i++) top = Math.max(top, logits[i] as number);
  let sum = 0;
  for (let i = 0; i < logits.length; i++) sum += Math.exp((logits[i] as number) - top);
  const whole = top + Math.log(sum);
  const row = tokens.map((token) => (logits[token] as number) - whole);
  if (!row.every(Number.isFinite)) throw overflowError('language model');
  return row;
}

function checkSampling({ temperature = 0, topP = 1, maxTokens = 1 }: GenerateOptions): void {
  if (temperature >= 0 && topP > 0 && topP <= 1 && maxTokens >= 0) return;
  throw new ChatReidError(
    'OPTION_INVALID',
    'Temperature must be zero or more, topP above 0 and at most 1, maxTokens zero or more.',
    'Correct the option.',
  );
}
