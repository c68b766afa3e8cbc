/** The RegDB reader: ten halves, each trial with its own queries and gallery, and no person in both halves. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { regdb } from '../../../src/evaluation/datasets/regdb.ts';
import { benchmarkContract, trainingContract } from './benchmark-contract.ts';
import { drawReferences, folderForEachTest, sameAs, sourcesOf } from './draw-references.ts';
import { files, lines } from './drawn-files.ts';
import { manyFiles } from './many-files.ts';

const modalities = ['visible', 'thermal'] as const;

/** Lines of a list: `count` pictures of each person, labels in the order of the persons. */
function listed(modality: (typeof modalities)[number], people: readonly number[], count = 2): string[] {
  const [top, letter] = modality === 'visible' ? ['Visible', 'v'] : ['Thermal', 't'];
  return people.flatMap((person, label) =>
    Array.from(
      { length: count },
      (_, at) => `${top}/${person}/male_back_${letter}_${at}_${person}.bmp ${label}`,
    ),
  );
}

/** @param halfOf persons of a trial's test half; the others are its training half */
function layOutTrials(
  root: string,
  people: readonly number[],
  halfOf: (trial: number) => readonly number[],
  count?: number,
): void {
  for (const modality of modalities) {
    for (let trial = 1; trial <= 10; trial++) {
      const half = halfOf(trial);
      const rest = people.filter((person) => !half.includes(person));
      lines(root, `idx/test_${modality}_${trial}.txt`, listed(modality, half, count));
      lines(root, `idx/train_${modality}_${trial}.txt`, listed(modality, rest, count));
    }
    manyFiles(
      root,
      listed(modality, people, count).map((line) => line.split(' ')[0]!),
    );
  }
}

const layOut = async (root: string): Promise<{ queries: number; gallery: number }> => {
  layOutTrials(root, [4, 100, 23, 285, 7], (trial) => (trial === 1 ? [100, 4, 23] : [23, 100]));
  return { queries: 6, gallery: 6 };
};

const spoiling = (list: string) => async (root: string) => {
  lines(root, list, ['Visible/4/male_back_v_0_4.bmp 0', 'Thermal/100/male_back_t_0_100.bmp 1']);
  return `${list} line 2`;
};

const losing = (source: string, row: string) => async (root: string) => {
  rmSync(join(root, source));
  return { row, source };
};

benchmarkContract(regdb, {
  layOut,
  lose: losing('Thermal/100/male_back_t_1_100.bmp', 'idx/test_thermal_1.txt line 2'),
  spoil: spoiling('idx/test_visible_7.txt'),
});
trainingContract(regdb, {
  layOut: async (root) => {
    await layOut(root);
    return { rows: 8 };
  },
  lose: losing('Visible/7/male_back_v_0_7.bmp', 'idx/train_visible_1.txt line 3'),
  spoil: spoiling('idx/train_visible_1.txt'),
});

