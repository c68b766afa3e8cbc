/** What is there and may not be read is said to be so: completing the folder would not help. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TrainingSet } from '../../../src/evaluation/benchmark.ts';
import { cuhkPedes } from '../../../src/evaluation/datasets/cuhk-pedes.ts';
import { llcm } from '../../../src/evaluation/datasets/llcm.ts';
import { manifest } from '../../../src/evaluation/datasets/manifest.ts';
import { market1501 } from '../../../src/evaluation/datasets/market1501.ts';
import { missingPictures } from '../../../src/evaluation/datasets/missing-pictures.ts';
import { sysuMm01 } from '../../../src/evaluation/datasets/sysu-mm01.ts';
import { ufineBench } from '../../../src/evaluation/datasets/ufinebench.ts';
import { files, lines, text } from './drawn-files.ts';

/** What the file system says of these paths: file modes mean nothing to an administrator. */
const refused = vi.hoisted(() => new Map<string, string>());

const refusing = vi.hoisted(() => (path: unknown): void => {
  const code = refused.get(String(path));
  if (code !== undefined) throw Object.assign(new Error(`${code}: no, '${path}'`), { code, syscall: 'open' });
});

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  const guarded =
    <Arguments extends readonly unknown[], Result>(call: (...all: Arguments) => Promise<Result>) =>
    async (...all: Arguments): Promise<Result> => {
      refusing(all[0]);
      return call(...all);
    };
  return {
    ...real,
    readdir: guarded(real.readdir as (...all: readonly unknown[]) => Promise<unknown>),
    readFile: guarded(real.readFile as (...all: readonly unknown[]) => Promise<unknown>),
    stat: guarded(real.stat as (...all: readonly unknown[]) => Promise<unknown>),
  };
});

vi.mock('node:fs', async (original) => {
  const real = await original<typeof import('node:fs')>();
  return {
    ...real,
    createReadStream: (path: string, options: object) => {
      const stream = real.createReadStream(path, options);
      try {
        refusing(path);
      } catch (error) {
        stream.destroy(error as Error);
      }
      return stream;
    },
  };
});

describe('a data set that may not be read', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'chatreid-permission-'));
  });
  afterEach(async () => {
    refused.clear();
    await rm(folder, { recursive: true, force: true });
  });

  const layOuts: Readonly<Record<string, () => void>> = {
    market1501: () =>
      files(folder, ['query/0001_c1s1_000001_00.jpg', 'bounding_box_train/0001_c2s1_000001_00.jpg']),
    'sysu-mm01': () => {
      lines(folder, 'exp/test_id.txt', ['2']);
      lines(folder, 'exp/train_id.txt', ['1']);
      lines(folder, 'exp/val_id.txt', ['3']);
      for (let camera = 1; camera <= 6; camera++) files(folder, [`cam${camera}/0001/0001.jpg`]);
    },
    llcm: () => {
      lines(folder, 'idx/train_vis.txt', ['vis/0001/0001_c01_s1_f1_vis.jpg 0']);
      lines(folder, 'idx/train_nir.txt', ['nir/0001/0001_c01_s1_f1_nir.jpg 0']);
      files(folder, ['vis/0001/0001_c01_s1_f1_vis.jpg', 'nir/0001/0001_c01_s1_f1_nir.jpg']);
    },
    'cuhk-pedes': () => {
      const record = { split: 'train', id: 1, file_path: 'a.jpg', captions: ['in red'] };
      text(folder, 'reid_raw.json', JSON.stringify([record]));
      files(folder, ['imgs/a.jpg']);
    },
    ufinebench: () => {
      const record = { split: 'train', id: 1, file_path: 'images/a.jpg', captions: ['in red'] };
      text(folder, 'all.json', JSON.stringify([record]));
      files(folder, ['images/a.jpg']);
    },
    manifest: () => {
      lines(folder, 'm.csv', ['path,person_id,split', 'a.jpg,1,train']);
      files(folder, ['a.jpg']);
    },
  };

  it.each<[set: TrainingSet, path: string, data?: string]>([
    [market1501, '.'],
    [market1501, 'bounding_box_train'],
    [sysuMm01, '.'],
    [sysuMm01, 'exp/val_id.txt'],
    [sysuMm01, 'cam3'],
    [sysuMm01, 'cam3/0001'],
    [llcm, 'idx/train_nir.txt'],
    [llcm, 'nir/0001/0001_c01_s1_f1_nir.jpg'],
    [cuhkPedes, 'reid_raw.json'],
    [cuhkPedes, 'imgs/a.jpg'],
    [ufineBench, '.'],
    [manifest, 'm.csv', 'm.csv'],
    [manifest, 'a.jpg', 'm.csv'],
  ])('$name says so of %s', async (set, path, data = '.') => {
    layOuts[set.name]!();
    const given = join(folder, data);
    const { rows } = await set.readTraining(given, { allowPartial: true });
    expect(rows.length).toBeGreaterThan(0);
    for (const code of ['EACCES', 'EPERM']) {
      refused.set(join(folder, path), code);
      for (const allowPartial of [true, false]) {
        await expect(set.readTraining(given, { allowPartial })).rejects.toMatchObject({
          code: 'DATASET_INVALID',
          message: `${join(folder, path)} cannot be read: this account has no permission (${code}).`,
          next: expect.not.stringMatching(/[Cc]omplete|[Gg]ive the folder/),
        });
      }
    }
  });

  it('says what else the file system says', async () => {
    layOuts.market1501!();
    refused.set(join(folder, 'bounding_box_train'), 'EIO');
    await expect(market1501.readTraining(folder, { allowPartial: true })).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: expect.stringMatching(/bounding_box_train cannot be read: EIO: no/),
      next: expect.stringContaining('disk'),
    });
  });

  it('finds pictures in a folder that may be entered and not listed', async () => {
    const many = Array.from({ length: 20 }, (_, at) => `in/${at}.jpg`);
    files(folder, many);
    refused.set(join(folder, 'in'), 'EACCES');
    const paths = [...many, 'in/none.jpg'].map((path) => join(folder, path));
    expect([...(await missingPictures(paths))]).toEqual([join(folder, 'in/none.jpg')]);
  });
});
