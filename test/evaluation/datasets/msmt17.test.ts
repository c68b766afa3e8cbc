/** The MSMT17 reader: both versions, the camera in the name, and the lists against the folders. */
import { appendFileSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { msmt17, msmt17Counts } from '../../../src/evaluation/datasets/msmt17.ts';
import { benchmarkContract, trainingContract } from './benchmark-contract.ts';
import { files, lines } from './drawn-files.ts';

const query = ['0001/0001_000_03_0303morning_0004_1.jpg 1', '0000/0000_000_01_0303morning_0008_0.jpg 0'];
const gallery = [
  '0000/0000_001_01_0303noon_0009_0.jpg 0',
  '0000/0000_002_14_0303noon_0009_0.jpg 0',
  '0001/0001_001_15_0114afternoon_0009_2.jpg 1',
];
const train = ['0000/0000_000_05_0303morning_0008_0.jpg 0', '0002/0002_000_05_0303morning_0008_0.jpg 2'];
const validation = ['0000/0000_001_06_0303morning_0008_0.jpg 0'];

const pathsOf = (folder: string, listed: readonly string[]): string[] =>
  listed.map((line) => `${folder}/${line.split(' ')[0]}`);

async function layOut(root: string, test = 'test'): Promise<{ queries: number; gallery: number }> {
  lines(root, 'list_query.txt', query);
  lines(root, 'list_gallery.txt', gallery);
  files(root, [...pathsOf(test, [...query, ...gallery]), `${test}/0000/Thumbs.db`]);
  return { queries: query.length, gallery: gallery.length };
}

async function layOutTraining(root: string, folder = 'train'): Promise<{ rows: number }> {
  lines(root, 'list_train.txt', train);
  lines(root, 'list_val.txt', validation);
  files(root, pathsOf(folder, [...train, ...validation]));
  return { rows: train.length + validation.length };
}

const add = (root: string, list: string, line: string): void => appendFileSync(join(root, list), `${line}\n`);

benchmarkContract(msmt17, {
  layOut,
  lose: async (root) => {
    await rm(join(root, 'test/0000/0000_002_14_0303noon_0009_0.jpg'));
    return { row: 'list_gallery.txt line 2', source: 'test/0000/0000_002_14_0303noon_0009_0.jpg' };
  },
  spoil: async (root) => {
    const camera16 = '0001/0001_001_16_0114afternoon_0009_2.jpg 1';
    add(root, 'list_gallery.txt', camera16);
    files(root, pathsOf('test', [camera16]));
    return 'list_gallery.txt line 4';
  },
});

trainingContract(msmt17, {
  layOut: layOutTraining,
  lose: async (root) => {
    await rm(join(root, 'train/0000/0000_001_06_0303morning_0008_0.jpg'));
    return { row: 'list_val.txt line 1', source: 'train/0000/0000_001_06_0303morning_0008_0.jpg' };
  },
  spoil: async (root) => {
    add(root, 'list_val.txt', '0002_c1s1_000451_03.jpg');
    return 'list_val.txt line 2';
  },
});

describe('msmt17', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'chatreid-msmt17-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const read = () => msmt17.read(folder, { allowPartial: true });

  it('takes the person from the list and the camera from the third field', async () => {
    await layOut(folder);
    const { queries, gallery } = await read();
    expect(queries.map((row) => [row.source, row.personId, row.cameraId])).toEqual([
      ['test/0000/0000_000_01_0303morning_0008_0.jpg', '0', '1'],
      ['test/0001/0001_000_03_0303morning_0004_1.jpg', '1', '3'],
    ]);
    expect(gallery.map((row) => row.cameraId)).toEqual(['1', '14', '15']);
    expect(msmt17.settings[0].protocol.prepare(gallery)(queries[0]!)).toEqual({
      positives: [1],
      ignored: [0],
    });
  });

  it.each([
    ['MSMT17_V1', 'train', 'test'],
    ['MSMT17_V2', 'mask_train_v2', 'mask_test_v2'],
  ])('takes the folder around %s', async (version, trainFolder, testFolder) => {
    await layOut(join(folder, version), testFolder);
    await layOutTraining(join(folder, version), trainFolder);
    expect((await read()).gallery[0]!.path).toContain(`/${version}/${testFolder}/0000/`);
    const { rows } = await msmt17.readTraining(folder, { allowPartial: true });
    expect(rows.map((row) => row.path)).toEqual(
      [train[0]!, validation[0]!, train[1]!].map((line) =>
        join(folder, version, trainFolder, line.split(' ')[0]!),
      ),
    );
  });

  it('takes a person for the same however the number is padded', async () => {
    await layOut(folder);
    lines(folder, 'list_query.txt', [`${query[0]!.split(' ')[0]} 007`]);
    expect((await read()).queries.map((row) => row.personId)).toEqual(['7']);
  });

  it('names both lines of a picture that is listed twice', async () => {
    await layOut(folder);
    add(folder, 'list_query.txt', query[0]!);
    await expect(read()).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: expect.stringMatching(/list_query\.txt line 3: .*first in list_query\.txt line 1/),
    });
  });

  it.each([
    ['a camera that is not the third field', '0000/0000_000_1_07_0303morning_0008_0.jpg 0'],
    ['a line of megabytes', 'x'.repeat(1_000_000)],
  ])('refuses %s', async (_, line) => {
    await layOut(folder);
    add(folder, 'list_query.txt', line);
    const error = await read().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'DATASET_INVALID',
      message: expect.stringContaining(`list_query.txt line 3: "${line.slice(0, 900)}`),
    });
    expect((error as Error).message.length).toBeLessThan(1100);
  });

  it('says which list is missing, or empty, and that no picture folder is there', async () => {
    await layOut(folder);
    rmSync(join(folder, 'list_gallery.txt'));
    await expect(read()).rejects.toMatchObject({
      message: expect.stringContaining('no file list_gallery.txt'),
      next: expect.stringContaining('mask_test_v2'),
    });
    lines(folder, 'list_gallery.txt', ['']);
    await expect(read()).rejects.toMatchObject({
      message: expect.stringContaining('no picture is named in list_gallery.txt'),
    });
    rmSync(join(folder, 'test'), { recursive: true });
    await expect(read()).rejects.toMatchObject({
      message: expect.stringContaining('mask_test_v2/ is there'),
    });
  });

  it('knows counts that add up to what the paper says of the whole', () => {
    const { queries, gallery, persons, trainingPictures, validationPictures, trainingPersons } = msmt17Counts;
    expect(queries + gallery + trainingPictures + validationPictures).toBe(126_441);
    expect(persons + trainingPersons).toBe(4101);
  });

  it('reads lists with Windows line ends and a byte-order mark', async () => {
    await layOut(folder);
    lines(folder, 'list_query.txt', [`\uFEFF${query[0]}\r`, `${query[1]}\r`]);
    expect((await read()).queries).toHaveLength(2);
  });
});
