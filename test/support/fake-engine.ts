/** A deterministic stand-in for a model: answers depend on every word and picture of the prompt, and on nothing else. */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Encoder, EncoderDescription } from '../../src/engine/encoder.ts';
import type {
  Engine,
  EngineDescription,
  EngineStats,
  GenerateOptions,
  RunOptions,
} from '../../src/engine/engine.ts';
import type { Prompt } from '../../src/engine/prompt.ts';
import { ChatReidError, messageOf } from '../../src/foundation/error.ts';
import type { Picture } from '../../src/foundation/picture.ts';

const vocabulary = ['a', 'man', 'in', 'a', 'red', 'cap', 'with', 'a', 'bag', 'walks', 'left', 'today'];

/** In [0, 1), the same for the same words on every machine. */
function chance(...seeds: readonly unknown[]): number {
  return createHash('sha256').update(JSON.stringify(seeds)).digest().readUInt32BE(0) / 2 ** 32;
}

function content(prompt: Prompt): unknown {
  return prompt.turns.map((turn) => [
    turn.role,
    turn.parts.flatMap((part) =>
      part.type === 'keep' ? [] : [part.type === 'text' ? part.text : `picture ${part.picture.id}`],
    ),
  ]);
}

/** Imported when first needed: the fault tests start dozens of processes, most of which never see a picture. */
async function openPicture(picture: Picture): Promise<void> {
  const { decodeRgb, readPicture } = await import('../../src/foundation/picture.ts');
  await decodeRgb(await readPicture(picture));
}

export class FakeEngine implements Engine {
  #prompts = 0;
  #tokens = 0;
  #closed = false;

  async describe(): Promise<EngineDescription> {
    return { kind: 'onnx', name: 'fake', checksum: 'f4ce', device: 'cpu', dtype: 'fp32', maxChoices: 26 };
  }

  async score(
    prompts: readonly Prompt[],
    answers: readonly string[],
    options: RunOptions = {},
  ): Promise<number[][]> {
    this.#check(options.signal);
    const firsts = answers.map((answer) => answer.split(' ')[0]);
    if (new Set(firsts).size < answers.length) {
      throw new ChatReidError(
        'OPTION_INVALID',
        'Two answers begin with the same token.',
        'Use other answers.',
      );
    }
    const rows: number[][] = [];
    for (const prompt of prompts) {
      await this.#open(prompt, options.signal);
      rows.push(answers.map((answer) => -8 * chance(content(prompt), answer)));
      this.#prompts++;
    }
    return rows;
  }

  async *generate(prompt: Prompt, options: GenerateOptions = {}): AsyncGenerator<string> {
    await this.#open(prompt, options.signal);
    this.#prompts++;
    const seed = options.temperature ? (options.seed ?? 0) : 'greedy';
    for (let i = 0; i < Math.min(options.maxTokens ?? 128, 40); i++) {
      await sleep(1);
      this.#check(options.signal);
      this.#tokens++;
      const word = vocabulary[Math.floor(chance(content(prompt), seed, i) * vocabulary.length)] ?? '';
      yield i === 0 ? word : ` ${word}`;
    }
  }

  async stats(): Promise<EngineStats> {
    const cache = { hits: 0, misses: 0, bytes: 0, limitBytes: 0 };
    const caches = { features: cache, featuresOnDisk: cache, prefixes: cache };
    return { prompts: this.#prompts, tokens: this.#tokens, pictureTokens: 0, restarts: 0, caches };
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  async #open(prompt: Prompt, signal: AbortSignal | undefined): Promise<void> {
    for (const turn of prompt.turns) {
      for (const part of turn.parts) {
        if (part.type === 'picture') await openPicture(part.picture);
        if (part.type === 'text') this.#tokens += part.text.split(' ').length;
      }
    }
    await sleep(0);
    this.#check(signal);
  }

  #check(signal: AbortSignal | undefined): void {
    if (this.#closed) throw new ChatReidError('ENGINE_CLOSED', 'closed', 'Start again.');
    if (signal?.aborted) throw new ChatReidError('CANCELLED', 'cancelled', 'Ask again.');
  }
}

const dimension = 8;

export class FakeEncoder implements Encoder {
  async describeEncoder(): Promise<EncoderDescription> {
    return { name: 'fake', space: 'f4ce-space', dimension, text: true, device: 'cpu' };
  }

  async encodePictures(pictures: readonly Picture[]): Promise<(Float32Array | Error)[]> {
    return Promise.all(
      pictures.map(async (picture) => {
        try {
          await openPicture(picture);
          return unitVector(picture.id);
        } catch (error) {
          return error instanceof Error ? error : new Error(messageOf(error));
        }
      }),
    );
  }

  async encodeTexts(texts: readonly string[]): Promise<Float32Array[]> {
    return texts.map(unitVector);
  }
}

function unitVector(seed: string): Float32Array {
  const raw = Array.from({ length: dimension }, (_, i) => chance(seed, i) - 0.5);
  const length = Math.hypot(...raw);
  return Float32Array.from(raw, (value) => value / length);
}
