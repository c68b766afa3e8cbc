/** Manifests of many or endless lines: read in a time that grows with their length, or refused with the line. */
import { expect, test } from 'vitest';
import { readManifest } from '../../src/gallery/sources/manifest-rows.ts';

const read = (text: string, jsonLines: boolean) => readManifest(text, 'm', { jsonLines, timeZone: 'UTC' });

test('a hundred thousand lines, of CSV and of JSON', () => {
  const csv = `path,person_id,time\n${'a.jpg,p1,2026-11-24T13:05:00\n'.repeat(100_000)}`;
  expect(read(csv, false).rows).toHaveLength(100_000);
  expect(read('{"path":"a.jpg","person_id":"p"}\n'.repeat(100_000), true).rows).toHaveLength(100_000);
});

test('a line of ten megabytes is a row like others', () => {
  const long = 'x'.repeat(10_000_000);
  expect(read(`path,caption\na.jpg,${long}\n`, false).rows).toMatchObject([
    { path: 'a.jpg', facts: { caption: long } },
  ]);
});

test.each([
  ['a quotation mark that nobody closes', `path\n"${'x'.repeat(1_000_000)}`, false],
  ['a million columns', `${',c'.repeat(1_000_000)}\n`, false],
  ['no line that is JSON', '['.repeat(1_000_000), true],
])('%s is refused', (_, text, jsonLines) => {
  expect(() => read(text, jsonLines)).toThrow(expect.objectContaining({ code: 'IMPORT_MANIFEST_INVALID' }));
});

test('deep JSON in a cell is no tag, and hurts nobody', () => {
  const [row] = read(`{"path":"a.jpg","tags":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, true).rows;
  expect(row).toMatchObject({ path: 'a.jpg', facts: {} });
});
