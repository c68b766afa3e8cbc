/** The CUHK03 reader: two protocols, two kinds of boxes, two layouts, and the release that must be prepared first. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cuhk03, cuhk03Counts } from '../../../src/evaluation/datasets/cuhk03.ts';
import { benchmarkContract, trainingContract } from './benchmark-contract.ts';
import { files, text } from './drawn-files.ts';

type Entry = readonly [path: string, person: number, camera: number];

/** As a Windows machine and a Linux machine write the paths. */
const entry = (name: string, person: number): Entry => [
  `${person % 2 === 0 ? '/data/cuhk03/images/' : 'D:\\cuhk03\\'}${name}`,
  person,
  Number(name.split('_')[2]) - 1,
];

const train = [entry('1_001_1_01.png', 0), entry('1_001_2_06.png', 0), entry('2_007_1_01.png', 1)];
const query = [entry('1_002_2_06.png', 2), entry('1_002_1_01.png', 2), entry('5_049_1_01.png', 1467)];
const gallery = [entry('1_002_1_02.png', 2), entry('1_002_2_07.png', 2), entry('5_049_2_08.png', 1467)];
const nameOf = ([path]: Entry): string => path.split(/[\\/]/).at(-1)!;

function write(root: string, protocol: string, splits: unknown, boxes = 'labeled'): void {
  text(root, `splits_${protocol}_${boxes}.json`, JSON.stringify(splits));
}

async function prepared(root: string, boxes = 'labeled'): Promise<{ queries: number; gallery: number }> {
  const everything = [...train, ...query, ...gallery];
  files(
    root,
    everything.map((one) => `images_${boxes}/${nameOf(one)}`),
  );
  write(root, 'new', [{ train, query, gallery, num_train_pids: 2 }], boxes);
  const test = [
    [entry('1_002_1_01.png', 0), entry('1_002_2_06.png', 0)],
    [entry('2_007_1_01.png', 0), entry('1_001_1_01.png', 1), entry('1_001_2_06.png', 1)],
  ];
  const splits = test.map((one) => ({ train: [train[2]], query: one, gallery: one }));
  write(root, 'classic', splits, boxes);
  return { queries: query.length, gallery: gallery.length };
}

function cropped(root: string): void {
  files(root, [
    'labeled/query/0002_c2_20.png',
    'labeled/query/0002_c1_18.png',
    'labeled/bounding_box_test/0002_c1_19.png',
    'labeled/bounding_box_test/0002_c2_21.png',
    'labeled/bounding_box_test/1467_c2_14096.png',
    'labeled/bounding_box_test/Thumbs.db',
    'labeled/bounding_box_train/0001_c1_1.png',
  ]);
}

benchmarkContract(cuhk03, {
  layOut: async (root) => {
    await prepared(root, 'detected');
    return prepared(root);
  },
  lose: async (root) => {
    await rm(join(root, 'images_labeled/1_002_2_07.png'));
    return { row: 'splits_new_labeled.json split 1 gallery row 2', source: 'images_labeled/1_002_2_07.png' };
  },
  spoil: async (root) => {
    write(root, 'new', [{ train, query, gallery: [...gallery, ['images/1_002_3_02.png', 2, 2]] }]);
    return 'splits_new_labeled.json split 1 gallery row 4';
  },
});

trainingContract(cuhk03, {
  layOut: async (root) => {
    await prepared(root);
    return { rows: train.length };
  },
  lose: async (root) => {
    await rm(join(root, 'images_labeled/2_007_1_01.png'));
    return { row: 'splits_new_labeled.json split 1 train row 3', source: 'images_labeled/2_007_1_01.png' };
  },
  spoil: async (root) => {
    write(root, 'new', [{ train: [...train, ['images/1_001_1_02.png', 0, 1]], query, gallery }]);
    files(root, ['images_labeled/1_001_1_02.png']);
    return 'splits_new_labeled.json split 1 train row 4';
  },
});

