/** The three text-to-image benchmarks: which captions look for which pictures, and records that cannot be used. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Benchmark } from '../../../src/evaluation/benchmark.ts';
import { cuhkPedes, cuhkPedesCounts } from '../../../src/evaluation/datasets/cuhk-pedes.ts';
import { icfgPedes, icfgPedesCounts } from '../../../src/evaluation/datasets/icfg-pedes.ts';
import { rstpReid, rstpReidCounts } from '../../../src/evaluation/datasets/rstpreid.ts';
import { benchmarkContract, trainingContract } from './benchmark-contract.ts';

interface Written {
  readonly split?: string;
  readonly id: number;
  readonly file_path?: string;
  readonly img_path?: string;
  readonly captions: readonly string[] | string;
}

interface Case {
  readonly set: Benchmark;
  readonly file: string;
  readonly counts: typeof cuhkPedesCounts | typeof icfgPedesCounts | typeof rstpReidCounts;
  readonly records: readonly Written[];
  readonly cameras: readonly (string | undefined)[];
}

const cases: readonly Case[] = [
  {
    set: cuhkPedes,
    file: 'reid_raw.json',
    counts: cuhkPedesCounts,
    records: [
      { split: 'test', id: 12004, file_path: 'cam_b/9.jpg', captions: ['in red', 'red again', 'a third'] },
      { split: 'val', id: 11004, file_path: 'Market/8.jpg', captions: ['not here'] },
      { split: 'test', id: 12004, file_path: 'CUHK01/1.png', captions: ['a "quoted" {cap}]', 'tall \\'] },
      { split: 'train', id: 1, file_path: 'cam_a/2.jpg', captions: ['in blue', 'jeans'] },
      { split: 'train', id: 2, file_path: 'cam_a/1.jpg', captions: ['in blue'] },
    ],
    cameras: [undefined, undefined],
  },
  {
    set: icfgPedes,
    file: 'ICFG-PEDES.json',
    counts: icfgPedesCounts,
    records: [
      {
        split: 'test',
        id: 0,
        file_path: 'train/0001/0001_001_05_0303morning_0008_0.jpg',
        captions: ['in red'],
      },
      {
        split: 'test',
        id: 0,
        file_path: 'test/0000/0000_000_14_0113noon_1118_1_ex.jpg',
        captions: ['red again'],
      },
      {
        split: 'train',
        id: 0,
        file_path: 'test/0002/0002_000_01_0113noon_0001_0.jpg',
        captions: ['in blue'],
      },
      {
        split: 'train',
        id: 1,
        file_path: 'train/0003/0003_000_02_0113noon_0001_0.jpg',
        captions: ['in green'],
      },
    ],
    cameras: ['14', '5'],
  },
  {
    set: rstpReid,
    file: 'data_captions.json',
    counts: rstpReidCounts,
    records: [
      { split: 'train', id: 0, img_path: '0000_c14_0031.jpg', captions: ['in red', 'red again'] },
      { split: 'train', id: 1, img_path: '0001_c2_0031.jpg', captions: ['in green', 'short'] },
      { split: 'val', id: 3701, img_path: '3701_c1_0001.jpg', captions: ['not', 'here'] },
      { split: 'test', id: 3901, img_path: '3901_c5_0001.jpg', captions: ['in blue', 'jeans'] },
      { split: 'test', id: 3901, img_path: '3901_c14_0001.jpg', captions: ['in black', 'tall'] },
    ],
    cameras: ['14', '5'],
  },
];

function layOut(folder: string, file: string, records: readonly Written[]): void {
  for (const { file_path, img_path } of records) {
    const path = join(folder, 'imgs', (file_path ?? img_path)!);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '');
  }
  writeFileSync(join(folder, file), JSON.stringify(records, undefined, 1));
}

/** Writes one more record behind the others. */
function append(path: string, record: unknown): number {
  const records = JSON.parse(readFileSync(path, 'utf8')) as unknown[];
  writeFileSync(path, JSON.stringify([...records, record]));
  return records.length + 1;
}

