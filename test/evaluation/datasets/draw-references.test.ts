/** Every fixture of the reference code says what it is, and whose code made it. */
import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readFixture } from '../metrics/reference-cases.ts';
import { drawReferences } from './draw-references.ts';

const names = readdirSync(new URL('../../fixtures/evaluation', import.meta.url)).map((file) =>
  file.replace(/\.json\.gz$/, ''),
);

it.each(names)('%s', (name) => {
  const { about, sources } = readFixture<{ about: string; sources: Readonly<Record<string, string>> }>(name);
  expect(about).toContain('outside this repository');
  expect(Object.keys(sources)).not.toEqual([]);
});

it('names a source for each reader of the draws', () => {
  const { about: _about, sources, ...readers } = drawReferences;
  expect(Object.keys(sources)).toEqual(Object.keys(readers));
});
