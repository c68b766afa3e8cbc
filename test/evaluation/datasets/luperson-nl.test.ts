/** The LUPerson-NL reader: country, city, video, and persons numbered through all of them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lupersonNl } from '../../../src/evaluation/datasets/luperson-nl.ts';
import { trainingContract } from './benchmark-contract.ts';
import { files } from './drawn-files.ts';

async function layOut(root: string): Promise<{ rows: number }> {
  files(root, [
    'Italy/Rome/b-video/000012_0000020_00.jpg',
    'Italy/Rome/a_video/000011_0000040_01.jpg',
    'Italy/Rome/a_video/000011_0000020_00.jpg',
    'Italy/Rome a/c/433996_0000020_00.jpg',
    'Japan/Tokyo/a_video/000011_0000020_00.jpg',
  ]);
  return { rows: 4 };
}

trainingContract(lupersonNl, {
  layOut,
  spoil: async (root) => {
    files(root, ['Italy/Rome/a_video/cover.jpg']);
    return 'Italy/Rome/a_video/cover.jpg';
  },
});

describe('luperson-nl', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'chatreid-luperson-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const read = () => lupersonNl.readTraining(folder, { allowPartial: true });

  it('reads a video that lies in two cities once', async () => {
    await layOut(folder);
    const { rows, differences } = await read();
    expect(rows.map((row) => [row.source, row.personId])).toEqual([
      ['Italy/Rome a/c/433996_0000020_00.jpg', '433996'],
      ['Italy/Rome/a_video/000011_0000020_00.jpg', '000011'],
      ['Italy/Rome/a_video/000011_0000040_01.jpg', '000011'],
      ['Italy/Rome/b-video/000012_0000020_00.jpg', '000012'],
    ]);
    expect(rows[0]!.path).toBe(join(folder, rows[0]!.source));
    expect(differences).toEqual(['4 pictures instead of 10683716', '3 persons instead of 433997']);
  });

  it.each(['keys.pkl', 'lmdb/data.mdb'])('refuses the packed form (%s)', async (file) => {
    files(folder, [file]);
    await expect(read()).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: expect.stringContaining('packed form'),
      next: expect.stringContaining('COUNTRY/CITY/VIDEO'),
    });
  });
});
