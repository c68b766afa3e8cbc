/** The LLCM reader: two modalities, person from the list, camera from the name. */
import { appendFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { llcm, llcmCounts } from '../../../src/evaluation/datasets/llcm.ts';
import { trainingContract } from './benchmark-contract.ts';
import { files, lines } from './drawn-files.ts';

const visible = ['vis/0351/0351_c06_s200656_f4830_vis.jpg', 'vis/0001/0001_c01_s185535_f7010_vis.jpg'];
const infrared = ['nir/0351/0351_c09_s200656_f4830_nir.jpg'];

async function layOut(root: string): Promise<{ rows: number }> {
  files(root, [...visible, ...infrared]);
  lines(root, 'idx/train_vis.txt', [`${visible[0]} 200`, `${visible[1]} 0`]);
  lines(root, 'idx/train_nir.txt', [`${infrared[0]} 200`]);
  return { rows: 3 };
}

trainingContract(llcm, {
  layOut,
  lose: async (root) => {
    await rm(join(root, 'vis/0001/0001_c01_s185535_f7010_vis.jpg'));
    return { row: 'idx/train_vis.txt line 2', source: 'vis/0001/0001_c01_s185535_f7010_vis.jpg' };
  },
  spoil: async (root) => {
    appendFileSync(join(root, 'idx/train_nir.txt'), 'nir/0351/0351_c10_s200656_f4830_nir.jpg 200\n');
    return 'idx/train_nir.txt line 2';
  },
});

describe('llcm', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'chatreid-llcm-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('says which modality a picture is of', async () => {
    await layOut(join(folder, 'LLCM'));
    const { rows } = await llcm.readTraining(folder, { allowPartial: true });
    expect(rows.map((row) => [row.source, row.personId, row.cameraId, row.modality])).toEqual([
      [infrared[0], '200', '9', 'infrared'],
      [visible[1], '0', '1', 'visible'],
      [visible[0], '200', '6', 'visible'],
    ]);
  });

  it('names the lists that are not there and the lines that are there twice', async () => {
    files(folder, ['idx/test_id.txt']);
    await expect(llcm.readTraining(folder, { allowPartial: true })).rejects.toMatchObject({
      message: expect.stringContaining(`no file train_vis.txt in ${join(folder, 'idx')}`),
    });
    await layOut(folder);
    appendFileSync(join(folder, 'idx/train_vis.txt'), `${visible[1]} 7\n`);
    await expect(llcm.readTraining(folder, { allowPartial: true })).rejects.toMatchObject({
      message: expect.stringMatching(/train_vis\.txt line 3: .*first in .*train_vis\.txt line 2/),
    });
  });

  it('knows counts that add up with those of the test part', () => {
    expect(llcmCounts.visible + llcmCounts.infrared + 8680 + 7166).toBe(46_767);
    expect(llcmCounts.persons + 351).toBe(1064);
  });
});
