/** EngineProcess keeps the engine contract, and gives the numbers of the same model in this process. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OnnxEngine } from '../../../src/engine/onnx-engine.ts';
import { EngineProcess } from '../../../src/engine/process/engine-process.ts';
import { ask, testPicture } from '../../support/prompts.ts';
import { tinyModel } from '../../support/tiny-model.ts';
import { collect, engineContract, expectSameRows } from '../engine-contract.ts';

const options = { model: tinyModel, device: 'cpu', threads: 1 } as const;

engineContract('EngineProcess', async () => new EngineProcess({ ...options, slice: 2 }));

describe('EngineProcess', () => {
  let local: OnnxEngine;
  let child: EngineProcess;
  beforeAll(async () => {
    local = await OnnxEngine.open(options);
    child = new EngineProcess({ ...options, slice: 3 });
  });
  afterAll(async () => {
    await Promise.all([local.close(), child.close()]);
  });

  it('describes, scores and replies as the engine that it hosts', async () => {
    expect(await child.describe()).toEqual(await local.describe());
    const query = await testPicture(1);
    const gallery = await Promise.all(Array.from({ length: 8 }, (_, i) => testPicture(i + 2)));
    const prompts = gallery.map((candidate) => ask(query, { type: 'keep' }, candidate, 'Same person?'));
    const rows = await local.score(prompts, ['Yes', 'No']);
    expectSameRows(await child.score(prompts, ['Yes', 'No']), rows);
    process.kill(child.pid ?? 0, 'SIGKILL');
    expectSameRows(await child.score(prompts, ['Yes', 'No']), rows);
    const reply = { maxTokens: 10, temperature: 1, seed: 1 };
    expect(await collect(child, prompts[0]!, reply)).toEqual(await collect(local, prompts[0]!, reply));
  });

  it('says what a folder lacks: a filter, a language model, or that its files are damaged', async () => {
    await expect(child.encodeTexts(['red cap'])).rejects.toMatchObject({ code: 'ENGINE_CANNOT' });
    expect(await child.score([ask('Same?')], ['Yes', 'No'])).toHaveLength(1);

    const folder = mkdtempSync(join(tmpdir(), 'chatreid-model-'));
    cpSync(tinyModel, folder, { recursive: true });
    cpSync(join(folder, 'onnx/embed_tokens.onnx'), join(folder, 'onnx/decoder_model_merged.onnx'));
    const damaged = new EngineProcess({ ...options, model: folder });
    await expect(damaged.describe()).rejects.toMatchObject({ code: 'MODEL_DAMAGED' });
    await damaged.close();
    rmSync(folder, { recursive: true });
  });

  it('knows its caches, with what earlier runs left on disk, as soon as the model is loaded', async () => {
    const cacheFolder = mkdtempSync(join(tmpdir(), 'chatreid-cache-'));
    const first = new EngineProcess({ ...options, cacheFolder });
    await first.score([ask(await testPicture(5), 'Who?')], ['Yes', 'No']);
    await first.close();
    const second = new EngineProcess({ ...options, cacheFolder });
    await second.describe();
    const { features, featuresOnDisk, prefixes } = (await second.stats()).caches;
    for (const { limitBytes } of [features, featuresOnDisk, prefixes]) expect(limitBytes).toBeGreaterThan(0);
    expect(featuresOnDisk.bytes).toBeGreaterThan(0);
    await second.close();
    rmSync(cacheFolder, { recursive: true });
  });

  it('forgets a picture', async () => {
    const picture = await testPicture(77);
    const prompt = ask(picture, 'Who?');
    const pictures = async () => (await child.stats()).pictureTokens;
    await child.score([prompt], ['Yes', 'No']);
    const known = await pictures();
    await child.score([prompt], ['Yes', 'No']);
    expect(await pictures()).toBe(known);
    await child.forget(picture.id);
    await child.score([prompt], ['Yes', 'No']);
    expect(await pictures()).toBeGreaterThan(known);
  });
});
