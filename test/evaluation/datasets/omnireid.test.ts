/** The OmniReID reader: ten lists of one kind, persons kept apart, captions by key. */
import { appendFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { omniReid } from '../../../src/evaluation/datasets/omnireid.ts';
import { trainingContract } from './benchmark-contract.ts';
import { files, lines, text } from './drawn-files.ts';

const captions = { 'imgs/1#0': 'a man in blue', 'imgs/1#1': 'a tall man', 'imgs/2': ['a girl', 'a child'] };

async function layOut(root: string): Promise<{ rows: number }> {
  files(root, [
    'market/Market-1501/a.jpg',
    'prcc/rgb/b.jpg',
    'CUHK-Pedes/imgs/1.jpg',
    'CUHK-Pedes/imgs/2.jpg',
  ]);
  lines(root, 'market/datalist/train.txt', ['Market-1501/a.jpg do_not_change_clothes 5 -1 2']);
  lines(root, 'prcc/datalist/train.txt', ['rgb/b.jpg prcc_A_templates/5.jpg 5 3']);
  lines(root, 'CUHK-Pedes/train_t2i_v2.txt', [
    'imgs/2.jpg imgs/2 8 -1',
    'imgs/1.jpg imgs/1#0 7 -1',
    'imgs/1.jpg imgs/1#1 7 -1',
  ]);
  text(root, 'CUHK-Pedes/caption_t2i_v2.json', JSON.stringify(captions));
  return { rows: 4 };
}

trainingContract(omniReid, {
  layOut,
  lose: async (root) => {
    await rm(join(root, 'CUHK-Pedes/imgs/1.jpg'));
    return { row: 'CUHK-Pedes/train_t2i_v2.txt line 2', source: 'CUHK-Pedes/imgs/1.jpg' };
  },
  spoil: async (root) => {
    appendFileSync(join(root, 'prcc/datalist/train.txt'), 'rgb/b.jpg prcc_A_templates/6.jpg five 3\n');
    return 'prcc/datalist/train.txt line 2';
  },
});

describe('omnireid', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'chatreid-omnireid-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const read = () => omniReid.readTraining(folder, { allowPartial: true });

  it('keeps persons of its parts apart, and gathers the captions of a picture', async () => {
    await layOut(join(folder, 'data'));
    const { rows, differences } = await read();
    expect(rows.map(({ path: _, ...row }) => row)).toEqual([
      {
        source: 'CUHK-Pedes/imgs/1.jpg',
        personId: 'CUHK-Pedes/7',
        captions: ['a man in blue', 'a tall man'],
      },
      { source: 'CUHK-Pedes/imgs/2.jpg', personId: 'CUHK-Pedes/8', captions: ['a girl', 'a child'] },
      { source: 'market/Market-1501/a.jpg', personId: 'market/5', cameraId: 'market/2', captions: [] },
      { source: 'prcc/rgb/b.jpg', personId: 'prcc/5', clothesId: '3', captions: [] },
    ]);
    expect(differences).toEqual(['3 training lists instead of 10']);
  });

  it.each([
    ['imgs/2.jpg imgs/2 8 -1', /line 4: .*first in .*line 1/],
    ['imgs/2.jpg imgs/2#7 8 -1', /line 4: CUHK-Pedes\/caption_t2i_v2\.json has no caption imgs\/2#7/],
    ['imgs/2.jpg imgs/1#0 9 -1', /line 4: .*another person than in .*line 1/],
    ['../a.jpg imgs/1#0 9 -1', /line 4: CUHK-Pedes\/\.\.\/a\.jpg leads out of the data set/],
    ['imgs/2.jpg imgs/2', /line 4: "imgs\/2.jpg imgs\/2" is not/],
  ])('names the line %s', async (line, words) => {
    await layOut(folder);
    appendFileSync(join(folder, 'CUHK-Pedes/train_t2i_v2.txt'), `${line}\n`);
    await expect(read()).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: expect.stringMatching(words),
    });
  });

  it('refuses captions that are no object', async () => {
    await layOut(folder);
    text(folder, 'CUHK-Pedes/caption_t2i_v2.json', '[]');
    await expect(read()).rejects.toMatchObject({
      message: expect.stringContaining('CUHK-Pedes/caption_t2i_v2.json: this is no object'),
    });
  });
});