describe.each(cases)('$set.title', ({ set, file, counts, records, cameras }) => {
  const count = (split: string): number =>
    records.filter((record) => record.split === split).flatMap(({ captions }) => captions).length;
  const pictures = (split: string): number => records.filter((record) => record.split === split).length;
  const spoil = async (folder: string): Promise<string> => {
    const path = set === rstpReid ? { img_path: 'x.jpg' } : { file_path: 'x.jpg' };
    const number = append(join(folder, file), { split: 'val', id: 1, ...path, captions: ['  '] });
    return `${file} record ${number}: a caption of it is empty`;
  };

  const losing = (split: string) => async (folder: string) => {
    const at = records.findIndex((record) => record.split === split);
    const source = `imgs/${records[at]!.file_path ?? records[at]!.img_path}`;
    rmSync(join(folder, source));
    return { row: `${file} record ${at + 1}`, source };
  };

  benchmarkContract(set, {
    layOut: async (folder) => {
      layOut(folder, file, records);
      return { queries: count('test'), gallery: pictures('test') };
    },
    lose: losing('test'),
    spoil,
  });
  trainingContract(set, {
    layOut: async (folder) => {
      layOut(folder, file, records);
      return { rows: pictures('train') };
    },
    lose: losing('train'),
    spoil,
  });

  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'chatreid-text-'));
    layOut(join(folder, set.title), file, records);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('looks with each caption of the test split for its pictures, and reads cameras where names tell them', async () => {
    const { queries, gallery, differences } = await set.read(folder, { allowPartial: true });
    const written = records.filter(({ split }) => split === 'test').flatMap(({ captions }) => captions);
    expect(queries.map(({ caption }) => caption).sort()).toEqual(written.sort());
    for (const query of queries) expect(query).not.toHaveProperty('path');
    expect(gallery.map(({ cameraId }) => cameraId)).toEqual(cameras);
    const relevance = set.settings[0].protocol.prepare(gallery)(queries[0]!);
    expect(relevance).toEqual({ positives: [0, 1], ignored: [] });
    expect(differences[0]).toBe(
      `${count('test')} captions of the split test instead of ${counts.test.captions}`,
    );
  });

  it('trains on one part where pictures of the other are not there', async () => {
    await losing('test')(join(folder, set.title));
    const { rows } = await set.readTraining(folder, { allowPartial: true });
    expect(rows).toHaveLength(pictures('train'));
  });
});

