/** The LTCC reader: clothes within their person, three settings, and the labels of Simple-CCReID's reader. */
import { describe, expect, it } from 'vitest';
import { ltcc, ltccCounts, ltccRows, ltccTrainingRows } from '../../../src/evaluation/datasets/ltcc.ts';
import { benchmarkContract, trainingContract } from './benchmark-contract.ts';
import { drawReferences, folderForEachTest, type ReferenceRow, sameAs } from './draw-references.ts';
import { files } from './drawn-files.ts';

const query = ['query/003_1_c4_000017.png', 'query/017_2_c12_000020.png'];
const test = [
  'test/003_1_c4_000018.png',
  'test/003_1_c5_000019.png',
  'test/003_2_c5_000021.png',
  'test/017_2_c1_000022.png',
];

async function layOut(folder: string): Promise<{ queries: number; gallery: number }> {
  files(folder, [...query, ...test, 'test/._003_1_c4_000018.png', 'query/Thumbs.db', 'info/readme.txt']);
  return { queries: query.length, gallery: test.length };
}

benchmarkContract(ltcc, {
  layOut,
  spoil: async (folder) => {
    files(folder, ['test/003_1_c13_000018.png']);
    return 'test/003_1_c13_000018.png';
  },
});

trainingContract(ltcc, {
  layOut: async (folder) => {
    files(folder, ['train/000_1_c9_015833.png', 'train/000_2_c1_015834.png', 'train/001_1_c1_015835.png']);
    return { rows: 3 };
  },
  spoil: async (folder) => {
    files(folder, ['train/000_c9_015833.png']);
    return 'train/000_c9_015833.png';
  },
});

describe('ltcc', () => {
  const folder = folderForEachTest();

  it.each([
    ['general', [1, 2], [0]],
    ['same-clothes', [1], [0, 2]],
    ['cloth-changing', [2], [0, 1]],
  ])('scores the setting %s by its own protocol', async (name, positives, ignored) => {
    await layOut(folder());
    const setting = ltcc.settings.find((one) => one.name === name)!;
    const { queries, gallery, trials } = await ltcc.read(folder(), { allowPartial: true, setting });
    expect(trials).toBeUndefined();
    expect(setting.protocol.prepare(gallery)(queries[0]!)).toEqual({ positives, ignored });
  });

  it('labels persons, cameras and clothes as Simple-CCReID does', () => {
    const { train, query: queried, gallery } = drawReferences.ltcc;
    const names = (rows: readonly ReferenceRow[]): string[] => rows.map(([path]) => path.split('/')[1]!);
    const read = ltccRows(folder(), names(queried), names(gallery));
    const test = [...read.queries, ...read.gallery];
    const reference = [...queried, ...gallery];
    expect(test.map((row) => row.source)).toEqual(reference.map(([path]) => path));
    expect(test.map((row) => [Number(row.personId), Number(row.cameraId) - 1])).toEqual(
      reference.map(([, person, camera]) => [person, camera]),
    );
    expect(sameAs(test.map((row) => row.clothesId))).toEqual(sameAs(reference.map((row) => row[3])));

    const { rows } = ltccTrainingRows(folder(), names(train));
    expect(rows.map((row) => Number(row.cameraId) - 1)).toEqual(train.map((row) => row[2]));
    expect(sameAs(rows.map((row) => row.personId))).toEqual(sameAs(train.map((row) => row[1])));
    expect(sameAs(rows.map((row) => row.clothesId))).toEqual(sameAs(train.map((row) => row[3])));
  });

  it.each([
    '3_1_c4_000018.png',
    '003_1_c0_000018.png',
    '003_1_4_000018.png',
    '003_1_c4.png',
    '003_1_c4_1.jpg',
  ])('refuses the name %s', async (name) => {
    await layOut(folder());
    files(folder(), [`query/${name}`]);
    await expect(ltcc.read(folder(), { allowPartial: true })).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: expect.stringContaining(`query/${name}`),
    });
  });

  it('takes the folder around it, and says which folder is missing', async () => {
    await layOut(`${folder()}/LTCC_ReID`);
    expect((await ltcc.read(folder(), { allowPartial: true })).queries).toHaveLength(2);
    await expect(ltcc.readTraining(folder(), { allowPartial: true })).rejects.toMatchObject({
      message: expect.stringContaining('no folder train'),
    });
  });

  it('finds nothing to say of the published counts, and misses a single picture', () => {
    const { queries, gallery, testPersons, trainingPictures, trainingPersons } = ltccCounts;
    const many = (count: number, people: number): string[] =>
      Array.from({ length: count }, (_, at) => `${String(at % people).padStart(3, '0')}_1_c1_${at}.png`);
    const [query, test] = [many(queries, testPersons), many(gallery, testPersons)];
    expect(ltccRows(folder(), query, test).differences).toEqual([]);
    expect(ltccRows(folder(), query, test.slice(1)).differences).toEqual([
      '7049 pictures in test instead of 7050',
    ]);
    expect(ltccTrainingRows(folder(), many(trainingPictures, trainingPersons)).differences).toEqual([]);
    expect(ltccTrainingRows(folder(), many(trainingPictures, 76)).differences).toEqual([
      '76 persons in train instead of 77',
    ]);
  });
});
