/** The DeepChange reader: its names, and the five lists that are counted together. */
import { appendFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deepChange } from '../../../src/evaluation/datasets/deepchange.ts';
import { trainingContract } from './benchmark-contract.ts';
import { files, lines } from './drawn-files.ts';

const train = ['P0318_C12_D8_H10_0_0.jpg', 'P0001_C01_D1_H9_3_1.jpg'];

async function layOut(root: string): Promise<{ rows: number }> {
  files(
    root,
    train.map((name) => `train-set/${name}`),
  );
  lines(root, 'train-set-bbox.txt', [`${train[0]},17`, `${train[1]}, 3`]);
  lines(root, 'test-set-query-bbox.txt', ['P0900_C02_D1_H9_3_1.jpg,5']);
  return { rows: 2 };
}

trainingContract(deepChange, {
  layOut,
  lose: async (root) => {
    await rm(join(root, 'train-set/P0001_C01_D1_H9_3_1.jpg'));
    return { row: 'train-set-bbox.txt line 2', source: 'train-set/P0001_C01_D1_H9_3_1.jpg' };
  },
  spoil: async (root) => {
    appendFileSync(join(root, 'train-set-bbox.txt'), 'P0318_C12.jpg,4\n');
    return 'train-set-bbox.txt line 3';
  },
});

describe('deepchange', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'chatreid-deepchange-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const read = () => deepChange.readTraining(folder, { allowPartial: true });

  it.each(['', 'DeepChangeDataset'])(
    'reads train-set, and counts the other lists (inside %s)',
    async (inside) => {
      const root = join(folder, inside);
      await layOut(root);
      const { rows, differences } = await read();
      expect(rows).toEqual([
        {
          source: `train-set/${train[1]}`,
          path: join(root, 'train-set', train[1]!),
          personId: '1',
          cameraId: '1',
          clothesId: 'D1',
          captions: [],
        },
        expect.objectContaining({ personId: '318', cameraId: '12', clothesId: 'D8' }),
      ]);
      expect(differences).toEqual([
        '3 pictures in the five lists instead of 178407',
        '3 persons in them instead of 1121',
      ]);
    },
  );

  it('names a malformed line of another list', async () => {
    await layOut(folder);
    lines(folder, 'val-set-gallery-bbox.txt', ['what is this']);
    await expect(read()).rejects.toMatchObject({
      message: expect.stringContaining('val-set-gallery-bbox.txt line 1'),
    });
  });
});
