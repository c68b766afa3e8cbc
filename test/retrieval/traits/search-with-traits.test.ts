/** Traits in the whole search, over a real store: they move candidates, and a search without them is what it was. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Encoder } from '../../../src/engine/encoder.ts';
import type { Trait } from '../../../src/foundation/person-attributes.ts';
import { pictureFromBytes } from '../../../src/foundation/picture.ts';
import { EmbeddedGalleryStore } from '../../../src/gallery/embedded-store.ts';
import { Calibration } from '../../../src/retrieval/calibration.ts';
import { Retrieval } from '../../../src/retrieval/retrieval.ts';
import { searchLine } from '../../../src/retrieval/search-line.ts';
import { calibrationNumbers } from '../../support/calibration-numbers.ts';
import { knownProbes, seen, smallPicture } from '../../support/known-probes.ts';

const space = 'seen';
const people = {
  hatted: seen(true, false, 'red'),
  bare: seen(false, false, 'red'),
  carrying: seen(false, true, 'blue'),
};
const encoder: Encoder = {
  describeEncoder: async () => ({ name: 'seen', space, dimension: 5, text: true, device: 'cpu' }),
  encodePictures: async (pictures) => pictures.map(() => people.hatted),
  encodeTexts: async (texts) => texts.map(() => people.hatted),
};
const photo = pictureFromBytes(Buffer.from('photo'));
const noHat: Trait = { name: 'hat', value: 'yes', present: false };

let folder: string;
let store: EmbeddedGalleryStore;
let plain: Retrieval;
let probing: Retrieval;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chatreid-traits-'));
  store = await EmbeddedGalleryStore.open(folder);
  for (const [at, [source, vector]] of Object.entries(people).entries()) {
    const bytes = await smallPicture(at);
    const { id } = pictureFromBytes(bytes);
    await store.add('g', [{ record: { pictureId: id, source, width: 8, height: 16 }, bytes }]);
    await store.addVectors(space, [{ pictureId: id, vector }]);
  }
  await store.setLiveSpace('g', space);
  const parts = { store, encoder, calibration: new Calibration(calibrationNumbers) };
  plain = new Retrieval(parts);
  probing = new Retrieval({ ...parts, probes: knownProbes });
});

afterAll(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

const search = async (retrieval: Retrieval, traits?: readonly Trait[], words = '') => {
  const pictures = words === '' ? [photo] : [];
  const query = { pictures, words, negatives: [], ...(traits ? { traits } : {}) };
  const { timings: _, ...result } = await retrieval.search('g', query);
  return result;
};
const order = (result: Awaited<ReturnType<typeof search>>) =>
  result.ranking.map(({ record }) => record.source);

test('without traits, or with none that can be told, nothing changes by a bit', async () => {
  const before = await search(plain);
  expect(order(before)).toEqual(['hatted', 'bare', 'carrying']);
  expect(await search(probing)).toEqual(before);
  expect(await search(probing, [])).toEqual(before);
  expect(await search(probing, [{ name: 'top', value: 'tartan', present: true }])).toEqual(before);
});

test('"no hat" lowers the hat, and raises who has none', async () => {
  const before = await search(plain, undefined, 'red top');
  const after = await search(probing, [noHat], 'red top');
  const confidence = (result: typeof before, source: string) =>
    result.ranking.find(({ record }) => record.source === source)!.confidence;
  expect(confidence(after, 'hatted')).toBeLessThan(confidence(before, 'hatted'));
  expect(confidence(after, 'bare')).toBeGreaterThan(confidence(before, 'bare'));
  expect([...after.ranking].sort((a, b) => b.confidence - a.confidence)).toEqual(after.ranking);
});

test('a model folder that knows no attributes says that a denial did not count', async () => {
  expect((await search(plain, [noHat])).notes.join(' ')).toContain('knows no attributes');
  expect((await search(probing, [noHat])).notes.join(' ')).not.toContain('knows no attributes');
});

test('the search line states what the words do not', () => {
  const line = (words: string, traits: readonly Trait[]) =>
    searchLine({ pictures: [photo], words, negatives: [], traits }, {}, 'UTC');
  const red: Trait = { name: 'top', value: 'red', present: true };
  const backpack: Trait = { name: 'backpack', value: 'yes', present: true };
  expect(line('red top', [red, noHat, backpack])).toBe('photo + "red top" + no hat + backpack');
  expect(line('', [red])).toBe('photo + red top');
  expect(line('a Backpack!', [backpack])).toBe('photo + "a Backpack!"');
});
