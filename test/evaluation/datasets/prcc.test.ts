/** The PRCC reader: A is searched, B and C look; labels and the ten unused galleries of Simple-CCReID's reader. */
import { describe, expect, it } from 'vitest';
import type { BenchmarkRow } from '../../../src/evaluation/benchmark.ts';
import { prcc, prccCounts } from '../../../src/evaluation/datasets/prcc.ts';
import { benchmarkContract, trainingContract } from './benchmark-contract.ts';
import {
  drawReferences,
  folderForEachTest,
  type ReferenceRow,
  sameAs,
  sourcesOf,
} from './draw-references.ts';
import { files } from './drawn-files.ts';
import { manyFiles } from './many-files.ts';

async function layOut(folder: string): Promise<{ queries: number; gallery: number }> {
  files(folder, [
    'rgb/test/A/003/cropped_rgb010.jpg',
    'rgb/test/A/003/cropped_rgb002.jpg',
    'rgb/test/A/016/cropped_rgb001.jpg',
    'rgb/test/A/016/Thumbs.db',
    'rgb/test/B/003/cropped_rgb001.jpg',
    'rgb/test/C/016/cropped_rgb001.jpg',
    'rgb/test/C/003/cropped_rgb001.jpg',
    'sketch/test/A/003/cropped_rgb001.jpg',
  ]);
  return { queries: 2, gallery: 3 };
}

benchmarkContract(prcc, {
  layOut,
  spoil: async (folder) => {
    files(folder, ['rgb/test/C/me/cropped_rgb001.jpg']);
    return 'rgb/test/C/me';
  },
});

trainingContract(prcc, {
  layOut: async (folder) => {
    files(folder, [
      'rgb/train/001/A_cropped_rgb001.jpg',
      'rgb/train/001/C_cropped_rgb001.jpg',
      'rgb/train/092/B_cropped_rgb001.jpg',
      'rgb/val/092/B_cropped_rgb002.jpg',
    ]);
    return { rows: 3 };
  },
  spoil: async (folder) => {
    files(folder, ['rgb/train/001/D_cropped_rgb001.jpg']);
    return 'rgb/train/001/D_cropped_rgb001.jpg';
  },
});

describe('prcc', () => {
  const folder = folderForEachTest();
  const [changed, same] = prcc.settings;
  const { names, train, same: sameRows, changed: changedRows, gallery, galleries } = drawReferences.prcc;
  const camera = (row: BenchmarkRow): number => 'ABC'.indexOf(row.cameraId!);

  it.each([
    ['cloth-changing', changedRows],
    ['same-clothes', sameRows],
  ])('reads and labels the setting %s as Simple-CCReID does', async (name, queried) => {
    manyFiles(folder(), names);
    const setting = prcc.settings.find((one) => one.name === name)!;
    const read = await prcc.read(folder(), { allowPartial: true, setting });
    expect(read.trials).toBeUndefined();
    const rows = [...read.queries, ...read.gallery] as BenchmarkRow[];
    const reference: ReferenceRow[] = [...queried, ...gallery];
    expect(sourcesOf(rows)).toEqual(reference.map(([path]) => path));
    expect(rows.map((row) => [Number(row.personId), camera(row)])).toEqual(
      reference.map(([, person, number]) => [person, number]),
    );
    expect(sameAs(rows.map((row) => row.clothesId))).toEqual(sameAs(reference.map((row) => row[3])));
  });

  it('labels the training part as Simple-CCReID does, without the validation part', async () => {
    manyFiles(folder(), names);
    const { rows } = await prcc.readTraining(folder(), { allowPartial: true });
    expect(sourcesOf(rows)).toEqual(train.map(([path]) => path));
    expect(rows.map((row) => camera(row as BenchmarkRow))).toEqual(train.map((row) => row[2]));
    expect(sameAs(rows.map((row) => row.personId))).toEqual(sameAs(train.map((row) => row[1])));
    expect(sameAs(rows.map((row) => row.clothesId))).toEqual(sameAs(train.map((row) => row[3])));
  });

  it.each([changed, same!])(
    'draws the ten galleries that the reference leaves unused: $name',
    async (setting) => {
      manyFiles(folder(), names);
      const read = await prcc.read(folder(), { allowPartial: true, setting, corrected: true });
      expect(read.trials!.map((trial) => sourcesOf(read.gallery, trial.gallery))).toEqual(
        galleries.map((draw) => draw.toSorted()),
      );
      expect(read.trials!.every((trial) => trial.queries === undefined)).toBe(true);
      expect(read.gallery.length).toBeLessThan(gallery.length);
      expect(new Set(read.trials!.flatMap((trial) => trial.gallery!)).size).toBe(read.gallery.length);
      expect(sourcesOf(read.gallery)).toEqual(sourcesOf(read.gallery).toSorted());
    },
  );

  it('ignores nothing: a query is right with every picture of its person in A', async () => {
    await layOut(folder());
    const { queries, gallery: searched } = await prcc.read(folder(), { allowPartial: true });
    expect(changed.protocol.prepare(searched)(queries[0]!)).toEqual({ positives: [0, 1], ignored: [] });
  });

  it('takes the folder around it, and says which folder is missing or empty', async () => {
    await layOut(`${folder()}/prcc`);
    expect((await prcc.read(folder(), { allowPartial: true })).queries).toHaveLength(2);
    await expect(prcc.readTraining(folder(), { allowPartial: true })).rejects.toMatchObject({
      message: expect.stringContaining('no folder rgb/train'),
    });
    files(folder(), ['prcc/rgb/train/001/Thumbs.db']);
    await expect(prcc.readTraining(folder(), { allowPartial: true })).rejects.toMatchObject({
      message: expect.stringContaining('rgb/train holds no picture'),
    });
  });

  it('finds nothing to say of the published counts, and misses a single picture', async () => {
    const { changedClothes, testPersons } = prccCounts;
    const many = (of: string, count: number): string[] =>
      Array.from(
        { length: count },
        (_, at) => `rgb/test/${of}/${String(at % testPersons).padStart(3, '0')}/cropped_rgb${at}.jpg`,
      );
    manyFiles(folder(), [...many('A', prccCounts.gallery), ...many('C', changedClothes)]);
    const whole = await prcc.read(folder(), { allowPartial: false });
    expect([whole.queries.length, whole.gallery.length, whole.differences]).toEqual([3543, 3384, []]);
    files(folder(), ['rgb/test/A/000/one_more.jpg']);
    await expect(prcc.read(folder(), { allowPartial: false })).rejects.toMatchObject({
      message: expect.stringMatching(
        /not the whole of PRCC: 3385 pictures in rgb\/test\/A instead of 3384\.$/,
      ),
    });
  });
});
