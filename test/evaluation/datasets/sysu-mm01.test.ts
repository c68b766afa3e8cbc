/** The SYSU-MM01 reader: ten galleries, picture for picture those of the reference code. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sysuCounts, sysuMm01 } from '../../../src/evaluation/datasets/sysu-mm01.ts';
import { benchmarkContract, trainingContract } from './benchmark-contract.ts';
import { drawReferences, folderForEachTest, sourcesOf } from './draw-references.ts';
import { files, lines } from './drawn-files.ts';
import { manyFiles } from './many-files.ts';

const pictures = (folder: string, count: number): string[] =>
  Array.from({ length: count }, (_, at) => `${folder}/${String(at + 1).padStart(4, '0')}.jpg`);

async function layOut(root: string): Promise<{ queries: number; gallery: number }> {
  lines(root, 'exp/test_id.txt', ['21,6,333']);
  files(root, [
    ...pictures('cam3/0006', 2),
    ...pictures('cam6/0021', 3),
    ...pictures('cam1/0006', 1),
    ...pictures('cam2/0006', 1),
    ...pictures('cam4/0021', 1),
    ...pictures('cam5/0021', 1),
    ...pictures('cam1/0001', 4),
    'cam1/0006/Thumbs.db',
  ]);
  return { queries: 5, gallery: 4 };
}

benchmarkContract(sysuMm01, {
  layOut,
  spoil: async (root) => {
    files(root, ['cam3/0006/me.jpg']);
    return 'cam3/0006/me.jpg';
  },
});

async function layOutTraining(root: string): Promise<{ rows: number }> {
  lines(root, 'exp/train_id.txt', ['2,1']);
  lines(root, 'exp/val_id.txt', ['3']);
  lines(root, 'exp/test_id.txt', ['6,21']);
  files(root, [
    ...[1, 2, 3, 4, 5, 6].flatMap((camera) => pictures(`cam${camera}/0006`, 1)),
    ...pictures('cam1/0001', 2),
    ...pictures('cam3/0002', 1),
    ...pictures('cam6/0003', 1),
  ]);
  return { rows: 4 };
}

trainingContract(sysuMm01, {
  layOut: layOutTraining,
  spoil: async (root) => {
    lines(root, 'exp/val_id.txt', ['3', '4,x7']);
    return 'exp/val_id.txt line 2: "x7"';
  },
});

describe('sysuMm01', () => {
  const folder = folderForEachTest();
  const { sysu } = drawReferences;

  function layOutReference(): void {
    lines(folder(), 'exp/test_id.txt', [sysu.test_id]);
    manyFiles(
      folder(),
      Object.entries(sysu.tree).flatMap(([of, numbers]) =>
        numbers.map((number) => `${of}/${String(number).padStart(4, '0')}.jpg`),
      ),
    );
  }

  it.each([
    ['all-search-single-shot', sysu.single.all],
    ['indoor-search-single-shot', sysu.single.indoor],
    ['all-search-multi-shot', sysu.multi.all],
    ['indoor-search-multi-shot', sysu.multi.indoor],
  ])('%s: queries and ten galleries are those of the reference', async (name, draws) => {
    layOutReference();
    const setting = sysuMm01.settings.find((one) => one.name === name)!;
    const { queries, gallery, trials } = await sysuMm01.read(folder(), { allowPartial: true, setting });
    expect(queries.map((row) => [row.source, Number(row.personId), Number(row.cameraId)])).toEqual(
      sysu.queries.toSorted(([a], [b]) => (a < b ? -1 : 1)),
    );
    expect(trials!.map((trial) => sourcesOf(gallery, trial.gallery))).toEqual(
      draws.map((draw) => draw.toSorted()),
    );
    expect(new Set(draws.map(String)).size).toBe(10);
    expect(trials!.every((trial) => trial.queries === undefined)).toBe(true);
    expect(queries.every((row) => row.modality === 'infrared')).toBe(true);
    expect(gallery.every((row) => row.modality === 'visible')).toBe(true);
  });

  it('has all search, single shot, as its default', () => {
    expect(sysuMm01.settings[0].name).toBe('all-search-single-shot');
  });

  it('draws what there is where a folder has fewer than ten', async () => {
    await layOut(folder());
    const setting = sysuMm01.settings.find((one) => one.name === 'all-search-multi-shot')!;
    const { gallery, trials } = await sysuMm01.read(folder(), { allowPartial: true, setting });
    expect(trials!.map((trial) => trial.gallery)).toEqual(trials!.map(() => gallery.map((_, at) => at)));
  });

  it('has no answer in camera 2 for a query of camera 3', async () => {
    await layOut(folder());
    const { queries, gallery } = await sysuMm01.read(folder(), { allowPartial: true });
    const relevanceOf = sysuMm01.settings[0].protocol.prepare(gallery);
    expect(queries[0]?.cameraId).toBe('3');
    expect(relevanceOf(queries[0]!)).toEqual({ positives: [0], ignored: [1] });
  });

  it('trains on the persons of train_id and val_id, in all six cameras', async () => {
    await layOutTraining(folder());
    const { rows } = await sysuMm01.readTraining(folder(), { allowPartial: true });
    expect(rows.map((row) => [row.source, row.personId, row.cameraId, row.modality])).toEqual([
      ['cam1/0001/0001.jpg', '0001', '1', 'visible'],
      ['cam1/0001/0002.jpg', '0001', '1', 'visible'],
      ['cam3/0002/0001.jpg', '0002', '3', 'infrared'],
      ['cam6/0003/0001.jpg', '0003', '6', 'infrared'],
    ]);
  });

  it.each([
    ['train and test', '2,21', '3', 'exp/train_id.txt, person 21: the person is in exp/test_id.txt too'],
    ['train and val', '1,2', '2', 'exp/val_id.txt, person 2: the person is in exp/train_id.txt too'],
    ['train, twice', '1,2,1', '3', 'exp/train_id.txt line 1: person 1 is there twice'],
  ])('refuses a person in %s', async (_, train, validation, message) => {
    await layOutTraining(folder());
    lines(folder(), 'exp/train_id.txt', [train]);
    lines(folder(), 'exp/val_id.txt', [validation]);
    await expect(sysuMm01.readTraining(folder(), { allowPartial: true })).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: expect.stringContaining(message),
    });
  });

  it('says which folder or list is missing', async () => {
    files(folder(), ['exp/readme.txt']);
    await expect(sysuMm01.read(folder(), { allowPartial: true })).rejects.toMatchObject({
      message: `${folder()} does not hold SYSU-MM01 in its public layout: there is no file test_id.txt in ${join(folder(), 'exp')}.`,
    });
    lines(folder(), 'exp/test_id.txt', ['6']);
    await expect(sysuMm01.read(folder(), { allowPartial: true })).rejects.toMatchObject({
      message: expect.stringContaining('no folder cam3'),
    });
  });

  it('finds nothing to say of the published counts, and misses a single picture', async () => {
    const counts = sysuCounts;
    const ids = Array.from({ length: counts.testPersons }, (_, at) => String(at + 1).padStart(4, '0'));
    const spread = (folders: readonly string[], count: number): string[] =>
      folders.flatMap((of, at) =>
        pictures(of, Math.floor(count / folders.length) + (at < count % folders.length ? 1 : 0)),
      );
    const inside = ids.slice(0, 56).flatMap((id) => [`cam1/${id}`, `cam2/${id}`]);
    const outside = ids.flatMap((id) => [`cam4/${id}`, `cam5/${id}`]).slice(0, 189);
    lines(folder(), 'exp/test_id.txt', [ids.join(',')]);
    manyFiles(folder(), [
      ...spread(inside, counts.indoorSearchPictures),
      ...spread(outside, counts.allSearchPictures - counts.indoorSearchPictures),
      ...spread(
        ids.flatMap((id) => [`cam3/${id}`, `cam6/${id}`]),
        counts.queries,
      ),
    ]);
    const sizes: number[] = [];
    for (const setting of sysuMm01.settings) {
      const { queries, trials, differences } = await sysuMm01.read(folder(), {
        allowPartial: false,
        setting,
      });
      expect([queries.length, differences]).toEqual([3803, []]);
      sizes.push(...new Set(trials!.map((trial) => trial.gallery!.length)));
    }
    expect(sizes).toEqual([301, 3010, 112, 1120]);
    files(folder(), ['cam3/0001/0099.jpg']);
    await expect(sysuMm01.read(folder(), { allowPartial: false })).rejects.toMatchObject({
      message: expect.stringContaining(
        '3804 infrared pictures of test persons in cam3, cam6 instead of 3803.',
      ),
    });
  });
});
