/** The Market-1501 reader: its names, its junk, and the counts that it insists on. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { market1501, market1501Counts, market1501Rows } from '../../../src/evaluation/datasets/market1501.ts';
import { benchmarkContract, trainingContract } from './benchmark-contract.ts';

function files(folder: string, names: readonly string[]): void {
  mkdirSync(folder, { recursive: true });
  for (const name of names) writeFileSync(join(folder, name), '');
}

async function layOut(folder: string): Promise<{ queries: number; gallery: number }> {
  files(join(folder, 'query'), ['0002_c2s1_000001_00.jpg', '0001_c1s1_000001_00.jpg', 'Thumbs.db']);
  files(join(folder, 'bounding_box_test'), [
    '0001_c1s1_000005_01.jpg',
    '0001_c3s1_000009_01.jpg',
    '0002_c6s3_000009_02.jpg',
    '0000_c2s1_000004_01.jpg',
    '-1_c1s1_000002_01.jpg',
    '._0001_c1s1_000005_01.jpg',
    'Thumbs.db',
  ]);
  return { queries: 2, gallery: 4 };
}

benchmarkContract(market1501, {
  layOut,
  spoil: async (folder) => {
    files(join(folder, 'query'), ['0001_c7s1_000001_00.jpg']);
    return 'query/0001_c7s1_000001_00.jpg';
  },
});

trainingContract(market1501, {
  layOut: async (folder) => {
    files(join(folder, 'bounding_box_train'), [
      '0007_c3s3_077419_03.jpg',
      '0002_c1s1_000451_03.jpg',
      'Thumbs.db',
    ]);
    return { rows: 2 };
  },
  spoil: async (folder) => {
    files(join(folder, 'bounding_box_train'), ['0002_c9s1_000451_03.jpg']);
    return 'bounding_box_train/0002_c9s1_000451_03.jpg';
  },
});

describe('market1501', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'chatreid-market-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('reads person and camera, drops junk and keeps distractors', async () => {
    await layOut(folder);
    const { queries, gallery } = await market1501.read(folder, { allowPartial: true });
    expect(queries.map((row) => [row.personId, row.cameraId])).toEqual([
      ['0001', '1'],
      ['0002', '2'],
    ]);
    expect(gallery.map((row) => row.personId)).toEqual(['0000', '0001', '0001', '0002']);
    const relevance = market1501.settings[0].protocol.prepare(gallery)(queries[0]!);
    expect(relevance).toEqual({ positives: [2], ignored: [1] });
  });

  it.each([
    '00010_c1s1_000001_00.jpg',
    '1502_c1s1_000001_00.jpg',
    '-2_c1s1_000001_00.jpg',
    'me.jpg',
    '0001_c12s1_000001_00.jpg',
  ])('refuses the name %s', async (name) => {
    await layOut(folder);
    files(join(folder, 'bounding_box_test'), [name]);
    await expect(market1501.read(folder, { allowPartial: true })).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: expect.stringContaining(`bounding_box_test/${name}`),
    });
  });

  it('asks for nobody with junk', async () => {
    await layOut(folder);
    files(join(folder, 'query'), ['-1_c1s1_000001_00.jpg']);
    const { queries } = await market1501.read(folder, { allowPartial: true });
    expect(queries.map((row) => row.personId)).toEqual(['0001', '0002']);
  });

  it.each([true, false])('refuses to look for a distractor (allowPartial %s)', async (allowPartial) => {
    await layOut(folder);
    files(join(folder, 'query'), ['0000_c1s1_000001_00.jpg']);
    await expect(market1501.read(folder, { allowPartial })).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: 'query/0000_c1s1_000001_00.jpg: this is a distractor (0000), and Market-1501 looks for none.',
    });
  });

  it('says which folder is missing or empty', async () => {
    files(join(folder, 'query'), ['0001_c1s1_000001_00.jpg']);
    await expect(market1501.read(folder, { allowPartial: true })).rejects.toMatchObject({
      message: expect.stringContaining('no folder bounding_box_test'),
    });
    await mkdir(join(folder, 'bounding_box_test'));
    await expect(market1501.read(folder, { allowPartial: true })).rejects.toMatchObject({
      message: expect.stringContaining('bounding_box_test holds no picture'),
    });
  });

  it('takes the folder around it, as the archive unpacks', async () => {
    await layOut(join(folder, 'Market-1501-v15.09.15'));
    expect((await market1501.read(folder, { allowPartial: true })).queries).toHaveLength(2);
  });

  it('finds nothing to say of the published counts, and misses a single picture', () => {
    const { queries, persons, distractors, junk, testPictures } = market1501Counts;
    const many = (count: number, person: (at: number) => string): string[] =>
      Array.from(
        { length: count },
        (_, at) => `${person(at)}_c${1 + (at % 6)}s1_${String(at).padStart(6, '0')}_01.jpg`,
      );
    const one = (at: number): string => String(1 + (at % persons)).padStart(4, '0');
    const query = many(queries, one);
    const test = [
      ...many(testPictures - distractors - junk, one),
      ...many(distractors, () => '0000'),
      ...many(junk, () => '-1'),
    ];
    const whole = market1501Rows(folder, query, test);
    expect(whole.differences).toEqual([]);
    expect([whole.queries.length, whole.gallery.length]).toEqual([3368, 15_913]);

    expect(market1501Rows(folder, query, test.slice(1)).differences).toEqual([
      '19731 pictures in bounding_box_test instead of 19732',
    ]);
    expect(market1501Rows(folder, query, test.slice(0, -1)).differences).toEqual([
      '19731 pictures in bounding_box_test instead of 19732',
      '3818 junk pictures (-1) in bounding_box_test instead of 3819',
    ]);
  });
});
