/** Pictures on their way from the page into a gallery: nothing but pixels is written, and the time they were taken is known. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withSentPictures } from '../../src/cli/sent-pictures.ts';
import { pictureId } from '../../src/foundation/picture.ts';
import { planted, plantedPictures } from '../foundation/planted.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chatreid-sent-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('files without metadata, their time, their ids, and those that are none', async () => {
  const all = [...(await plantedPictures())].map(([where, bytes]) => ({ name: where, bytes }));
  const broken = { name: 'page.jpg', bytes: Buffer.from('<!doctype html><html>') };
  await withSentPictures(folder, [...all, broken], 'Europe/Berlin', async ({ files, pictureIds, failed }) => {
    expect(files.map(({ name }) => name)).toEqual(all.map(({ name }) => name));
    expect(failed).toMatchObject([{ source: 'page.jpg', code: 'PICTURE_NOT_A_PICTURE' }]);
    for (const [at, { path, name, time }] of files.entries()) {
      const bytes = await readFile(path);
      expect({ name, planted: bytes.includes(planted) }).toEqual({ name, planted: false });
      expect(pictureIds[at]).toBe(pictureId(bytes));
      if (name.startsWith('EXIF') && !/tiff/.test(name))
        expect({ name, time }).toEqual({ name, time: '2026-11-24T12:05:00.000Z' });
    }
  });
  expect(await readdir(folder)).toEqual([]);
});

test('nothing is left where what is done with them fails', async () => {
  const one = { name: 'a.png', bytes: [...(await plantedPictures()).values()][1]! };
  await expect(withSentPictures(folder, [one], 'UTC', () => Promise.reject(new Error('no')))).rejects.toThrow(
    'no',
  );
  expect(await readdir(folder)).toEqual([]);
});