describe('records of captions', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'chatreid-text-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const [{ records, file }] = cases as [Case];
  const refusal = async (): Promise<string> => {
    const error = await cuhkPedes.read(folder, { allowPartial: true }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'DATASET_INVALID' });
    return (error as Error).message.replace(folder, 'FOLDER');
  };

  it.each([
    ['no id', { id: null }, 'it has no id'],
    ['no path', { file_path: undefined }, 'it has no file_path'],
    [
      'a path out of the folder',
      { file_path: 'a/../../b.jpg' },
      'its file_path "a/../../b.jpg" leads out of the data set',
    ],
    ['an absolute path', { file_path: '/b.jpg' }, 'its file_path "/b.jpg" leads out of the data set'],
    ['no split', { split: undefined }, 'it has no split'],
    ['an unknown split', { split: 'trian' }, 'its split "trian" is not known'],
    ['no captions', { captions: [] }, 'it has no caption'],
    ['captions that are no text', { captions: [1] }, 'a caption of it is empty'],
    [
      'an endless caption',
      { captions: ['x'.repeat(4001)] },
      'a caption of it is 4001 characters long, and 4000 is the most',
    ],
    [
      'a picture that was there',
      { id: 12004, file_path: 'cam_b/9.jpg' },
      'imgs/cam_b/9.jpg is there a second time, first in record 1',
    ],
    [
      'a picture that was there, written otherwise',
      { id: 12004, file_path: './cam_b/.//9.jpg' },
      'imgs/cam_b/9.jpg is there a second time, first in record 1',
    ],
  ])('names a record with %s', async (_, change, wrong) => {
    layOut(folder, file, records);
    append(join(folder, file), { ...records[1], file_path: 'x.jpg', ...change });
    expect(await refusal()).toBe(`${file} record 6: ${wrong}.`);
  });

  it.each([
    ['{"a": 1}', 'FOLDER/reid_raw.json: this is not one JSON list.'],
    ['', 'FOLDER/reid_raw.json: this is not a JSON list.'],
    ['[1]', 'reid_raw.json record 1: it is not a JSON object.'],
    ['[{"id": 1,}]', 'reid_raw.json record 1: it is not a JSON object.'],
    [
      '[]',
      'FOLDER does not hold CUHK-PEDES in its public layout: reid_raw.json has no record of the split test.',
    ],
    ['[] []', 'FOLDER/reid_raw.json: this is not one JSON list.'],
  ])('says that %s is no list of records', async (text, wrong) => {
    layOut(folder, file, records);
    writeFileSync(join(folder, file), text);
    expect(await refusal()).toBe(wrong);
  });

  it('says where a file was cut off, and where it is not text', async () => {
    layOut(folder, file, records);
    const path = join(folder, file);
    const whole = readFileSync(path);
    writeFileSync(path, whole.subarray(0, whole.indexOf('CUHK01')));
    expect(await refusal()).toBe('FOLDER/reid_raw.json: it ends in the middle, in record 3.');
    whole[whole.indexOf('not here')] = 0xff;
    writeFileSync(path, whole);
    expect(await refusal()).toBe('reid_raw.json record 2: it is not UTF-8 text.');
  });

  it('reads a byte-order mark, and records larger than a chunk of the file', async () => {
    const captions = Array.from({ length: 1000 }, (_, n) => `${n} ${'é"\\{['.repeat(300)}`);
    layOut(folder, file, [{ split: 'test', id: 1, file_path: 'a.jpg', captions }, ...records]);
    writeFileSync(join(folder, file), `\uFEFF${readFileSync(join(folder, file), 'utf8')}`);
    const { queries } = await cuhkPedes.read(folder, { allowPartial: true });
    expect(
      queries
        .filter(({ personId }) => personId === '1')
        .map(({ caption }) => caption)
        .sort(),
    ).toEqual(captions.sort());
  });

  it('says which folder of pictures is missing', async () => {
    layOut(folder, file, records);
    await rm(join(folder, 'imgs'), { recursive: true });
    expect(await refusal()).toContain('there is no folder imgs that can be read');
  });

  it('merges files of one caption a record, and refuses the same caption twice', async () => {
    const one = [
      { id: 23, file_path: 'CUHK01/2.png', captions: 'in red' },
      { id: 23, file_path: 'CUHK01/1.png', captions: 'in blue' },
      { id: 23, file_path: 'CUHK01/2.png', captions: 'red again' },
    ];
    layOut(folder, 'caption_test.json', one);
    layOut(folder, 'caption_train.json', [{ id: 1, file_path: 'cam_a/1.jpg', captions: 'tall' }]);
    const { queries, gallery } = await cuhkPedes.read(folder, { allowPartial: true });
    expect(queries.map(({ source, caption }) => [source, caption])).toEqual([
      ['imgs/CUHK01/1.png#01', 'in blue'],
      ['imgs/CUHK01/2.png#01', 'in red'],
      ['imgs/CUHK01/2.png#02', 'red again'],
    ]);
    expect(gallery).toHaveLength(2);
    const training = await cuhkPedes.readTraining(folder, { allowPartial: true });
    expect(training.rows.map(({ captions }) => captions)).toEqual([['tall']]);
    append(join(folder, 'caption_test.json'), one[0]);
    expect(await refusal()).toBe(
      'caption_test.json record 4: imgs/CUHK01/2.png is there a second time, first in record 1.',
    );
    writeFileSync(join(folder, 'caption_test.json'), JSON.stringify([...one, { ...one[0], id: 24 }]));
    expect(await refusal()).toContain('first in record 1, as person 23');
  });

  it('takes a path for the same with ./ in front of it', async () => {
    const one = [
      { id: 23, file_path: './a.png', captions: 'in red' },
      { id: 23, file_path: 'a.png', captions: 'red again' },
    ];
    layOut(folder, 'caption_test.json', one);
    const { queries, gallery } = await cuhkPedes.read(folder, { allowPartial: true });
    expect(gallery.map(({ source, path }) => [source, path])).toEqual([
      ['imgs/a.png', join(folder, 'imgs/a.png')],
    ]);
    expect(queries.map(({ source }) => source)).toEqual(['imgs/a.png#01', 'imgs/a.png#02']);
  });

  it('reads ICFG-PEDES by its other file name', async () => {
    const { records } = cases[1]!;
    layOut(folder, 'ICFG_PEDES.json', records);
    expect((await icfgPedes.read(folder, { allowPartial: true })).gallery).toHaveLength(2);
  });
});
