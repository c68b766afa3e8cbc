/** The manifest reader: every mistake is named by its line. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { manifest } from '../../../src/evaluation/datasets/manifest.ts';
import { header, ManifestFolder, rows } from './written-manifest.ts';

describe('a manifest with mistakes', () => {
  const folder = new ManifestFolder();
  const { write, more, read, refusal } = folder;

  it.each([
    ['an empty person', 'q/1.jpg, ,a,query,,,', 'it has no person_id'],
    ['no split', 'q/1.jpg,1,a,,,,', 'it has no split'],
    ['an unknown split', 'q/1.jpg,1,a,test,,,', 'its split "test" is not known'],
    ['a gallery row without a path', ',1,a,gallery,in red,,', 'it has no path'],
    ['a training row without a path', ',1,a,train,in red,,', 'it has no path'],
    ['a query without anything', ',1,a,query, ,,', 'it has neither path nor caption'],
    ['too few cells', 'q/1.jpg,1', 'it has 2 cells under 7 columns'],
    ['a comma without quotes', ',1,,query,red cap, bag,,', 'it has 8 cells under 7 columns'],
    [
      'a gallery picture twice',
      './g/1a.jpg,1,a,gallery,,,',
      './g/1a.jpg is a gallery row already, in line 5',
    ],
    [
      'a gallery picture twice, in other words',
      'g/10.jpg,1,a,gallery,in red,,\ng/10.jpg,1,a,gallery,in blue,,',
      'g/10.jpg is a gallery row already, in line 11',
      12,
    ],
    ['a query picture twice', 'q/1.jpg,1,a,query,in red,,', 'q/1.jpg is a query row already, in line 2'],
    [
      'the same words twice',
      ',2,,query,"a red cap, a bag",,',
      'the same description of the same person is a query row already, in line 3',
    ],
    ['a picture of two persons', 'g/1a.jpg,2,a,query,,,', 'the person_id of g/1a.jpg is 2, but 1 in line 5'],
    ['a picture of two cameras', 'g/1a.jpg,1,b,query,,,', 'the camera_id of g/1a.jpg is b, but a in line 5'],
    ['a long caption', `,2,,query,${'x'.repeat(4001)},,`, 'its caption is 4,001 characters long'],
  ])('names the row with %s', async (_, row, wrong, line = 11) => {
    for (const allowPartial of [false, true]) {
      expect(await refusal(more(row), { allowPartial })).toBe(`FILE line ${line}: ${wrong}.`);
    }
  });

  it.each([
    ['\n', '\n'],
    ['\r\n', '\r\n'],
    ['\r\n', '\n'],
    ['\r', '\r'],
  ])('names the line where lines end in %j and lines of a caption in %j', async (end, within) => {
    const lines = ['', header, `,1,,query,"two${within}${within}lines",,`, '', 'g/1a.jpg,1,,gallery,,,'];
    const above = `${lines.join(end)}${end}`;
    expect((await read(write(above))).queries[0]?.source).toBe('words#3');
    expect(await refusal(write(`${above},,,query,"x${within}y",,${end}`))).toBe(
      'FILE line 8: it has no person_id.',
    );
    expect(await refusal(write(`${above},1,,query,"open,,${end}g/2.jpg,2,,gallery,,,${end}`))).toBe(
      'FILE line 8: this is not CSV: a quote is opened in this record and not closed.',
    );
    expect(await refusal(write(`${end}${end}path,split${end}a,query${end}`))).toContain(
      'FILE line 3: there is no',
    );
  });

  it('takes lines that end in different ways, and a delimiter that captions hold', async () => {
    const mixed =
      'path;person_id;split;caption\n;1;query;"a, b"\r\n;2;query;c, d, e, f, g\rg/1a.jpg;1;gallery;\n';
    expect((await read(write(mixed))).queries.map(({ caption }) => caption)).toEqual([
      'a, b',
      'c, d, e, f, g',
    ]);
  });

  it.each([
    ['sep=;', ';'],
    ['"sep=;"', ';'],
    ['SEP=,', ','],
    ['sep=\t', '\t'],
    ['\uFEFFsep=|', '|'],
  ])("understands Excel's first line %j, and counts it", async (first, delimiter) => {
    const cells = [
      ['path', 'person_id', 'split', 'caption'],
      ['', '1', 'query', 'a, b; c'],
      ['g/1a.jpg', '1', 'gallery', ''],
    ];
    const quoted = (cell: string): string => (/[,;]/.test(cell) ? `"${cell}"` : cell);
    for (const end of ['\r\n', '\n']) {
      const above = [first, ...cells.map((row) => row.map(quoted).join(delimiter)), ''].join(end);
      const { queries } = await read(write(above));
      expect(queries).toEqual([{ personId: '1', source: 'words#3', caption: 'a, b; c' }]);
      expect(await refusal(write(`${above}${['', '', 'query', 'x'].join(delimiter)}`))).toBe(
        'FILE line 5: it has no person_id.',
      );
      expect(await refusal(write(`${above}${['', '1', 'query', '"x'].join(delimiter)}`))).toBe(
        'FILE line 5: this is not CSV: a quote is opened in this record and not closed.',
      );
      expect(await refusal(write(`${first}${end}path${delimiter}split${end}`))).toContain(
        'FILE line 2: there is no column person_id',
      );
      expect(await refusal(write(`${first}${end}${end}`))).toBe('FILE: the file is empty.');
    }
  });

  it('does not repeat a path that is megabytes long', async () => {
    const message = await refusal(more(`${'x'.repeat(100_000)},1,b,query,,,`));
    expect(message).toContain('FILE line 11: there is no picture at xxx');
    expect(message.length).toBeLessThan(1100);
  });

  it('counts the other mistakes, too', async () => {
    const file = more('q/1.jpg,,a,query,,,', 'q/1.jpg,1,a,val,,,', ',1,a,gallery,,,');
    expect(await refusal(file)).toBe(
      'FILE line 11: it has no person_id; 2 more rows are wrong, in lines 12 and 13.',
    );
  });

  it('names columns that are missing or doubled', async () => {
    expect(await refusal(write('camera_id,caption,Who\n1,2,3\n'))).toBe(
      'FILE line 1: there is no column path and no column person_id and no column split (found: camera_id, caption and Who).',
    );
    expect(await refusal(write('path,person_id,split,personId\na,1,query,1\n'))).toContain(
      'FILE line 1: the column person_id is there twice',
    );
  });

  it('names what is no manifest at all', async () => {
    expect(await refusal(join(folder.path, 'absent.csv'))).toContain('there is no manifest that can be read');
    expect(await refusal(folder.path)).toContain('this is a folder');
    expect(await refusal(write('\n'))).toContain('the file is empty');
    expect(await refusal(write('[{"path":"a"}]', 'm.json'))).toContain('neither CSV nor JSON lines');
    const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
    expect(await refusal(write(png, 'm.png'))).toContain(
      'FILE line 1: this is not UTF-8 text, so it is neither CSV',
    );
    const latin = Buffer.concat([Buffer.from(`${header}\nq/1.jpg,1,,query,`), Buffer.from([0xe9, 0x0a])]);
    expect(await refusal(write(latin))).toContain('FILE line 2: this is not UTF-8 text');
    expect(await refusal(write('{"path":"q/1.jpg"}\n{"path":\n[]\n', 'm.jsonl'))).toBe(
      'FILE line 1: it has no person_id; 2 more rows are wrong, in lines 2 and 3.',
    );
    expect(await refusal(write('{"split":"query","person_id":["a"]}', 'm.jsonl'))).toContain(
      'FILE line 1: its person_id is not text',
    );
    expect(await refusal(write('{"split":"query","caption":"x","person_id":1e999}', 'm.jsonl'))).toContain(
      'FILE line 1: its person_id is not text',
    );
    expect(
      await refusal(write('{"split":"query","caption":"x","person_id":90071992547409931}', 'm.jsonl')),
    ).toContain('FILE line 1: its person_id is not text');
    expect(await refusal(write('{"split":"query","person_id":1,"personId":2}', 'm.jsonl'))).toContain(
      'FILE line 1: its person_id is there twice',
    );
    expect(
      await refusal(write('{"split":"query","path":"a\\u0000.jpg","person_id":1}', 'm.jsonl')),
    ).toContain('FILE line 1: its path holds a NUL character');
    expect(await refusal(more(',1,,query,a "red cap,,'))).toMatch(/^FILE line 1\d: this is not CSV: /);
  });

  it('says that there is no query, no gallery or nothing to train on', async () => {
    const only = (...wanted: readonly string[]): string =>
      write([header, ...rows.filter((row) => wanted.includes(row.split(',')[3]!))].join('\n'));
    expect(await refusal(only('gallery'))).toBe('FILE: no row has the split query.');
    expect(await refusal(only('query'))).toBe('FILE: no row has the split gallery.');
    await expect(
      manifest.readTraining(only('query', 'gallery'), { allowPartial: true }),
    ).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: expect.stringContaining('no row has the split train'),
    });
  });

  it('names pictures that are not there, and leaves them out where it may', async () => {
    const absent = ['q/x.jpg,1,b,query,,,', 'g/x.jpg,2,,gallery,,,'];
    const file = more(...absent);
    expect(await refusal(file)).toBe('FILE line 11: there is no picture at q/x.jpg; 1 more row has none.');
    const { queries, gallery, differences } = await read(file, { allowPartial: true });
    expect([queries.length, gallery.length]).toEqual([3, 4]);
    expect(differences).toEqual([
      '2 rows were left out because no picture is there: q/x.jpg (line 11) and g/x.jpg (line 12)',
    ]);
    await rm(join(folder.path, 'g'), { recursive: true });
    expect(await refusal(file, { allowPartial: true })).toBe(
      'FILE: no gallery row has a picture that is there.',
    );
  });

  it('finds one missing picture among many of its folder', async () => {
    const many = Array.from({ length: 40 }, (_, at) => `g/many${at}.jpg`);
    for (const picture of many.slice(1)) write('', picture);
    const file = more(...many.map((picture) => `${picture},1,c,gallery,,,`));
    expect(await refusal(file)).toBe('FILE line 11: there is no picture at g/many0.jpg.');
  });
});