describe('cuhk03', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'chatreid-cuhk03-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const read = (name: string, corrected = false) =>
    cuhk03.read(folder, {
      allowPartial: true,
      setting: cuhk03.settings.find((setting) => setting.name === name)!,
      corrected,
    });

  it('has the new protocol on labelled boxes first', async () => {
    expect(cuhk03.settings.map(({ name }) => name)).toEqual([
      'np-labelled',
      'np-detected',
      'classic-labelled',
      'classic-detected',
    ]);
    await prepared(folder);
    const { queries } = await cuhk03.read(folder, { allowPartial: true });
    expect(queries.map((row) => [row.source, row.personId, row.cameraId])).toEqual([
      ['images_labeled/1_002_1_01.png', '2', '1'],
      ['images_labeled/1_002_2_06.png', '2', '2'],
      ['images_labeled/5_049_1_01.png', '1467', '1'],
    ]);
  });

  it('keeps detected boxes apart', async () => {
    await prepared(folder, 'detected');
    expect((await read('np-detected')).gallery[0]!.source).toBe('images_detected/1_002_1_02.png');
    await expect(read('np-labelled')).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: expect.stringContaining('splits_new_labeled.json'),
    });
    await expect(read('classic-labelled')).rejects.toMatchObject({
      message: expect.stringContaining('no splits_classic_labeled.json'),
    });
  });

  it('scores the first classic test set alone, which is both queries and gallery', async () => {
    await prepared(folder);
    const { queries, gallery, trials, differences } = await read('classic-labelled');
    expect(queries.map((row) => [row.source, row.personId])).toEqual([
      ['images_labeled/1_002_1_01.png', '1_002'],
      ['images_labeled/1_002_2_06.png', '1_002'],
    ]);
    expect(gallery).toEqual(queries);
    expect(trials).toBeUndefined();
    expect(differences).toEqual([
      '2 classic splits instead of 20',
      '3 labeled pictures in the first split instead of 14096',
      '1 persons in its test set instead of 100',
    ]);
  });

  it('corrected, draws every classic test set', async () => {
    await prepared(folder);
    const { queries, gallery, trials } = await read('classic-labelled', true);
    expect(queries.map((row) => row.source.slice('images_labeled/'.length))).toEqual([
      '1_001_1_01.png',
      '1_001_2_06.png',
      '1_002_1_01.png',
      '1_002_2_06.png',
      '2_007_1_01.png',
    ]);
    expect(gallery).toEqual(queries);
    expect(trials).toEqual([
      { queries: [2, 3], gallery: [2, 3] },
      { queries: [0, 1, 4], gallery: [0, 1, 4] },
    ]);
  });

  it('leaves rows out of its classic test sets, and a test set that has none left', async () => {
    await prepared(folder);
    for (const lost of ['1_002_2_06.png', '1_001_1_01.png']) await rm(join(folder, 'images_labeled', lost));
    const told =
      '2 rows were left out because no picture is there: images_labeled/1_002_2_06.png (splits_classic_labeled.json split 1 query row 2) and images_labeled/1_001_1_01.png (splits_classic_labeled.json split 2 query row 2)';
    const strict = await read('classic-labelled');
    expect(strict.queries.map(({ source }) => source)).toEqual(['images_labeled/1_002_1_01.png']);
    expect(strict.differences).toEqual([
      told,
      '2 classic splits instead of 20',
      '2 labeled pictures in the first split instead of 14096',
      '1 persons in its test set instead of 100',
    ]);
    const { queries, gallery, trials } = await read('classic-labelled', true);
    expect(queries.map(({ source }) => source.slice('images_labeled/'.length))).toEqual([
      '1_001_2_06.png',
      '1_002_1_01.png',
      '2_007_1_01.png',
    ]);
    expect(gallery).toEqual(queries);
    expect(trials).toEqual([
      { queries: [1], gallery: [1] },
      { queries: [0, 2], gallery: [0, 2] },
    ]);

    await rm(join(folder, 'images_labeled/1_002_1_01.png'));
    await expect(read('classic-labelled')).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: expect.stringContaining('no picture of the first classic test set is there'),
    });
    const second = await read('classic-labelled', true);
    expect(second.trials).toEqual([{ queries: [0, 1], gallery: [0, 1] }]);
    expect(second.queries).toHaveLength(2);
    expect(second.differences[1]).toBe(
      'classic test set 1 was left out because none of its query pictures, or none of its gallery pictures, is there',
    );
    for (const lost of ['2_007_1_01.png', '1_001_2_06.png']) await rm(join(folder, 'images_labeled', lost));
    await expect(read('classic-labelled', true)).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: expect.stringContaining('no picture of a classic test set is there'),
    });
  });

  it.each(['', 'cuhk03-np'])('reads the cropped layout (inside %s)', async (inside) => {
    cropped(join(folder, inside));
    const { queries, gallery } = await read('np-labelled');
    expect(queries.map((row) => [row.source, row.personId, row.cameraId])).toEqual([
      ['labeled/query/0002_c1_18.png', '0002', '1'],
      ['labeled/query/0002_c2_20.png', '0002', '2'],
    ]);
    expect(gallery).toHaveLength(3);
    const { rows } = await cuhk03.readTraining(folder, { allowPartial: true });
    expect(rows.map((row) => row.personId)).toEqual(['0001']);
    await expect(read('classic-labelled')).rejects.toMatchObject({
      message: expect.stringContaining('no classic splits'),
    });
    await expect(read('np-detected')).rejects.toMatchObject({
      message: expect.stringContaining('splits_new_detected.json'),
    });
  });

  it.each(['0002_c3_18.png', '1468_c1_18.png', '0000_c1_18.png', 'me.png'])('refuses %s', async (name) => {
    cropped(folder);
    files(folder, [`labeled/bounding_box_test/${name}`]);
    await expect(read('np-labelled')).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: expect.stringContaining(`labeled/bounding_box_test/${name}`),
    });
  });

  it.each(['cuhk03_release/cuhk-03.mat', 'cuhk-03.mat'])(
    'says how to prepare the release (%s)',
    async (file) => {
      files(folder, [file]);
      for (const { name } of cuhk03.settings) {
        await expect(read(name)).rejects.toMatchObject({
          code: 'DATASET_INVALID',
          message: expect.stringContaining('has not been unpacked'),
          next: expect.stringMatching(/torchreid.*cuhk03_new_protocol_config/),
        });
      }
    },
  );

  it('names a picture of the split that is there twice', async () => {
    await prepared(folder);
    write(folder, 'new', [{ train, query: [...query, query[0]], gallery }]);
    await expect(read('np-labelled')).rejects.toMatchObject({
      message: expect.stringMatching(/query row 4: .*first in .*query row 1/),
    });
  });

  it.each([
    ['{', 'not JSON'],
    ['{}', 'no list of splits'],
    ['[]', 'no list of splits'],
    ['[null]', 'split 1 query: this is no list of pictures'],
    ['[{"query":[]}]', 'split 1 query: this is no list of pictures'],
    ['[{"query":[7]}]', 'split 1 query row 1'],
    ['[{"query":[["1_002_1_01.png","2",0]]}]', 'split 1 query row 1'],
  ])('refuses the splits %s', async (json, words) => {
    await prepared(folder);
    text(folder, 'splits_new_labeled.json', json);
    await expect(read('np-labelled')).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: expect.stringContaining(words),
    });
  });

  it('knows counts that add up to the whole', () => {
    const whole = (boxes: 'labeled' | 'detected'): number => {
      const { trainingPictures, queries, gallery } = cuhk03Counts[boxes];
      return trainingPictures + queries + gallery;
    };
    expect([whole('labeled'), whole('detected')]).toEqual([14_096, 14_097]);
    expect(cuhk03Counts.trainingPersons + cuhk03Counts.persons).toBe(1467);
  });
});
