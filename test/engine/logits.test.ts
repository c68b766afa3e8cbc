/** Logits equal the reference's within 1e-3: one to six pictures, alone and in padded batches, with and without kept keys. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ChatTemplate } from '../../src/engine/chat-template.ts';
import { type EngineParts, loadEngineParts } from '../../src/engine/engine-parts.ts';
import { KeyCache } from '../../src/engine/key-cache.ts';
import { PrefixRunner } from '../../src/engine/prefix-runner.ts';
import { type EncodedPrompt, PromptEncoder } from '../../src/engine/prompt-encoder.ts';
import type { PictureFeatures } from '../../src/engine/vision-encoder.ts';
import {
  promptOf,
  type ReferencePrompt,
  referenceBatches,
  referencePatches,
  referencePicture,
  referencePictures,
  referencePrompts,
  referenceTensor,
  tinyModel,
} from '../support/reference.ts';

const tolerance = 1e-3;
const anywhere = async () => undefined;
const manyPictures = referencePrompts.filter(({ pictures }) => pictures.length >= 1);

let parts: EngineParts;
const features = new Map<string, PictureFeatures>();

beforeAll(async () => {
  parts = await loadEngineParts({ model: tinyModel, device: 'cpu', threads: 1 });
  const pictures = referencePictures.map(({ picture }) => referencePicture(picture));
  const patches = await Promise.all(pictures.map(referencePatches));
  const encoded = await parts.vision.encode(patches);
  pictures.forEach(({ id }, i) => {
    features.set(id, encoded[i] as PictureFeatures);
  });
});

afterAll(async () => {
  await parts.vision.release();
  await parts.decoder.release();
});

const featuresOf = (id: string) => features.get(id) as PictureFeatures;

function encode(reference: ReferencePrompt, keepAfter: readonly number[] = []): EncodedPrompt {
  const variables = reference.add_vision_id ? { add_vision_id: true } : {};
  const encoder = new PromptEncoder(
    new ChatTemplate(parts.encoder.template.source, variables),
    parts.encoder.tokenizer,
    {
      ...parts.encoder.rules,
    },
  );
  return encoder.encode(promptOf(reference, keepAfter), (id) => featuresOf(id).grid);
}

/** @param limits of a batch; small ones make many runs, large ones much padding */
function runner(keptBytes: number, tokens = 4096): PrefixRunner {
  return new PrefixRunner(parts.decoder, new KeyCache(keptBytes), { tokens, context: 1e9, padding: true });
}

async function logitsOf(run: PrefixRunner, prompts: readonly EncodedPrompt[]): Promise<Float32Array[]> {
  const known = prompts.map((prompt) => run.cache.longest(prompt));
  return run.logits(prompts, known, featuresOf, anywhere);
}

function expectSame(actual: Float32Array | undefined, expected: Float32Array): void {
  expect(actual?.length).toBe(expected.length);
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    worst = Math.max(worst, Math.abs((actual?.[i] as number) - (expected[i] as number)));
  }
  expect(worst).toBeLessThan(tolerance);
}

const firstRow = ({ logits }: ReferencePrompt) =>
  referenceTensor({ ...logits, shape: [1, logits.shape[1] as number] });

test('the reference has prompts of one to six pictures', () => {
  expect(new Set(manyPictures.map(({ pictures }) => pictures.length))).toEqual(new Set([1, 2, 3, 4, 6]));
});

describe('picture features', () => {
  test.each(referencePictures)('$picture, alone and among others', async ({ picture, image_features }) => {
    const expected = referenceTensor(image_features);
    const [alone] = await parts.vision.encode([await referencePatches(referencePicture(picture))]);
    expectSame(alone?.data as Float32Array, expected);
    expectSame(featuresOf(referencePicture(picture).id).data as Float32Array, expected);
  });
});

