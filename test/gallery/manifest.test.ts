/** Manifests: columns, times, bad rows, bad files. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { EmbeddedGalleryStore } from '../../src/gallery/embedded-store.ts';
import { importPictures } from '../../src/gallery/importer.ts';
import { readManifest, tagsCell } from '../../src/gallery/sources/manifest-rows.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { picture } from './test-pictures.ts';

let store: EmbeddedGalleryStore;
let folder: string;

beforeEach(async () => {
  store = await EmbeddedGalleryStore.open(await temporaryFolder());
  folder = await temporaryFolder();
  await mkdir(join(folder, 'pictures'));
  for (const number of [1, 2, 3]) {
    await writeFile(join(folder, 'pictures', `${number}.png`), await picture(number));
  }
  return () => store.close();
});

async function importText(name: string, text: string, timeZone = 'Europe/Berlin') {
  const path = join(folder, name);
  await writeFile(path, text);
  const report = await importPictures({ store, gallery: 'site', sources: [path], timeZone });
  const records = (await store.galleries()).length > 0 ? await store.list('site') : [];
  return { report, records };
}

const lines = (...text: string[]) => text.join('\n');

it('reads every column of a CSV, times in the site’s zone, paths from the manifest’s folder', async () => {
  const { report, records } = await importText(
    'list.csv',
    lines(
      'path,person_id,camera_id,time,place,split,caption,tags',
      'pictures/1.png,0007,3,2026-07-01 13:05,"Gate, north",query,"a man,',
      'with ""a"" cap",red cap; bag',
      `${join(folder, 'pictures/2.png')},,,2026-07-01T13:05:00.5Z,,,,"[""a;b""]"`,
      'pictures/3.png,,,,,,,',
    ),
  );
  expect(report).toMatchObject({ added: 3, failed: [], notes: [] });
  expect(records[0]).toMatchObject({
    source: 'pictures/1.png',
    personId: '0007',
    cameraId: '3',
    time: '2026-07-01T11:05:00.000Z',
    place: 'Gate, north',
    split: 'query',
    caption: 'a man,\nwith "a" cap',
    tags: ['red cap', 'bag'],
  });
  expect(records[1]).toMatchObject({ time: '2026-07-01T13:05:00.500Z', tags: ['a;b'] });
  expect(Object.keys(records[2] ?? {}).sort()).toEqual(['height', 'pictureId', 'source', 'width']);
});

it.each([
  ['camelCase and a byte order mark', 'list.csv', '\uFEFFpath,personId,cameraId\r\npictures/1.png,p,c\r\n'],
  ['semicolons, capitals and spaces', 'list.csv', 'Path;Person ID;Camera ID\npictures/1.png;p;c'],
  ['tabs', 'list.tsv', 'path\tperson_id\tcamera_id\npictures/1.png\tp\tc\n\n'],
  ['JSON lines', 'list.jsonl', '{"path":"pictures/1.png","personId":"p","camera_id":"c"}\n\n'],
])('accepts %s', async (_, name, text) => {
  const { records } = await importText(name, text);
  expect(records).toMatchObject([{ source: 'pictures/1.png', personId: 'p', cameraId: 'c' }]);
});

it('takes numbers and lists from JSON lines', async () => {
  const { records } = await importText(
    'list.jsonl',
    '{"path":"pictures/1.png","personId":7,"tags":["a;b","c"],"time":1782907500000}',
  );
  expect(records).toMatchObject([{ personId: '7', tags: ['a;b', 'c'], time: '2026-07-01T12:05:00.000Z' }]);
});

it('reaches pictures outside its folder, as the command line does', async () => {
  const elsewhere = join(await temporaryFolder(), 'elsewhere.png');
  await writeFile(elsewhere, await picture(2));
  const above = join(folder, 'above.png');
  await writeFile(above, await picture(3));
  await mkdir(join(folder, 'lists'));
  const manifest = join(folder, 'lists', 'list.csv');
  await writeFile(manifest, `path\n../above.png\n${elsewhere}\n`);
  const report = await importPictures({ store, gallery: 'outside', sources: [manifest], timeZone: 'UTC' });
  expect(report).toMatchObject({ added: 2, failed: [] });
});

it('notes unknown columns', async () => {
  const { report } = await importText('list.csv', 'path,weather,mood\npictures/1.png,rain,good');
  expect(report.notes).toEqual([expect.stringContaining('weather, mood')]);
});

it('names and skips rows that cannot be used, and imports the rest', async () => {
  const { report, records } = await importText(
    'list.csv',
    lines(
      'path,time',
      'pictures/1.png,2026-02-30 10:00',
      'pictures/nowhere.png,',
      'pictures/2.png,,too,many',
      ',2026-01-01',
      'pictures,',
      'pictures/3.png,2026-01-01',
    ),
  );
  expect(records.map((record) => record.source)).toEqual(['pictures/3.png']);
  expect(report.failed.map(({ source, code }) => [source, code])).toEqual([
    ['pictures/1.png (list.csv, line 2)', 'IMPORT_MANIFEST_INVALID'],
    ['pictures/nowhere.png (list.csv, line 3)', 'IMPORT_SOURCE_MISSING'],
    ['list.csv, line 4', 'IMPORT_MANIFEST_INVALID'],
    ['list.csv, line 5', 'IMPORT_MANIFEST_INVALID'],
    ['pictures (list.csv, line 6)', 'IMPORT_SOURCE_MISSING'],
  ]);
  expect(report.failed[0]?.message).toContain('2026-02-30 10:00');
});

it.each([
  ['no path column', 'list.csv', 'person,camera\n1,2', /line 1.*person, camera/],
  ['an empty file', 'list.csv', '', /line 1/],
  ['a column twice', 'list.csv', 'path,personId,person_id\na,b,c', /line 1.*personId/],
  ['a quote that never ends', 'list.csv', 'path,caption\na.png,"b\nc.png,d', /line \d/],
  ['UTF-16', 'list.csv', 'p\0a\0t\0h\0', /UTF-8/],
  ['a JSON line that is a list', 'list.jsonl', '[1]', /line 1/],
  ['no JSON line', 'list.jsonl', '\n', /line 1/],
])('refuses a manifest with %s, naming the line', async (_, name, text, message) => {
  await expect(importText(name, text)).rejects.toMatchObject({
    code: 'IMPORT_MANIFEST_INVALID',
    message: expect.stringMatching(message),
  });
  expect(await store.galleries()).toEqual([]);
});

it.each([
  ['list.jsonl', '{"path":"pictures/1.png"}\n{"path"\n{"path":"pictures/2.png"}', /not one JSON object/],
  [
    'list.csv',
    'path,person_id,camera_id\npictures/1.png,a,1\npictures/3.png,b\npictures/2.png,c,2',
    /2 cells under 3 columns/,
  ],
])('a torn line of %s is named and skipped, the others are taken', async (name, text, why) => {
  const { report } = await importText(name, text);
  expect(report.added).toBe(2);
  expect(report.failed).toEqual([
    expect.objectContaining({ code: 'IMPORT_MANIFEST_INVALID', message: expect.stringMatching(why) }),
  ]);
});

it('describes a folder that has it at its top, and mentions pictures that it forgets', async () => {
  await writeFile(join(folder, 'manifest.csv'), 'path,person_id\npictures/2.png,p');
  const report = await importPictures({ store, gallery: 'site', sources: [folder], timeZone: 'UTC' });
  expect(report).toMatchObject({ added: 1, failed: [] });
  expect(report.notes).toEqual([expect.stringMatching(/2 pictures.*pictures\/1\.png, pictures\/3\.png/)]);
});

it('speaks for its columns: a file name fills in only what it has no column for', async () => {
  await writeFile(join(folder, '0007_c3s1_000451_00.jpg'), await picture(9));
  const { records } = await importText('list.csv', 'path,person_id\n0007_c3s1_000451_00.jpg,');
  expect(records[0]).toMatchObject({ cameraId: '3', tags: ['sequence-1'] });
  expect(records[0]).not.toHaveProperty('personId');
});

it('writes tags so that it reads them back', () => {
  for (const tags of [['a'], ['a', 'b c'], ['a;b'], [' a'], ['[x'], ['["'], ['é', '"']]) {
    const row = JSON.stringify({ path: 'p', tags: tagsCell(tags) });
    const { rows } = readManifest(row, 'm', { jsonLines: true, timeZone: 'UTC' });
    expect(rows[0]).toMatchObject({ facts: { tags } });
  }
});
