/** The COCAS-Real2 reader: two lists of one set of pictures, asked with templates of clothes. */
import { appendFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cocasReal2 } from '../../../src/evaluation/datasets/cocas-real2.ts';
import { trainingContract } from './benchmark-contract.ts';
import { files, lines } from './drawn-files.ts';

const query = [
  'p1/a.jpg templates/t1.jpg 1 2 7',
  'p1/a.jpg templates/t2.jpg 1 2 7',
  'p2/b.jpg templates/t1.jpg 2 1 3',
];
const gallery = ['p1/c.jpg 1 3 8', 'p2/b.jpg 2 1 3'];

async function layOut(root: string): Promise<{ rows: number }> {
  files(root, ['images/p1/a.jpg', 'images/p2/b.jpg', 'images/p1/c.jpg', 'templates/t1.jpg']);
  lines(root, 'query.txt', query);
  lines(root, 'gallery.txt', gallery);
  return { rows: 3 };
}

trainingContract(cocasReal2, {
  layOut,
  lose: async (root) => {
    await rm(join(root, 'images/p1/c.jpg'));
    return { row: 'gallery.txt line 1', source: 'p1/c.jpg' };
  },
  spoil: async (root) => {
    appendFileSync(join(root, 'gallery.txt'), 'p1/a.jpg templates/t1.jpg 1 2 7\n');
    return 'gallery.txt line 3';
  },
});

describe('cocas-real2', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'chatreid-cocas-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const read = () => cocasReal2.readTraining(folder, { allowPartial: true });

  it('reads each picture once, with person, clothes and camera', async () => {
    await layOut(folder);
    const { rows } = await read();
    expect(rows.map((row) => [row.source, row.personId, row.clothesId, row.cameraId])).toEqual([
      ['images/p1/a.jpg', '1', '2', '7'],
      ['images/p1/c.jpg', '1', '3', '8'],
      ['images/p2/b.jpg', '2', '1', '3'],
    ]);
    expect(rows[0]).toEqual({
      source: 'images/p1/a.jpg',
      path: join(folder, 'images/p1/a.jpg'),
      personId: '1',
      clothesId: '2',
      cameraId: '7',
      captions: [],
    });
  });

  it('reads paths from the folder, and commas between the fields', async () => {
    await layOut(folder);
    lines(folder, 'query.txt', ['images/p1/a.jpg, templates/t1.jpg, 1, 2, 7']);
    lines(folder, 'gallery.txt', ['./images/p1/c.jpg,1,3,8']);
    expect((await read()).rows.map((row) => row.source)).toEqual(['images/p1/a.jpg', 'images/p1/c.jpg']);
  });

  it('refuses a line that is there twice, and lists that contradict each other', async () => {
    await layOut(folder);
    lines(folder, 'query.txt', [...query, query[1]!]);
    await expect(read()).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: expect.stringMatching(/query\.txt line 4: .*first in query\.txt line 2/),
    });
    for (const otherwise of ['p1/a.jpg 2 2 7', 'p1/a.jpg 1 3 7', 'p1/a.jpg 1 2 8']) {
      await layOut(folder);
      lines(folder, 'gallery.txt', [otherwise]);
      await expect(read()).rejects.toMatchObject({
        message: expect.stringContaining('gallery.txt line 1: p1/a.jpg has another person'),
      });
    }
  });

  it.each(['../p1/c.jpg', 'p1/../../p1/c.jpg'])('refuses %s, whether it is there or not', async (path) => {
    await layOut(join(folder, 'real2'));
    files(folder, ['p1/c.jpg']);
    appendFileSync(join(folder, 'real2/gallery.txt'), `${path} 9 1 1\n`);
    await expect(read()).rejects.toMatchObject({
      message: expect.stringMatching(/gallery\.txt line 3: .*p1\/c\.jpg leads out of the data set/),
    });
  });
});
