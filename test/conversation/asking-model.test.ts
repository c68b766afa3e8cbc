/** What two pictures are said to be, by a language model that was calibrated and by one that was not; and who may speak. */
import { describe, expect, test } from 'vitest';
import { AskingModel } from '../../src/conversation/asking-model.ts';
import type { Encoder } from '../../src/engine/encoder.ts';
import type { Engine, EngineDescription } from '../../src/engine/engine.ts';
import type { GalleryStore } from '../../src/gallery/gallery-store.ts';
import { Calibration, sigmoid } from '../../src/retrieval/calibration.ts';
import type { FusionNumbers } from '../../src/retrieval/fusion.ts';
import { calibrationNumbers } from '../support/calibration-numbers.ts';

const calibration = new Calibration(calibrationNumbers);
const first = { id: 'a', path: '/a.png' };
const second = { id: 'b', path: '/b.png' };
const vectors = [new Float32Array([1, 0]), new Float32Array([0.6, 0.8])];

function model(engine: { logit: number; speaks?: boolean } | undefined, fusion?: FusionNumbers): AskingModel {
  const description: EngineDescription = {
    kind: 'onnx',
    name: 'stand-in',
    checksum: '',
    device: 'cpu',
    dtype: 'fp32',
    maxChoices: 20,
    ...(engine?.speaks === undefined ? {} : { speaks: engine.speaks }),
  };
  const asked: Pick<Engine, 'describe' | 'score'> = {
    describe: async () => description,
    score: async () => [[engine?.logit ?? 0, 0]],
  };
  const encoder: Pick<Encoder, 'describeEncoder'> = {
    describeEncoder: async () => ({ name: 'known', space: 's', dimension: 2, text: true, device: 'cpu' }),
  };
  const store: Pick<GalleryStore, 'vectors'> = { vectors: async () => vectors };
  return new AskingModel({
    ...(engine ? { engine: asked as Engine } : {}),
    ...(fusion ? { fusion } : {}),
    encoder: encoder as Encoder,
    store: store as GalleryStore,
    calibration,
  });
}

const signal = new AbortController().signal;
const ratio = calibration.logLikelihoodRatio('image', Math.fround(0.6));

describe('whether two pictures show one person', () => {
  test('without a language model the filter says it', async () => {
    const { share, by } = await model(undefined).same(first, second, signal);
    expect(share).toBeCloseTo(sigmoid(ratio), 6);
    expect(by).toBe('filter');
  });

  test('a language model that nobody calibrated is taken at its word', async () => {
    expect(await model({ logit: 1.5 }).same(first, second, signal)).toEqual({
      share: sigmoid(1.5),
      by: 'model',
    });
  });

  test('a calibrated one is weighed with the filter as in a search', async () => {
    const pair = { filter: 0.8, language: 0.3, bias: -0.2 };
    const fusion = { image: { pair, choice: { filter: 1, language: 0 }, pairs: 100, people: 10 } };
    const { share, by } = await model({ logit: 1.5 }, fusion).same(first, second, signal);
    expect(share).toBeCloseTo(sigmoid(0.8 * ratio + 0.3 * 1.5 - 0.2), 6);
    expect(by).toBe('both');
  });
});

test('a model speaks unless it says that its words are not worth reading', async () => {
  expect(await model(undefined).speaks()).toBe(false);
  expect(await model({ logit: 0 }).speaks()).toBe(true);
  expect(await model({ logit: 0, speaks: false }).speaks()).toBe(false);
});
