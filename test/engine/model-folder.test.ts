/** Model folders: whole, in older layouts, lacking, damaged, foreign. */
import { appendFile, cp, mkdtemp, readFile, rename, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { imageRules, languageModelConfig } from '../../src/engine/model-config.ts';
import { FileChecksums } from '../../src/engine/checksum.ts';
import { ModelFolder } from '../../src/engine/model-folder.ts';
import { OnnxEngine } from '../../src/engine/onnx-engine.ts';
import { ask } from '../support/prompts.ts';
import { tinyModel } from '../support/reference.ts';
import { writeTinyFilter } from '../support/tiny-filter.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'chatreid-model-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

let copies = 0;
async function copy(): Promise<string> {
  const folder = join(root, `copy-${copies++}`);
  await cp(tinyModel, folder, { recursive: true });
  return folder;
}

async function edit(
  folder: string,
  file: string,
  change: (json: Record<string, unknown>) => object,
): Promise<void> {
  const path = join(folder, file);
  await writeFile(
    path,
    JSON.stringify(change(JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>)),
  );
}

const open = (model: string) => OnnxEngine.open({ model, device: 'cpu', threads: 1 });
const unlist = (folder: string) => edit(folder, 'chatreid.json', (json) => ({ ...json, checksums: {} }));
const score = async (model: string) => {
  const engine = await open(model);
  const [row] = await engine.score([ask('Yes?')], ['Yes', 'No']);
  await engine.close();
  return row as number[];
};

describe('numbers in three sizes', () => {
  test('auto takes fp32 on the cpu, fp16 on cuda', async () => {
    const folder = await ModelFolder.open(tinyModel);
    expect((await folder.languageModel()).dtype).toBe('fp32');
    expect((await folder.languageModel('auto', 'cuda')).dtype).toBe('fp16');
    expect((await folder.languageModel('quantized')).graphs.embed_tokens).toBe(
      'onnx/embed_tokens_quantized.onnx',
    );
  });

  test('what is there is taken when the first choice is not', async () => {
    const model = await copy();
    for (const graph of ['vision_encoder', 'embed_tokens', 'decoder_model_merged']) {
      await rm(join(model, `onnx/${graph}.onnx`));
      await rename(join(model, `onnx/${graph}_quantized.onnx`), join(model, `onnx/${graph}_q4.onnx`));
    }
    await rm(join(model, 'onnx/vision_encoder_q4.onnx'));
    const folder = await ModelFolder.open(model);
    expect((await folder.languageModel()).dtype).toBe('fp16');
    // The vision tower was never made in q4: the closest is used.
    expect((await folder.languageModel('q4')).graphs.vision_encoder).toBe('onnx/vision_encoder_fp16.onnx');
    await expect(folder.languageModel('fp32')).rejects.toMatchObject({
      code: 'MODEL_MISSING',
      message: expect.stringContaining('vision_encoder.onnx'),
      next: expect.stringContaining('--dtype auto'),
    });
  });
});

describe('layouts', () => {
  test('sizes nested in text_config, and the chat template in each of its three places', async () => {
    const expected = await score(tinyModel);
    const model = await copy();
    await unlist(model);
    const flat = [
      'hidden_size',
      'num_hidden_layers',
      'num_attention_heads',
      'num_key_value_heads',
      'vocab_size',
    ];
    await edit(model, 'config.json', (json) => {
      const outer = Object.fromEntries(Object.entries(json).filter(([key]) => !flat.includes(key)));
      return { ...outer, text_config: Object.fromEntries(flat.map((key) => [key, json[key]])) };
    });
    expect(await score(model)).toEqual(expected);
    const template = await readFile(join(model, 'chat_template.jinja'), 'utf8');
    await rm(join(model, 'chat_template.jinja'));
    await writeFile(join(model, 'chat_template.json'), JSON.stringify({ chat_template: template }));
    expect(await score(model)).toEqual(expected);
    await rm(join(model, 'chat_template.json'));
    await edit(model, 'tokenizer_config.json', (json) => ({ ...json, chat_template: template }));
    expect(await score(model)).toEqual(expected);
    await edit(model, 'tokenizer_config.json', ({ chat_template: _, ...json }) => json);
    await expect(open(model)).rejects.toMatchObject({ code: 'MODEL_MISSING', message: /chat_template/ });
  });

  test('the sizes of the public Qwen2-VL-2B', () => {
    const config = languageModelConfig({
      model_type: 'qwen2_vl',
      hidden_size: 1536,
      num_hidden_layers: 28,
      num_attention_heads: 12,
      num_key_value_heads: 2,
      vocab_size: 151_936,
      max_position_embeddings: 32_768,
      image_token_id: 151_655,
      vision_config: { depth: 32, embed_dim: 1280, hidden_size: 1536, spatial_merge_size: 2 },
    });
    expect(config).toMatchObject({ layers: 28, keyHeads: 2, headSize: 128, hidden: 1536, mergeSize: 2 });
  });

  test('pixel bounds under each of their three names', () => {
    expect(imageRules({ min_pixels: 1, max_pixels: 2 })).toMatchObject({ minPixels: 1, maxPixels: 2 });
    expect(imageRules({ size: { min_pixels: 3, max_pixels: 4 } })).toMatchObject({
      minPixels: 3,
      maxPixels: 4,
    });
    expect(imageRules({ size: { shortest_edge: 5, longest_edge: 6 } })).toMatchObject({
      minPixels: 5,
      maxPixels: 6,
    });
    expect(imageRules({})).toMatchObject({
      minPixels: 3136,
      maxPixels: 1_003_520,
      patchSize: 14,
      rescale: 1 / 255,
    });
  });

  test('a filter alone is a model folder without a language model', async () => {
    const model = join(root, 'filter');
    await writeTinyFilter(model);
    expect((await ModelFolder.open(model)).hasLanguageModel).toBe(false);
    await expect(open(model)).rejects.toMatchObject({
      code: 'MODEL_MISSING',
      message: expect.stringContaining('only a filter'),
    });
  });
});

describe('what is wrong is named, with what to do', () => {
  test('no folder, an empty one, a file in its place', async () => {
    for (const path of [join(root, 'nowhere'), root, join(tinyModel, 'config.json')]) {
      await expect(open(path)).rejects.toMatchObject({
        code: 'MODEL_MISSING',
        message: expect.stringContaining(path),
      });
    }
  });

  test.each([
    'config.json',
    'preprocessor_config.json',
    'tokenizer.json',
    'onnx/vision_encoder.onnx',
    'onnx/decoder_model_merged.onnx',
  ])('without %s', async (file) => {
    const model = await copy();
    for (const suffix of ['', '_fp16', '_quantized']) {
      await rm(join(model, file.replace('.onnx', `${suffix}.onnx`)), { force: true });
    }
    await expect(open(model)).rejects.toMatchObject({
      code: 'MODEL_MISSING',
      message: expect.stringContaining(file),
      next: expect.stringMatching(/\w/),
    });
  });

  test.each(['onnx/decoder_model_merged.onnx', 'tokenizer.json', 'config.json'])(
    '%s changed since chatreid.json was written',
    async (file) => {
      const model = await copy();
      const bytes = await readFile(join(model, file));
      await writeFile(join(model, file), Buffer.concat([bytes, Buffer.from(' ')]));
      await expect(open(model)).rejects.toMatchObject({
        code: 'MODEL_DAMAGED',
        message: expect.stringContaining(file),
        next: expect.stringContaining('again'),
      });
    },
  );

  test.each([
    'preprocessor_config.json',
    'chat_template.jinja',
    'generation_config.json',
    'tokenizer_config.json',
  ])('%s that is not the listed one', async (file) => {
    const model = await copy();
    await appendFile(join(model, file), ' ');
    await expect(open(model)).rejects.toMatchObject({
      code: 'MODEL_DAMAGED',
      message: expect.stringContaining(file),
    });
  });

  test('half a graph that nothing lists, settings that are not JSON, settings that make no sense', async () => {
    const model = await copy();
    await unlist(model);
    const graph = join(model, 'onnx/vision_encoder.onnx');
    const whole = await readFile(graph);
    await truncate(graph, Math.floor(whole.length / 2));
    await expect(open(model)).rejects.toMatchObject({
      code: 'MODEL_DAMAGED',
      message: /vision_encoder\.onnx/,
    });
    await writeFile(graph, whole);
    const config = await readFile(join(model, 'config.json'), 'utf8');
    await writeFile(join(model, 'config.json'), config.slice(0, 50));
    await expect(open(model)).rejects.toMatchObject({ code: 'MODEL_DAMAGED', message: /config\.json/ });
    await writeFile(join(model, 'config.json'), config.replace('"hidden_size": 64,', ''));
    await expect(open(model)).rejects.toMatchObject({ code: 'MODEL_DAMAGED', message: /hidden_size/ });
    await writeFile(
      join(model, 'config.json'),
      config.replace('"num_hidden_layers": 2', '"num_hidden_layers": 3'),
    );
    await expect(open(model)).rejects.toMatchObject({ code: 'MODEL_UNSUPPORTED', message: /3 layers/ });
  });

  test('another family of models', async () => {
    const model = await copy();
    await unlist(model);
    await edit(model, 'config.json', (json) => ({ ...json, model_type: 'llava' }));
    await expect(open(model)).rejects.toMatchObject({ code: 'MODEL_UNSUPPORTED', message: /llava/ });
  });

  test('a number type that does not exist', async () => {
    await expect(OnnxEngine.open({ model: tinyModel, dtype: 'fp8' })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      next: expect.stringContaining('fp16'),
    });
  });
});

