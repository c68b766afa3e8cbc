/** Free generation: the reference's greedy words, whole characters, seeded sampling. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generateTokens, textPieces } from '../../src/engine/generation.ts';
import { OnnxEngine } from '../../src/engine/onnx-engine.ts';
import { TextTokenizer } from '../../src/engine/tokenizer.ts';
import { ask } from '../support/prompts.ts';
import { promptOf, referencePatches, referencePrompts, tinyModel } from '../support/reference.ts';

const tokenizer = new TextTokenizer(
  JSON.parse(readFileSync(join(tinyModel, 'tokenizer.json'), 'utf8')) as object,
);
const end = tokenizer.controlId('<|im_end|>') as number;
const endOfText = tokenizer.controlId('<|endoftext|>') as number;

let engine: OnnxEngine;

beforeAll(async () => {
  engine = await OnnxEngine.open({
    model: tinyModel,
    device: 'cpu',
    threads: 1,
    pictureProcessor: referencePatches,
  });
});
afterAll(() => engine.close());

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe('greedy ids are those of the reference', () => {
  const numbered = (reference: (typeof referencePrompts)[number]) => reference.add_vision_id;
  test.each(referencePrompts.filter((reference) => !numbered(reference)))('$name', async (reference) => {
    const ends = reference.greedy.findIndex((id) => id === end || id === endOfText);
    const expected = ends < 0 ? reference.greedy : reference.greedy.slice(0, ends);
    const maxTokens = reference.greedy.length;
    for (const options of [{ maxTokens }, { maxTokens, naive: true }]) {
      expect(await collect(engine.generateIds(promptOf(reference), options))).toEqual(expected);
    }
    // A second time from kept keys of the prompt's beginning.
    const kept = promptOf(reference, [0]);
    for (let round = 0; round < 2; round++) {
      expect(await collect(engine.generateIds(kept, { maxTokens }))).toEqual(expected);
    }
    const text = (await collect(engine.generate(promptOf(reference), { maxTokens }))).join('');
    if (ends < 0 && !expected.some((id) => tokenizer.bytes(id).length === 0)) {
      expect(text).toBe(reference.greedy_text);
    }
  });
});

test('stops at an end token, which is not part of the reply', async () => {
  const row = (token: number) => Float32Array.from({ length: 8 }, (_, i) => (i === token ? 1 : 0));
  const script = [3, 5, 1, 6].map(row);
  let step = 0;
  const decoder = {
    step: async () => ({ logits: script[++step] as Float32Array, keys: { length: step, arrays: [] } }),
  };
  const start = { logits: script[0] as Float32Array, keys: { length: 0, arrays: [] }, position: 0 };
  const ids = generateTokens(decoder as never, start, new Set([1]), {}, async () => undefined);
  expect(await collect(ids)).toEqual([3, 5]);
});

describe('text in pieces', () => {
  async function* given(ids: readonly number[]) {
    yield* ids;
  }

  test.each(['一个穿红色上衣的行人', '👩🏽‍🦽🧢', 'café Straße', 'plain'])(
    '%s never comes in half characters',
    async (text) => {
      const ids = tokenizer.encodePlain(text);
      const pieces = await collect(textPieces(given(ids), tokenizer));
      expect(pieces.join('')).toBe(text);
      for (const piece of pieces) expect(piece).not.toContain('\ufffd');
    },
  );

  test('a character that never ends is shown as damaged, once, at the end', async () => {
    const ids = tokenizer.encodePlain('🧢');
    expect(ids.length).toBeGreaterThan(1);
    const pieces = await collect(textPieces(given(ids.slice(0, 1)), tokenizer));
    expect(pieces.join('')).toBe('\ufffd');
  });

  test('special tokens are no text', async () => {
    expect(await collect(textPieces(given([end, endOfText]), tokenizer))).toEqual([]);
  });
});

test('sampling repeats with the same seed and differs with another', async () => {
  const say = async (seed: number) =>
    collect(
      engine.generateIds(ask('Describe a man.'), { temperature: 1.5, topP: 0.95, seed, maxTokens: 24 }),
    );
  const [first, again, other] = [await say(1), await say(1), await say(2)];
  expect(again).toEqual(first);
  expect(other).not.toEqual(first);
});

test('options that make no sense are refused', async () => {
  for (const options of [{ temperature: -1 }, { topP: 0 }, { topP: 1.5 }, { maxTokens: -1 }]) {
    await expect(collect(engine.generate(ask('Hm?'), options))).rejects.toMatchObject({
      code: 'OPTION_INVALID',
    });
  }
});
