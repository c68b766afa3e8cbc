/** RemoteEngine keeps the engine contract, and ranks as the same model in this process does. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OnnxEngine } from '../../../src/engine/onnx-engine.ts';
import { RemoteEngine } from '../../../src/engine/remote/remote-engine.ts';
import { confidence } from '../../../src/engine/scorer.ts';
import { OpenAiServer } from '../../support/openai-server.ts';
import { ask, testPicture } from '../../support/prompts.ts';
import { tinyModel } from '../../support/tiny-model.ts';
import { engineContract, expectSameRows } from '../engine-contract.ts';

const tokens = ['Yes', 'No', 'A', 'B', 'C', 'D'];
const local = await OnnxEngine.open({ model: tinyModel, device: 'cpu', threads: 1 });
const server = await OpenAiServer.start({ engine: local, tokens });
afterAll(async () => {
  await server.stop();
  await local.close();
});

engineContract('RemoteEngine', async () => new RemoteEngine({ server: server.url }));

describe('RemoteEngine', () => {
  let remote: RemoteEngine;
  beforeAll(() => {
    remote = new RemoteEngine({ server: server.url });
  });
  afterAll(() => remote.close());

  it('ranks a gallery as the model in this process, from pictures of every format', async () => {
    const query = await testPicture(9, { format: 'jpeg' });
    const gallery = await Promise.all(
      (['png', 'jpeg', 'webp'] as const).flatMap((format) =>
        [1, 2, 3].map((seed) => testPicture(seed, { format, width: 28 * seed, height: 63 })),
      ),
    );
    const prompts = gallery.map((candidate) => ask(query, candidate, 'Is it the same person?'));
    const there = await confidence(remote, prompts);
    const here = await confidence(local, prompts);
    const best = (values: readonly number[]) =>
      values.map((_, i) => i).sort((a, b) => (values[b] ?? 0) - (values[a] ?? 0));
    expect(best(there)).toEqual(best(here));
    there.forEach((value, i) => {
      expect(Math.abs(value - (here[i] ?? Number.NaN))).toBeLessThan(1e-3);
    });

    const many = ask(query, ...gallery.slice(0, 4), 'Which of them is the same person?');
    const labels = ['A', 'B', 'C', 'D'];
    expectSameRows(await remote.score([many], labels), await local.score([many], labels));
  });
});
