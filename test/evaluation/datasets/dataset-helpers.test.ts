/** What readers share: listing pictures, reading lists, and refusing them. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  inSourceOrder,
  jsonOf,
  linesOf,
  refuseDuplicates,
} from '../../../src/evaluation/datasets/list-file.ts';
import { missingPictures } from '../../../src/evaluation/datasets/missing-pictures.ts';
import {
  datasetRoot,
  foldersIn,
  picturesIn,
  somePicturesIn,
} from '../../../src/evaluation/datasets/picture-folder.ts';
import { listedThere, refuseNone } from '../../../src/evaluation/datasets/pictures-there.ts';
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

  it('takes no folder and no pipe for a picture, whatever its name, and follows links', async () => {
    const many = Array.from({ length: 20 }, (_, at) => `in/${String(at).padStart(2, '0')}.jpg`);
    files(folder, many);
    mkdirSync(join(folder, 'in/folder.jpg'));
    symlinkSync(join(folder, 'in/00.jpg'), join(folder, 'in/link.jpg'));
    symlinkSync(join(folder, 'nowhere'), join(folder, 'in/broken.jpg'));
    const odd = ['in/broken.jpg', 'in/folder.jpg'];
    if (process.platform !== 'win32') {
      execFileSync('mkfifo', [join(folder, 'in/pipe.jpg')]);
      odd.push('in/pipe.jpg');
    }
    const listed = await picturesIn(folder, 'in');
    expect(listed).toEqual([...many.map((path) => path.slice(3)), 'broken.jpg', 'link.jpg']);
    const paths = [...many, 'in/link.jpg', ...odd].map((path) => join(folder, path));
    expect([...(await missingPictures(paths))]).toEqual(odd.map((path) => join(folder, path)));
    expect([...(await missingPictures(paths.slice(20)))]).toEqual(odd.map((path) => join(folder, path)));
  });

  it('lists folders, linked ones too, and no files', async () => {
    files(folder, ['b/x.jpg', '.hidden/x.jpg', '__MACOSX/x.jpg', 'file.jpg']);
    symlinkSync(join(folder, 'file.jpg'), join(folder, 'd'));
    symlinkSync(join(folder, 'nowhere'), join(folder, 'e'));
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
    expect(await linesOf(folder, 'list.txt')).toEqual([
      { number: 1, text: 'one 1' },
      { number: 3, text: 'two 2' },
      { number: 4, text: 'three 3' },
    ]);
    await expect(linesOf(folder, 'absent.txt', layout)).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: `${folder} does not hold Somewhere in its public layout: there is no file absent.txt.`,
      next: layout.next,
    });
    await expect(linesOf(folder, 'idx/absent.txt', layout)).rejects.toMatchObject({
      message: `${folder} does not hold Somewhere in its public layout: there is no file absent.txt in ${join(folder, 'idx')}.`,
    });
    mkdirSync(join(folder, 'folder.txt'));
    await expect(linesOf(folder, 'folder.txt', layout)).rejects.toMatchObject({
      message: `${join(folder, 'folder.txt')}: this is a folder and not a file.`,
    });
  });

  it('refuses a list that is not UTF-8, naming the line', async () => {
    for (const bytes of ['Gesch\xe4ft.jpg 1', 'a\0b']) {
      writeFileSync(join(folder, 'list.txt'), Buffer.from(`a.jpg 1\n${bytes}\n`, 'latin1'));
      await expect(linesOf(folder, 'list.txt')).rejects.toMatchObject({
        code: 'DATASET_INVALID',
        message: 'list.txt line 2: this is not UTF-8 text.',
        next: expect.stringContaining('UTF-8'),
      });
    }
    writeFileSync(join(folder, 'list.txt'), Buffer.from('\uFEFFa.jpg 1\n', 'utf16le'));
    await expect(linesOf(folder, 'list.txt')).rejects.toThrow('list.txt line 1: this is not UTF-8 text.');
  });

  it('reads JSON, and names the file that is none', async () => {
    text(folder, 'good.json', '\uFEFF[1]');
    text(folder, 'bad.json', '[1');
    expect(await jsonOf(folder, 'good.json')).toEqual([1]);
    await expect(jsonOf(folder, 'bad.json')).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: `${join(folder, 'bad.json')}: this is not JSON.`,
    });
  });

  it('names the row of a picture that is listed twice', async () => {
    const rows = ['b.jpg', 'a.jpg', 'b.jpg', 'c.jpg'].map((source, at) => ({
      source,
      row: `line ${at + 1}`,
    }));
    expect(() => refuseDuplicates(rows.slice(0, 2))).not.toThrow();
    expect(() => refuseDuplicates(rows)).toThrow('line 3: b.jpg is there a second time, first in line 1.');
    expect(inSourceOrder(rows).map(({ row }) => row)).toEqual(['line 2', 'line 1', 'line 3', 'line 4']);
  });

  it('refuses rows whose picture is not there, or leaves them out of their lists', async () => {
    const rows = ['b.jpg', 'a.jpg', 'c/d.jpg', 'b.jpg'].map((source, at) => ({
      source,
      row: `line ${at + 1}`,
    }));
    const there = (lists: typeof rows, allowPartial: boolean) =>
      listedThere(folder, [lists.slice(0, 2), lists.slice(2)], { next: 'Complete it.', allowPartial });
    files(folder, ['a.jpg']);
    await expect(there(rows, false)).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: 'line 1: there is no picture at b.jpg; 1 more row has none.',
      next: 'Complete it. Or pass --allow-partial to leave such rows out.',
    });
    await expect(there([...rows, { source: 'e.jpg', row: 'line 5' }], false)).rejects.toThrow(
      'b.jpg; 2 more rows have none.',
    );
    expect(await there(rows, true)).toEqual({
      there: [[rows[1]], []],
      differences: ['2 rows were left out because no picture is there: b.jpg (line 1) and c/d.jpg (line 3)'],
    });
    expect(await there(rows.slice(1, 2), false)).toEqual({ there: [[rows[1]], []], differences: [] });
    expect(() => refuseNone(folder, layout, [], 'no picture that list.txt names is there')).toThrow(
      `${folder} does not hold Somewhere in its public layout: no picture that list.txt names is there.`,
    );
    expect(() => refuseNone(folder, layout, rows, 'none is there')).not.toThrow();
  });

  it.each([true, false])(
    'refuses a row that leads out of the data set (allowPartial %s)',
    async (allowPartial) => {
      files(folder, ['a.jpg', 'in/b.jpg']);
      for (const source of ['../a.jpg', 'x/../../a.jpg', 'x\\..\\..\\a.jpg']) {
        const lists = [[{ source: 'b.jpg', row: 'line 1' }], [{ source, row: 'line 7' }]];
        await expect(listedThere(join(folder, 'in'), lists, { allowPartial })).rejects.toMatchObject({
          code: 'DATASET_INVALID',
          message: `line 7: ${source} leads out of the data set.`,
        });
      }
    },
  );
});
