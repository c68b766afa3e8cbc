/** The whole search over a real store, with encoders and a model whose every answer is known beforehand. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Encoder } from '../../src/engine/encoder.ts';
import type { Engine } from '../../src/engine/engine.ts';
import type { Prompt } from '../../src/engine/prompt.ts';
import { ChatReidError } from '../../src/foundation/error.ts';
import { type Picture, pictureFromBytes, pictureId } from '../../src/foundation/picture.ts';
import { EmbeddedGalleryStore } from '../../src/gallery/embedded-store.ts';
import { Calibration } from '../../src/retrieval/calibration.ts';
import type { FusionNumbers } from '../../src/retrieval/fusion.ts';
import type { Query } from '../../src/retrieval/query.ts';
import { Retrieval } from '../../src/retrieval/retrieval.ts';
import type { SearchMode, SearchResult } from '../../src/retrieval/search-result.ts';
import { calibrationNumbers } from '../support/calibration-numbers.ts';

const space = 'test-space';
const people = 12;
const cameras = 3;

/** Person p on camera c: a direction of its own, turned a little by the camera. */
function direction(person: number, camera: number): Float32Array {
  const vector = new Float32Array(people + cameras);
  vector[person] = 0.9;
  vector[people + camera] = Math.sqrt(1 - 0.81);
  return vector;
}

const vectors = new Map<string, Float32Array>();
const owners = new Map<string, number>();
const pictures: Picture[][] = [];

/** Knows each picture's vector by its id; words name a person by number. */
const encoder: Encoder = {
  describeEncoder: async () => ({
    name: 'known',
    space,
    dimension: people + cameras,
    text: true,
    device: 'cpu',
  }),
  encodePictures: async (asked) =>
    asked.map(({ id }) => vectors.get(id) ?? new ChatReidError('PICTURE_DAMAGED', 'unknown', 'none')),
  encodeTexts: async (texts) => texts.map((text) => direction(Number(/\d+/.exec(text)?.[0]), 0)),
};

/** Likes candidates by a rule of the test; the candidate pictures of a prompt stand before its `keep` mark. */
function knowingEngine(worth: (person: number) => number): Engine & { prompts: Prompt[] } {
  const prompts: Prompt[] = [];
  return {
    prompts,
    describe: async () => ({
      kind: 'onnx',
      name: 'known',
      checksum: '0',
      device: 'cpu',
      dtype: 'fp32',
      maxChoices: 5,
    }),
    score: async (asked, answers) => {
      prompts.push(...asked);
      return asked.map((prompt) => {
        const parts = prompt.turns.flatMap((turn) => turn.parts);
        const kept = parts.slice(
          0,
          parts.findIndex(({ type }) => type === 'keep'),
        );
        const shown = kept.flatMap((part) =>
          part.type === 'picture' ? [worth(owners.get(part.picture.id)!)] : [],
        );
        return answers[0] === 'Yes' ? [shown[0]!, 0] : answers.map((_, i) => shown[i] ?? -100);
      });
    },
    generate: async function* () {},
    stats: () => Promise.reject(new Error('not asked for')),
    close: async () => {},
  };
}

let folder: string;
let store: EmbeddedGalleryStore;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chatreid-retrieval-'));
  store = await EmbeddedGalleryStore.open(folder);
  for (let person = 0; person < people; person++) {
    pictures[person] = [];
    for (let camera = 0; camera < cameras; camera++) {
      const bytes = await sharp({
        create: { width: 8, height: 16, channels: 3, background: { r: person * 20, g: camera * 80, b: 7 } },
      })
        .png()
        .toBuffer();
      const id = pictureId(bytes);
      vectors.set(id, direction(person, camera));
      owners.set(id, person);
      pictures[person]!.push(pictureFromBytes(bytes));
      const record = {
        pictureId: id,
        personId: `p${person}`,
        cameraId: `c${camera}`,
        source: `${person}-${camera}.png`,
        width: 8,
        height: 16,
      };
      await store.add('g', [{ record, bytes }]);
    }
  }
  await store.addVectors(
    space,
    [...vectors].map(([id, vector]) => ({ pictureId: id, vector })),
  );
  await store.setLiveSpace('g', space);
});