describe('the checksum', () => {
  const checksum = async (model: string, dtype?: string) => {
    const engine = await OnnxEngine.open({ model, device: 'cpu', ...(dtype ? { dtype } : {}) });
    const description = await engine.describe();
    await engine.close();
    return description.checksum;
  };

  test('is the same for the same files anywhere, and another for other files', async () => {
    const model = await copy();
    const first = await checksum(tinyModel);
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    expect(await checksum(model)).toBe(first);
    expect(await checksum(model, 'fp16')).not.toBe(first);
    await unlist(model);
    expect(await checksum(model)).toBe(first);
    await edit(model, 'preprocessor_config.json', (json) => ({ ...json, max_pixels: 200_000 }));
    expect(await checksum(model)).not.toBe(first);
  });

  test('of a large file is read once and remembered until the file changes', async () => {
    const cacheFolder = join(root, 'cache');
    const file = join(root, 'large.onnx');
    const mtime = new Date(1_700_000_000_000);
    const write = async (text: string) => {
      await writeFile(file, text);
      await utimes(file, mtime, mtime);
    };
    const of = () => new FileChecksums(cacheFolder, 4).of(file);
    const remembered = async () =>
      Object.values(JSON.parse(await readFile(join(cacheFolder, 'checksums.json'), 'utf8')) as object);
    await write('weights');
    const first = await of();
    const [kept] = (await remembered()) as { stamp: string; sha256: string }[];
    // What is remembered is trusted, which shows that the file is not read again.
    const other = { [file]: { ...kept, sha256: 'f'.repeat(64) } };
    await writeFile(join(cacheFolder, 'checksums.json'), JSON.stringify(other));
    expect(await of()).toBe('f'.repeat(64));
    // Same size, same time of change: set back, as anybody can who may write the file.
    await write('WEIGHTS');
    const second = await of();
    expect(second).not.toBe('f'.repeat(64));
    expect(second).not.toBe(first);
    // A cache that cannot be read is no cache.
    await writeFile(join(cacheFolder, 'checksums.json'), '{"half');
    expect(await of()).toBe(second);
  });
});