describe.each(referencePrompts)('$name', (reference) => {
  test('alone, nothing kept', async () => {
    const [row] = await logitsOf(runner(0), [encode(reference)]);
    expectSame(row, firstRow(reference));
  });

  test('with keys kept after each part, computed and found again', async () => {
    for (const keepAfter of [[0], [1], [2], [0, 1, 2]]) {
      const run = runner(1e9);
      const prompt = encode(reference, keepAfter);
      const [computed] = await logitsOf(run, [prompt]);
      const before = run.tokens;
      const [found] = await logitsOf(run, [prompt]);
      expectSame(computed, firstRow(reference));
      expectSame(found, firstRow(reference));
      const last = prompt.marks.at(-1) ?? 0;
      expect(run.tokens - before).toBe(prompt.ids.length - last);
    }
  });

  test('with nothing kept, marks make no more runs', async () => {
    const run = runner(0);
    const runs = vi.spyOn(parts.decoder, 'run');
    const [row] = await logitsOf(run, [encode(reference, [0, 1])]);
    expect(runs).toHaveBeenCalledOnce();
    runs.mockRestore();
    expectSame(row, firstRow(reference));
  });

  test('step by step after a kept past', async () => {
    const prompt = encode(reference);
    const expected = referenceTensor(reference.logits);
    const vocabulary = reference.logits.shape[1] as number;
    let { logits, keys } = await runner(0).prefill(prompt, undefined, featuresOf, anywhere);
    for (let step = 0; step < 3; step++) {
      expectSame(logits, expected.subarray(step * vocabulary, (step + 1) * vocabulary));
      const position = prompt.ids.length + prompt.positions.delta + step;
      ({ logits, keys } = await parts.decoder.step(reference.greedy[step] as number, position, keys));
    }
  });
});

describe('batches', () => {
  const byName = new Map(referencePrompts.map((prompt) => [prompt.name, prompt]));

  test.each(referenceBatches)('$name: padded as the reference pads', async ({ prompts, logits }) => {
    const rows = prompts.map((name) => {
      const prompt = encode(byName.get(name) as ReferencePrompt);
      return { prompt, start: 0, end: prompt.ids.length, past: undefined };
    });
    const result = await parts.decoder.run(rows, featuresOf, { logits: true });
    const expected = referenceTensor(logits);
    const vocabulary = logits.shape[1] as number;
    result.logits?.forEach((row, i) => {
      expectSame(row, expected.subarray(i * vocabulary, (i + 1) * vocabulary));
    });
  });

  test('all prompts in one run after pasts of all lengths', async () => {
    const rows = [];
    for (const [i, reference] of referencePrompts.entries()) {
      const prompt = encode(reference);
      // Pasts that end in words, inside pictures, nowhere, and just before the end.
      const cut = [0, 7, Math.floor(prompt.ids.length / 2), prompt.ids.length - 1][i % 4] as number;
      const head = { prompt, start: 0, end: cut, past: undefined };
      const past =
        cut === 0 ? undefined : (await parts.decoder.run([head], featuresOf, { keys: true })).keys?.[0];
      rows.push({ prompt, start: cut, end: prompt.ids.length, past });
    }
    const { logits, keys } = await parts.decoder.run(rows, featuresOf, { logits: true, keys: true });
    referencePrompts.forEach((reference, i) => {
      expectSame(logits?.[i], firstRow(reference));
      expect(keys?.[i]?.length).toBe(reference.ids.length);
    });
    // Keys cut out of the padded batch carry on as well as any.
    for (const [i, reference] of referencePrompts.entries()) {
      const { delta } = rows[i]?.prompt.positions ?? { delta: 0 };
      const position = reference.ids.length + delta;
      const next = await parts.decoder.step(reference.greedy[0] as number, position, keys?.[i] as never);
      const vocabulary = reference.logits.shape[1] as number;
      expectSame(next.logits, referenceTensor(reference.logits).subarray(vocabulary, 2 * vocabulary));
    }
  });

  test.each([1, 60, 400, 4096])(
    'all prompts in one call, %i tokens a run, shared beginnings',
    async (tokens) => {
      for (const keepAfter of [[], [0], [0, 1]]) {
        const run = runner(1e9, tokens);
        const prompts = referencePrompts.map((reference) => encode(reference, keepAfter));
        for (let round = 0; round < 2; round++) {
          const rows = await logitsOf(run, prompts);
          referencePrompts.forEach((reference, i) => {
            expectSame(rows[i], firstRow(reference));
          });
        }
      }
    },
  );
});
