/** The LaST reader: one folder a person, clothes at the end of the name. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { last } from '../../../src/evaluation/datasets/last.ts';
import { trainingContract } from './benchmark-contract.ts';
import { files } from './drawn-files.ts';

async function layOut(root: string): Promise<{ rows: number }> {
  files(root, [
    'train/000002/000002_0001_12_1.jpg',
    'train/000001/000001_0007_03_2.jpg',
    'train/000001/000001_0007_02_1.jpg',
    'train/000001/Thumbs.db',
    'train/.hidden/000009_0007_02_1.jpg',
    'val/query/000003_0007_02.jpg',
  ]);
  return { rows: 3 };
}

trainingContract(last, {
  layOut,
  spoil: async (root) => {
    files(root, ['train/000002/portrait.jpg']);
    return 'train/000002/portrait.jpg';
  },
});

describe('last', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'chatreid-last-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('reads person and clothes, and no camera', async () => {
    await layOut(join(folder, 'last'));
    const { rows, differences } = await last.readTraining(folder, { allowPartial: true });
    expect(rows[1]).toEqual({
      source: 'train/000001/000001_0007_03_2.jpg',
      path: join(folder, 'last/train/000001/000001_0007_03_2.jpg'),
      personId: '1',
      clothesId: '2',
      captions: [],
    });
    expect(differences).toEqual([
      '3 pictures in train instead of 71248',
      '2 persons in train instead of 5000',
    ]);
  });

  it('refuses a folder train without persons', async () => {
    files(folder, ['train/000001_0007_02_1.jpg']);
    await expect(last.readTraining(folder, { allowPartial: true })).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: expect.stringContaining('no folder in train/ holds a picture'),
    });
  });
});