describe('regdb', () => {
  const folder = folderForEachTest();
  const { lists, tests } = drawReferences.regdb;
  const setting = (name: string) => regdb.settings.find((one) => one.name === name)!;

  function layOutReference(): void {
    for (const [list, all] of Object.entries(lists)) {
      lines(folder(), list, all);
      files(
        folder(),
        all.map((line) => line.split(' ')[0]!),
      );
    }
  }

  it.each([
    ['visible-to-thermal', 'visible', 'thermal'],
    ['thermal-to-visible', 'thermal', 'visible'],
  ] as const)('%s: each trial has the pictures and persons of the reference', async (name, from, to) => {
    layOutReference();
    const read = await regdb.read(folder(), { allowPartial: true, setting: setting(name) });
    expect(read.trials).toHaveLength(10);
    for (const [trial, drawn] of read.trials!.entries()) {
      const sides = [
        [read.queries, drawn.queries!, tests[from][trial]!],
        [read.gallery, drawn.gallery!, tests[to][trial]!],
      ] as const;
      for (const [rows, at, reference] of sides) {
        const inOrder = reference.toSorted(([a], [b]) => (a < b ? -1 : 1));
        expect(sourcesOf(rows, at)).toEqual(inOrder.map(([path]) => path));
        expect(sameAs(at.map((row) => rows[row]!.personId))).toEqual(
          sameAs(inOrder.map(([, label]) => label)),
        );
      }
    }
    const both = [...read.queries, ...read.gallery];
    expect(new Set(both.map((row) => `${row.modality} ${row.cameraId}`))).toEqual(
      new Set(['visible 1', 'thermal 2']),
    );
  });

  it('has all pictures of the person for answers, and nothing else', async () => {
    await layOut(folder());
    const { queries, gallery } = await regdb.read(folder(), { allowPartial: true });
    const relevance = regdb.settings[0].protocol.prepare(gallery)(queries[0]!);
    expect(relevance.ignored).toEqual([]);
    expect(relevance.positives.map((row) => gallery[row]!.personId)).toEqual(['100', '100']);
  });

  it('has the first trial for weights that were trained on its other half', async () => {
    layOutReference();
    const { rows } = await regdb.readTraining(folder(), { allowPartial: true });
    const trained = new Set(rows.map((row) => row.personId));
    for (const name of ['visible-to-thermal-first-trial', 'thermal-to-visible-first-trial']) {
      const first = await regdb.read(folder(), { allowPartial: true, setting: setting(name) });
      expect(first.trials).toBeUndefined();
      const seen = [...first.queries, ...first.gallery].filter((row) => trained.has(row.personId));
      expect([first.queries.length, seen]).toEqual([tests.visible[0]!.length, []]);
    }
    const all = await regdb.read(folder(), { allowPartial: true });
    expect(all.differences).toEqual([
      '12 pictures in idx/test_visible_1.txt, idx/test_thermal_1.txt, idx/test_visible_2.txt, idx/test_thermal_2.txt, idx/test_visible_3.txt and 15 more instead of 2060',
      '4 persons in idx/test_visible_1.txt, idx/test_thermal_1.txt, idx/test_visible_2.txt, idx/test_thermal_2.txt, idx/test_visible_3.txt and 15 more instead of 206',
    ]);
    expect(all.queries.some((row) => trained.has(row.personId))).toBe(true);
  });

  it.each([
    [
      'a person in both halves',
      'idx/train_thermal_1.txt',
      'Thermal/100/male_back_t_0_100.bmp 9',
      /person 100 is in the test half too/,
    ],
    [
      'a picture twice',
      'idx/train_visible_1.txt',
      'Visible/7/male_back_v_0_7.bmp 1',
      /line 5: Visible\/7\/male_back_v_0_7.bmp is there a second time/,
    ],
    [
      'a person with two labels',
      'idx/train_visible_1.txt',
      'Visible/7/male_back_v_2_7.bmp 5',
      /line 5: person 7 has the label 5, but person 7 has 1/,
    ],
    [
      'a label of two persons',
      'idx/train_thermal_1.txt',
      'Thermal/8/male_back_t_2_8.bmp 1',
      /line 5: person 8 has the label 1, but person 7 has 1/,
    ],
    [
      'a row that leads out of the data set',
      'idx/train_visible_1.txt',
      'Visible/7/.. 1',
      /line 5: Visible\/7\/\.\. leads out of the data set/,
    ],
    [
      'a line without a label',
      'idx/train_visible_1.txt',
      'Visible/7/male_back_v_2_7.bmp',
      /line 5: .*is not a picture of Visible/,
    ],
  ])('refuses %s, naming the line', async (_, list, line, message) => {
    await layOut(folder());
    lines(folder(), list, [...listed(list.includes('visible') ? 'visible' : 'thermal', [285, 7]), line]);
    await expect(regdb.readTraining(folder(), { allowPartial: true })).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: expect.stringMatching(message),
    });
  });

  it('leaves rows out of its trials, and a trial that has no query or no gallery left', async () => {
    layOutTrials(folder(), [1, 2, 3, 4], (trial) => (trial === 3 ? [4, 1] : [1, 2]));
    rmSync(join(folder(), 'Visible/1/male_back_v_0_1.bmp'));
    const some = await regdb.read(folder(), { allowPartial: true });
    expect([some.queries.length, some.gallery.length]).toEqual([5, 6]);
    expect(some.differences.slice(0, 1)).toEqual([
      '1 row was left out because no picture is there: Visible/1/male_back_v_0_1.bmp (idx/test_visible_1.txt line 1)',
    ]);
    expect(some.trials![2]).toEqual({ queries: [0, 3, 4], gallery: [0, 1, 4, 5] });
    expect(some.trials![9]).toEqual({ queries: [0, 1, 2], gallery: [0, 1, 2, 3] });

    for (const lost of ['Visible/1', 'Visible/4']) rmSync(join(folder(), lost), { recursive: true });
    const fewer = await regdb.read(folder(), { allowPartial: true });
    expect(fewer.trials).toEqual(Array(9).fill({ queries: [0, 1], gallery: [0, 1, 2, 3] }));
    expect(sourcesOf(fewer.gallery).filter((source) => source.includes('/4/'))).toEqual([]);
    expect(fewer.differences[1]).toBe(
      'trial 3 was left out because none of its query pictures, or none of its gallery pictures, is there',
    );
    expect(fewer.differences).toContain('0 pictures in idx/test_visible_3.txt instead of 2060');

    rmSync(join(folder(), 'Thermal'), { recursive: true });
    await expect(regdb.read(folder(), { allowPartial: true })).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: expect.stringContaining('no trial has both a query and a gallery picture that is there'),
    });
    const { rows, differences } = await regdb.readTraining(folder(), { allowPartial: true });
    expect(rows.map(({ personId }) => personId)).toEqual(['3', '3']);
    expect(differences).toContain('0 pictures in idx/train_thermal_1.txt instead of 2060');
  });

  it('refuses a label that two persons of a test half share', async () => {
    await layOut(folder());
    const list = 'idx/test_thermal_3.txt';
    lines(folder(), list, [...listed('thermal', [23, 100]), 'Thermal/7/male_back_t_0_7.bmp 1']);
    await expect(regdb.read(folder(), { allowPartial: true })).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: expect.stringMatching(
        /test_thermal_3\.txt line 5: person 7 has the label 1, but person 100 has 1/,
      ),
    });
  });

  it('says which list is missing or empty, and takes the folder around it', async () => {
    await layOut(join(folder(), 'RegDB'));
    expect((await regdb.read(folder(), { allowPartial: true })).queries).toHaveLength(6);
    lines(folder(), 'RegDB/idx/test_thermal_4.txt', []);
    await expect(regdb.read(folder(), { allowPartial: true })).rejects.toMatchObject({
      message: expect.stringContaining('idx/test_thermal_4.txt names no picture'),
    });
    rmSync(join(folder(), 'RegDB', 'idx', 'test_thermal_4.txt'));
    await expect(regdb.read(folder(), { allowPartial: true })).rejects.toMatchObject({
      message: expect.stringContaining(
        `there is no file test_thermal_4.txt in ${join(folder(), 'RegDB', 'idx')}.`,
      ),
    });
  });

  it('finds nothing to say of the published counts, and misses a single picture', async () => {
    const people = Array.from({ length: 412 }, (_, at) => at + 1);
    const half = (trial: number): number[] => people.filter((person) => (person + trial) % 2 === 0);
    layOutTrials(folder(), people, half, 10);
    const { queries, gallery, differences } = await regdb.read(folder(), { allowPartial: false });
    expect([queries.length, gallery.length, differences]).toEqual([4120, 4120, []]);
    const { rows } = await regdb.readTraining(folder(), { allowPartial: false });
    expect(rows).toHaveLength(4120);
    lines(folder(), 'idx/test_thermal_3.txt', listed('thermal', half(3), 10).slice(1));
    await expect(regdb.read(folder(), { allowPartial: false })).rejects.toMatchObject({
      message: expect.stringMatching(
        /not the whole of RegDB: 2059 pictures in idx\/test_thermal_3.txt instead of 2060\.$/,
      ),
    });
  });
});
