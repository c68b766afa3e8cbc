/** A model whose numbers overflow ends in an error wherever it is asked, and leaves nothing in a cache. */
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { processPicture } from '../../src/engine/image-processor.ts';
import { imageRules } from '../../src/engine/model-config.ts';
import { OnnxEncoder } from '../../src/engine/onnx-encoder.ts';
import { OnnxEngine } from '../../src/engine/onnx-engine.ts';
import { allFinite, soundLogits } from '../../src/engine/overflow.ts';
import { confidence } from '../../src/engine/scorer.ts';
import { onnxModel } from '../support/onnx-builder.ts';
import { ask, testPicture } from '../support/prompts.ts';
import { filterDimension, filterSize, writeTinyFilter } from '../support/tiny-filter.ts';
import { tinyModel } from '../support/tiny-model.ts';

const overflow = { code: 'ENGINE_CANNOT', next: expect.stringContaining('fp32') };
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chatreid-overflow-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('numbers', () => {
  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    '%d is not finite',
    (number) => {
      expect(allFinite(Float32Array.of(1, number, -1))).toBe(false);
      expect(soundLogits(Float32Array.of(1, number, -1))).toBe(number === Number.NEGATIVE_INFINITY);
      expect(soundLogits(Float32Array.of(number, number))).toBe(false);
    },
  );

  test('in halves', () => {
    expect(allFinite(Uint16Array.of(0, 0x3c00, 0xfbff, 0x8001))).toBe(true);
    for (const bits of [0x7c00, 0xfc00, 0x7e00, 0xffff])
      expect(allFinite(Uint16Array.of(0, bits))).toBe(false);
  });
});

/** The tiny model, every word of which is embedded as this number. */
async function modelOfWords(number: number): Promise<string> {
  const model = join(folder, `words-${number}`);
  await cp(tinyModel, model, { recursive: true });
  const [words, hidden] = [768, 64];
  const embed = onnxModel({
    inputs: [{ name: 'input_ids', type: 'int64', shape: ['batch', 'tokens'] }],
    outputs: [{ name: 'inputs_embeds', type: 'float32', shape: ['batch', 'tokens', hidden] }],
    nodes: [{ op: 'Gather', inputs: ['weights', 'input_ids'], outputs: ['inputs_embeds'] }],
    constants: [
      { name: 'weights', dims: [words, hidden], data: new Float32Array(words * hidden).fill(number) },
    ],
  });
  await writeFile(join(model, 'onnx/embed_tokens.onnx'), embed);
  const card = JSON.parse(await readFile(join(model, 'chatreid.json'), 'utf8')) as object;
  await writeFile(join(model, 'chatreid.json'), JSON.stringify({ ...card, checksums: {} }));
  return model;
}

test('the language model: no confidence, no order and no word is made of numbers that are none', async () => {
  const sound = await OnnxEngine.open({ model: await modelOfWords(0.5), device: 'cpu', threads: 1 });
  expect(await confidence(sound, [ask('Same?')])).toHaveLength(1);
  await sound.close();
  const engine = await OnnxEngine.open({ model: await modelOfWords(Number.NaN), device: 'cpu', threads: 1 });
  await expect(confidence(engine, [ask('Same?')])).rejects.toMatchObject(overflow);
  await expect(engine.score([ask('Same?')], ['A', 'B'], { naive: true })).rejects.toMatchObject(overflow);
  await expect(engine.generate(ask('Who?'))[Symbol.asyncIterator]().next()).rejects.toMatchObject(overflow);
  await engine.close();
});

test('the vision encoder: nothing of it is kept', async () => {
  const rules = imageRules(JSON.parse(await readFile(join(tinyModel, 'preprocessor_config.json'), 'utf8')));
  const cacheFolder = join(folder, 'cache');
  const engine = await OnnxEngine.open({
    model: tinyModel,
    device: 'cpu',
    threads: 1,
    cacheFolder,
    pictureProcessor: async (picture) => {
      const { grid, pixels } = await processPicture(picture, rules);
      return { grid, pixels: pixels.fill(Number.NaN) };
    },
  });
  const question = ask(await testPicture(1), 'Who?');
  await expect(engine.score([question], ['Yes', 'No'])).rejects.toMatchObject(overflow);
  await expect(engine.score([question], ['Yes', 'No'], { naive: true })).rejects.toMatchObject(overflow);
  expect((await engine.stats()).caches.features.bytes).toBe(0);
  await engine.close();
  await expect(readdir(join(cacheFolder, 'features'))).rejects.toMatchObject({ code: 'ENOENT' });
});

test('the base filter: no vector', async () => {
  const image = { file: 'onnx/filter_image.onnx', ...filterSize, std: [0, 0, 0] };
  const model = join(folder, 'filter');
  await writeTinyFilter(model, { text: false, manifest: { filter: { dimension: filterDimension, image } } });
  const encoder = await OnnxEncoder.open({ model, device: 'cpu', threads: 1 });
  await expect(encoder.encodePictures([await testPicture(1)])).rejects.toMatchObject(overflow);
  await encoder.close();
});
