/** What readers share: listing pictures, reading lists, and refusing them. */
import { mkdirSync, symlinkSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  inSourceOrder,
  jsonOf,
  linesOf,
  refuseDuplicates,
  refuseMissing,
} from '../../../src/evaluation/datasets/list-file.ts';
import {
  datasetRoot,
  foldersIn,
  picturesIn,
  somePicturesIn,
} from '../../../src/evaluation/datasets/picture-folder.ts';
import { files, text } from './drawn-files.ts';

const layout = { title: 'Somewhere', next: 'Give the folder of Somewhere.' };

describe('what readers share', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'chatreid-helpers-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('lists pictures in code-unit order, and neither hidden files nor anything else', async () => {
    files(folder, [
      'in/b.PNG',
      'in/a.jpg',
      'in/B.jpeg',
      'in/c.bmp',
      'in/._a.jpg',
      'in/Thumbs.db',
      'in/d.txt',
    ]);
    expect(await picturesIn(folder, 'in')).toEqual(['B.jpeg', 'a.jpg', 'b.PNG', 'c.bmp']);
    files(folder, ['none/readme.txt']);
    expect(await picturesIn(folder, 'none')).toEqual([]);
    await expect(somePicturesIn(folder, 'none', layout)).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: `${folder} does not hold Somewhere in its public layout: its folder none holds no picture.`,
      next: layout.next,
    });
    await expect(picturesIn(folder, 'absent', layout)).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: expect.stringContaining('no folder absent that can be read'),
    });
  });

  it('lists folders, linked ones too, and no files', async () => {
    files(folder, ['b/x.jpg', '.hidden/x.jpg', '__MACOSX/x.jpg', 'file.jpg']);
    mkdirSync(join(folder, 'a'));
    symlinkSync(join(folder, 'b'), join(folder, 'c'));
    expect(await foldersIn(folder, '.')).toEqual(['a', 'b', 'c']);
  });

  it('finds the folder inside the one that was given', async () => {
    files(folder, ['Archive-1/query/x.jpg', 'other/query/x.jpg']);
    expect(await datasetRoot(folder, ['query'], ['Archive-2', 'Archive-1'])).toBe(join(folder, 'Archive-1'));
    expect(await datasetRoot(join(folder, 'other'), ['query'], ['query'])).toBe(join(folder, 'other'));
    expect(await datasetRoot(folder, ['gallery'], ['Archive-1'])).toBe(folder);
  });

  it('reads lines with their numbers, whatever ends them', async () => {
    text(folder, 'list.txt', '\uFEFFone 1\r\n\r\n  two 2 \nthree 3');
    expect(await linesOf(join(folder, 'list.txt'))).toEqual([
      { number: 1, text: 'one 1' },
      { number: 3, text: 'two 2' },
      { number: 4, text: 'three 3' },
    ]);
    await expect(linesOf(join(folder, 'absent.txt'), layout)).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: expect.stringContaining('no file absent.txt that can be read'),
      next: layout.next,
    });
  });

  it('reads JSON, and names the file that is none', async () => {
    text(folder, 'good.json', '\uFEFF[1]');
    text(folder, 'bad.json', '[1');
    expect(await jsonOf(join(folder, 'good.json'))).toEqual([1]);
    await expect(jsonOf(join(folder, 'bad.json'))).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: `${join(folder, 'bad.json')}: this is not JSON.`,
    });
  });

  it('names the row of a picture that is listed twice, or is not there', async () => {
    const rows = ['b.jpg', 'a.jpg', 'b.jpg', 'c.jpg'].map((source, at) => ({
      source,
      row: `line ${at + 1}`,
    }));
    expect(() => refuseDuplicates(rows.slice(0, 2))).not.toThrow();
    expect(() => refuseDuplicates(rows)).toThrow('line 3: b.jpg is there a second time, first in line 1.');
    files(folder, ['a.jpg']);
    await expect(refuseMissing(folder, rows, 'Complete it.')).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: `line 1: b.jpg is not in ${folder} (nor are 1 other pictures that are listed).`,
      next: 'Complete it.',
    });
    await refuseMissing(folder, rows.slice(1, 2), 'Complete it.');
    expect(inSourceOrder(rows).map(({ row }) => row)).toEqual(['line 2', 'line 1', 'line 3', 'line 4']);
  });
});