afterAll(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

const calibration = new Calibration(calibrationNumbers);
const of = (picture: Picture): Query => ({ pictures: [picture], words: '', negatives: [] });
const persons = (result: SearchResult) => result.ranking.map(({ record }) => record.personId);
const search = (query: Query, options = {}, engine?: Engine, fusion?: FusionNumbers) =>
  new Retrieval({
    store,
    encoder,
    calibration,
    ...(engine ? { engine } : {}),
    ...(fusion ? { fusion } : {}),
  }).search('g', query, options);

function expectWellFormed(result: SearchResult): void {
  expect(result.ranking.map(({ rank }) => rank)).toEqual(result.ranking.map((_, i) => i + 1));
  expect(new Set(result.ranking.map(({ record }) => record.pictureId)).size).toBe(result.ranking.length);
  let last = 1;
  for (const { confidence } of result.ranking) {
    expect(confidence).toBeGreaterThanOrEqual(0);
    expect(confidence).toBeLessThanOrEqual(last);
    last = confidence;
  }
}

describe('without a language model', () => {
  test('a picture finds its person first, and a note says who ranked', async () => {
    const result = await search(of(pictures[4]![1]!), { top: 5 });
    expect(persons(result).slice(0, 3)).toEqual(['p4', 'p4', 'p4']);
    expect(result).toMatchObject({
      kind: 'image',
      mode: 'filter',
      decision: 'found',
      filter: { of: 36, tau: 0.4 },
    });
    expect(result.ranking[0]).toMatchObject({ rank: 1, compared: false });
    expect(result.notes.join()).toMatch(/no language model/);
    expectWellFormed(result);
  });

  test('words find a person; words and a picture are weighed together', async () => {
    expect(persons(await search({ pictures: [], words: 'number 7', negatives: [] }, { top: 3 }))).toEqual([
      'p7',
      'p7',
      'p7',
    ]);
    const both = await search({ pictures: [pictures[2]![0]!], words: 'number 9', negatives: [] }, { top: 6 });
    expect(both.kind).toBe('mixed');
    expect(persons(both)).toEqual(['p2', 'p2', 'p2', 'p9', 'p9', 'p9']);
  });

  test('"not this one" takes that whole person out of the top, not only the picture', async () => {
    const between: Query = { pictures: [pictures[2]![0]!, pictures[3]![0]!], words: '', negatives: [] };
    expect(persons(await search(between, { top: 6 })).sort()).toEqual(['p2', 'p2', 'p2', 'p3', 'p3', 'p3']);
    const without = await search({ ...between, negatives: [pictures[2]![0]!] }, { top: 5 });
    expect(persons(without).slice(0, 3)).toEqual(['p3', 'p3', 'p3']);
    expect(without.ranking.map(({ record }) => record.pictureId)).not.toContain(pictures[2]![0]!.id);
    expectWellFormed(without);
  });

  test('a scope is obeyed, and nobody in it is "not in this gallery"', async () => {
    const result = await search(of(pictures[4]![1]!), { scope: { cameras: ['c2'] } });
    expect(result.filter.of).toBe(people);
    expect(result.ranking.every(({ record }) => record.cameraId === 'c2')).toBe(true);
    const nowhere = await search(of(pictures[4]![1]!), { scope: { cameras: ['c9'] } });
    expect(nowhere).toMatchObject({ ranking: [], decision: 'not-in-gallery', filter: { kept: 0, of: 0 } });
  });

  test.each<SearchMode>(['pairwise', 'best-choice', 'full'])('mode %s says what is missing', async (mode) => {
    await expect(search(of(pictures[0]![0]!), { mode })).rejects.toMatchObject({ code: 'ENGINE_CANNOT' });
  });
});

describe('with a language model', () => {
  // The model believes in low numbers; τ of -1 lets it see everybody.
  const believes = (person: number) => 6 - person;

  test.each<SearchMode>(['pairwise', 'best-choice', 'full'])('mode %s ranks by the model', async (mode) => {
    const result = await search(of(pictures[11]![0]!), { mode, tau: -1, top: 36 }, knowingEngine(believes));
    const expected = Array.from({ length: people }, (_, p) => [`p${p}`, `p${p}`, `p${p}`]).flat();
    expect(persons(result)).toEqual(expected);
    expect(result.mode).toBe(mode);
    expect(result.ranking.every(({ compared }) => compared)).toBe(true);
    expect(result.notes.join()).toMatch(/not calibrated/);
    expectWellFormed(result);
  });

  test('pairs give the probability of Yes as confidence', async () => {
    const result = await search(
      of(pictures[11]![0]!),
      { mode: 'pairwise', tau: -1, top: 36 },
      knowingEngine(believes),
    );
    for (const { confidence, record } of result.ranking) {
      const person = Number(record.personId!.slice(1));
      expect(confidence).toBeCloseTo(1 / (1 + Math.exp(person - 6)), 9);
    }
  });

  test('only what reaches τ is compared; the rest follows in the order of the filter', async () => {
    const engine = knowingEngine(believes);
    const result = await search(of(pictures[5]![0]!), { top: 36, tau: 0.5 }, engine);
    expect(result.ranking.filter(({ compared }) => compared).map(({ record }) => record.personId)).toEqual([
      'p5',
      'p5',
      'p5',
    ]);
    expect(result.filter).toEqual({ kept: 3, of: 36, tau: 0.5 });
    const rest = result.ranking.filter(({ compared }) => !compared).map(({ filterScore }) => filterScore);
    expect(rest).toEqual([...rest].sort((a, b) => b - a));
    expectWellFormed(result);
  });

  test('best choice never shows more candidates than the model can label', async () => {
    const engine = knowingEngine(believes);
    await search(of(pictures[0]![0]!), { mode: 'best-choice', tau: -1 }, engine);
    const shown = engine.prompts.map(
      (prompt) =>
        prompt.turns.flatMap(({ parts }) => parts).filter(({ type }) => type === 'picture').length - 1,
    );
    expect(Math.max(...shown)).toBeLessThanOrEqual(5);
  });

  test('the filter page comes first, then the ranking', async () => {
    const pages: SearchResult[] = [];
    const engine = knowingEngine(believes);
    const result = await search(
      of(pictures[6]![0]!),
      { tau: -1, onFirstPage: (page: SearchResult) => pages.push(page) },
      engine,
    );
    expect(pages).toHaveLength(1);
    expect(persons(pages[0]!).slice(0, 3)).toEqual(['p6', 'p6', 'p6']);
    expect(pages[0]!.mode).toBe('filter');
    expect(persons(result).slice(0, 3)).toEqual(['p0', 'p0', 'p0']);
  });
});

describe('with the filter weighed in', () => {
  const believes = (person: number) => 6 - person;
  const pair = (filter: number, language: number): FusionNumbers => ({
    image: {
      pair: { filter, language, bias: 0 },
      choice: { filter, language },
      pairs: 1,
      people: 1,
    },
  });
  const byLanguage = Array.from({ length: people }, (_, p) => [`p${p}`, `p${p}`, `p${p}`]).flat();

  test.each<SearchMode>(['pairwise', 'best-choice', 'full'])('mode %s goes by the weights', async (mode) => {
    const asked = of(pictures[11]![0]!);
    const options = { mode, tau: -1, top: 36 };
    const model = await search(asked, options, knowingEngine(believes), pair(0, 1));
    expect(persons(model)).toEqual(byLanguage);
    const filter = await search(asked, options, knowingEngine(believes), pair(1, 0));
    expect(persons(filter).slice(0, 3)).toEqual(['p11', 'p11', 'p11']);
    for (const result of [model, filter]) {
      expectWellFormed(result);
      expect(result.notes.join()).toMatch(/together/);
      expect(result.ranking.every(({ compared }) => compared)).toBe(true);
    }
  });

  test("--fusion none is the model's own answer, and so is a kind of query that was not measured", async () => {
    const options = { mode: 'pairwise', tau: -1, top: 36 };
    const asked = of(pictures[11]![0]!);
    const own = await search(asked, options, knowingEngine(believes));
    const without = { ...options, fusion: 'none' };
    const plain = (result: SearchResult) => result.ranking;
    expect(plain(await search(asked, without, knowingEngine(believes), pair(1, 0)))).toEqual(plain(own));
    const words = { pictures: [], words: 'number 7', negatives: [] };
    expect(plain(await search(words, options, knowingEngine(believes), pair(1, 0)))).toEqual(
      plain(await search(words, options, knowingEngine(believes))),
    );
  });
});

describe('what cannot be searched', () => {
  test.each([
    ['nothing at all', { pictures: [], words: '  ', negatives: [] }, {}, 'QUERY_EMPTY'],
    ['a ranking of no length', { pictures: [], words: '1', negatives: [] }, { top: 0 }, 'OPTION_INVALID'],
    [
      'a whole report as a description',
      { pictures: [], words: 'red '.repeat(9000), negatives: [] },
      {},
      'OPTION_INVALID',
    ],
    ['half a candidate', { pictures: [], words: '1', negatives: [] }, { shortlist: 1.5 }, 'OPTION_INVALID'],
    ['a rate of one', { pictures: [], words: '1', negatives: [] }, { falseMatchRate: 1 }, 'OPTION_INVALID'],
  ])('%s', async (_, query, options, code) => {
    await expect(search(query, options)).rejects.toMatchObject({ code });
  });

  test('a gallery that does not exist, and a picture that cannot be opened', async () => {
    const retrieval = new Retrieval({ store, encoder, calibration });
    await expect(retrieval.search('nowhere', of(pictures[0]![0]!))).rejects.toMatchObject({
      code: 'GALLERY_UNKNOWN',
    });
    const broken = pictureFromBytes(new Uint8Array([1, 2, 3]));
    await expect(search(of(broken))).rejects.toMatchObject({ code: 'PICTURE_DAMAGED' });
  });

  test('pictures that are not indexed yet are counted aloud', async () => {
    const bytes = await sharp({ create: { width: 9, height: 9, channels: 3, background: '#123456' } })
      .png()
      .toBuffer();
    const record = { pictureId: pictureId(bytes), source: 'late.png', width: 9, height: 9 };
    await store.add('g', [{ record, bytes }]);
    const result = await search(of(pictures[0]![0]!));
    expect(result.notes.join()).toMatch(/1 of 37 pictures are not indexed/);
    await store.remove('g', [record.pictureId]);
  });
});
