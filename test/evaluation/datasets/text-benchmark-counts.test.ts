/** The text-to-image benchmarks accept exactly what was published. Their pictures are taken for granted here. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { cuhkPedes, cuhkPedesCounts } from '../../../src/evaluation/datasets/cuhk-pedes.ts';
import { icfgPedes, icfgPedesCounts } from '../../../src/evaluation/datasets/icfg-pedes.ts';
import { rstpReid, rstpReidCounts } from '../../../src/evaluation/datasets/rstpreid.ts';

vi.mock(import('../../../src/evaluation/datasets/missing-pictures.ts'), async (original) => ({
  ...(await original()),
  missingPictures: async () => new Set<string>(),
}));

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'chatreid-counts-'));
  mkdirSync(join(root, 'imgs'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

describe.each([
  { set: cuhkPedes, counts: cuhkPedesCounts, file: 'reid_raw.json', key: 'file_path' },
  { set: icfgPedes, counts: icfgPedesCounts, file: 'ICFG-PEDES.json', key: 'file_path' },
  { set: rstpReid, counts: rstpReidCounts, file: 'data_captions.json', key: 'img_path' },
])('$set.title', ({ set, counts, file, key }) => {
  const records = (split: 'train' | 'test') => {
    const { pictures, captions, persons } = counts[split];
    return Array.from({ length: pictures }, (_, at) => {
      const each = Math.floor(captions / pictures) + (at < captions % pictures ? 1 : 0);
      return {
        split,
        id: at % persons,
        [key]: `${split}${at}.jpg`,
        captions: Array.from({ length: each }, (_, n) => `caption ${n}`),
      };
    });
  };

  it('accepts exactly the published counts', async () => {
    const [train, test] = [records('train'), records('test')];
    writeFileSync(join(root, file), JSON.stringify([...train, ...test]));
    const { queries, gallery, differences } = await set.read(root, { allowPartial: false });
    expect([queries.length, gallery.length]).toEqual([counts.test.captions, counts.test.pictures]);
    const training = await set.readTraining(root, { allowPartial: false });
    expect(training.rows).toHaveLength(counts.train.pictures);
    expect([...differences, ...training.differences]).toEqual([]);
  });

  it('misses one record, and one person', async () => {
    const [train, test] = [records('train'), records('test')];
    const { pictures, captions, persons } = counts.test;
    const few = test.slice(0, -1).map((record) => (record.id === 0 ? { ...record, id: 1 } : record));
    writeFileSync(join(root, file), JSON.stringify([...train.slice(1), ...few]));
    const { differences } = await set.read(root, { allowPartial: true });
    expect(differences).toEqual([
      `${captions - test.at(-1)!.captions.length} captions of the split test instead of ${captions}`,
      `${pictures - 1} pictures of the split test instead of ${pictures}`,
      `${persons - 1} persons of the split test instead of ${persons}`,
    ]);
    await expect(set.readTraining(root, { allowPartial: false })).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: expect.stringContaining(
        `${counts.train.pictures - 1} pictures of the split train instead of ${counts.train.pictures}`,
      ),
    });
  });
});
