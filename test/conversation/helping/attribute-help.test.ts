/** The question that pays, what a picture shows, and reasons: over a store and probes whose every number is known. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AttributeHelp } from '../../../src/conversation/helping/attribute-help.ts';
import { questionText } from '../../../src/conversation/helping/question-words.ts';
import type { Encoder } from '../../../src/engine/encoder.ts';
import type { Trait } from '../../../src/foundation/person-attributes.ts';
import { pictureFromBytes } from '../../../src/foundation/picture.ts';
import { EmbeddedGalleryStore } from '../../../src/gallery/embedded-store.ts';
import { Calibration } from '../../../src/retrieval/calibration.ts';
import type { SearchResult } from '../../../src/retrieval/search-result.ts';
import { calibrationNumbers } from '../../support/calibration-numbers.ts';
import { knownProbes, seen, smallPicture } from '../../support/known-probes.ts';

const space = 'seen';
const people = [
  seen(true, false, 'red'),
  seen(true, true, 'red'),
  seen(true, false, 'blue'),
  seen(true, true, 'blue'),
];
const bytes = await Promise.all(people.map((_, at) => smallPicture(at)));
const files = bytes.map((one, at) => ({ id: pictureFromBytes(one).id, path: `/none/${at}` }));
const stranger = { id: 'f'.repeat(64), path: '/none/stranger' };
const encoder: Encoder = {
  describeEncoder: async () => ({ name: 'seen', space, dimension: 5, text: true, device: 'cpu' }),
  encodePictures: async (pictures) =>
    pictures.map(({ id }) => (id === stranger.id ? seen(false, false, 'other') : new Error('unknown'))),
  encodeTexts: async (texts) => texts.map(() => seen(true, true, 'red')),
};

let folder: string;
let store: EmbeddedGalleryStore;
let help: AttributeHelp;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chatreid-help-'));
  store = await EmbeddedGalleryStore.open(folder);
  for (const [at, vector] of people.entries()) {
    const record = { pictureId: files[at]!.id, source: `${at}`, width: 8, height: 16 };
    await store.add('g', [{ record, bytes: bytes[at]! }]);
    await store.addVectors(space, [{ pictureId: files[at]!.id, vector }]);
  }
  help = new AttributeHelp({
    store,
    encoder,
    calibration: new Calibration(calibrationNumbers),
    probes: knownProbes,
  });
});

afterAll(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

function resultOf(confidences: readonly number[]): SearchResult {
  return {
    kind: 'text',
    mode: 'filter',
    decision: 'unsure',
    decisionDetail: { sentence: '', falseMatchRate: 0.01, foundFrom: 0, absentBelow: 0 },
    ranking: confidences.map((confidence, at) => ({
      rank: at + 1,
      record: { pictureId: files[at]!.id, source: `${at}`, width: 8, height: 16 },
      path: files[at]!.path,
      filterScore: 0,
      confidence,
      compared: false,
    })),
    filter: { kept: 4, of: 4, tau: 0 },
    timings: { encode: 0, filter: 0, rank: 0, total: 0 },
    notes: [],
  };
}

const even = resultOf([0.2, 0.2, 0.2, 0.2]);
const known = (name: Trait['name'], value: string, present = true): Trait => ({ name, value, present });

describe('the question', () => {
  test('splits the candidates, in words, with its bits', async () => {
    const question = await help.question(even, [], [], []);
    expect(question).toMatchObject({
      id: 'backpack',
      value: 'yes',
      text: 'Was the person carrying a backpack?',
    });
    expect(question?.gain).toBeGreaterThan(0.3);
    expect(question?.gain).toBeLessThan(1);
  });

  test('is never asked twice, nor about what is known', async () => {
    expect((await help.question(even, ['backpack'], [], []))?.text).toMatch(/^Was the top (red|blue)\?$/);
    expect((await help.question(even, [], [known('top', 'blue')], []))?.id).toBe('backpack');
    expect(await help.question(even, ['backpack'], [known('top', 'blue')], [])).toBeUndefined();
  });

  test('is not asked where the photo answers it', async () => {
    // In a red top, with a backpack: what is left to ask is nothing.
    const photo = { id: files[1]!.id, path: files[1]!.path };
    expect(await help.question(even, [], [], [photo])).toBeUndefined();
    expect((await help.question(even, [], [], []))?.id).toBe('backpack');
  });

  test('is not asked where it does not pay: all wear hats, one is certain, or there is nobody to tell apart', async () => {
    expect(await help.question(even, ['top=red', 'top=blue', 'backpack'], [], [])).toBeUndefined();
    expect(await help.question(resultOf([0.9999, 0.01, 0.01, 0.01]), [], [], [])).toBeUndefined();
    expect(await help.question(resultOf([0.5]), [], [], [])).toBeUndefined();
  });

  test('nor by a model that knows no attributes', async () => {
    const blind = new AttributeHelp({ store, encoder, calibration: new Calibration(calibrationNumbers) });
    expect(await blind.question(even, [], [], [])).toBeUndefined();
    expect(await blind.describe(files[0]!)).toEqual([]);
  });

  test.each([
    ['hat', 'yes', 'Was the person wearing a hat or a cap?'],
    ['gender', 'woman', 'Was it a woman?'],
    ['age', 'elderly', 'Was the person elderly?'],
    ['age', 'adult', 'Was it an adult?'],
    ['hair', 'long', 'Did the person have long hair?'],
    ['sleeves', 'long', 'Did the top have long sleeves?'],
    ['bottom', 'black', 'Were the trousers, shorts or skirt black?'],
    ['legwear', 'shorts', 'Was the person wearing shorts?'],
    ['legwear', 'long skirt', 'Was the person wearing a long skirt?'],
  ] as const)('%s=%s: %s', (name, value, text) => {
    expect(questionText(name, value)).toBe(text);
  });

  test('of somebody in a skirt, the skirt is asked after', () => {
    expect(questionText('bottom', 'red', [known('legwear', 'skirt')])).toBe('Was the skirt red?');
    expect(questionText('bottom', 'red', [known('legwear', 'shorts')])).toBe('Were the shorts red?');
  });
});

test('a picture is described by what is sure of it, things that are not there included', async () => {
  const told = await help.describe(files[0]!);
  expect(told.map(({ phrase }) => phrase)).toEqual(['hat', 'red top', 'no backpack']);
  expect(told.every(({ probability }) => probability > 0.98)).toBe(true);
  // Of a colour without a word nothing is said.
  expect((await help.describe(stranger)).map(({ phrase }) => phrase)).toEqual(['no hat', 'no backpack']);
});

test('two pictures: what both show, and what only one does', async () => {
  const { common, different } = await help.compare(files[0]!, files[3]!);
  expect(common.map(({ phrase }) => phrase)).toEqual(['hat']);
  expect(different.map(({ phrase }) => phrase).sort()).toEqual(['backpack', 'blue top', 'red top']);
  const backpack = different.find(({ phrase }) => phrase === 'backpack')!;
  expect(backpack.second).toBeGreaterThan(0.98);
  expect(backpack.first).toBeLessThan(0.02);
});

test('reasons name the words, what fits and what does not, with probabilities', async () => {
  const query = {
    pictures: [stranger],
    words: 'red top',
    negatives: [],
    traits: [known('top', 'red'), known('hat', 'yes', false)],
  };
  const sentences = await help.why(query, { ...files[0]!, confidence: 0.87 });
  expect(sentences[0]).toContain('87 %');
  const text = sentences.join('\n');
  expect(text).toContain('The likeness to your picture is');
  expect(text).toContain('“red top”');
  expect(text).toContain('it looks like: red top (99 %)');
  expect(text).toContain('speaks against it: no hat (1 %)');
  expect(text).toContain('hat (1 % there, 99 % here)');
});
