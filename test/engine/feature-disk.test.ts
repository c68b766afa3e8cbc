/** Picture features on disk: whole or not there, bounded, and never a reason to fail. */
import { appendFile, mkdtemp, readdir, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FeatureDisk } from '../../src/engine/feature-disk.ts';
import { featureFile, readFeatureFile } from '../../src/engine/feature-file.ts';
import { forgetFeatures, modelFolderName } from '../../src/engine/feature-folder.ts';
import type { PictureFeatures } from '../../src/engine/vision-encoder.ts';

const model = 'c'.repeat(64);
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chatreid-features-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const features = (seed: number, length = 16): PictureFeatures => ({
  grid: [1, 4, 2 * seed],
  data: Float32Array.from({ length }, (_, i) => seed + i / 7),
});
const inModel = () => join(folder, modelFolderName(model));
const fileOf = (id: string) => join(inModel(), `${id}.features`);
const fileBytes = featureFile(features(1)).length;

test('features come back to the bit, floats and halves, in another process too', async () => {
  const halves: PictureFeatures = { grid: [1, 2, 2], data: Uint16Array.from([1, 2, 0x3c00, 0xffff]) };
  const first = new FeatureDisk(folder, model, 1e6);
  expect(await first.get('a')).toBeUndefined();
  first.put('a', features(1));
  first.put('b', halves);
  await first.settled();
  const second = new FeatureDisk(folder, model, 1e6);
  expect(await second.get('a')).toEqual(features(1));
  expect(await second.get('b')).toEqual(halves);
  expect(second.stats()).toMatchObject({ hits: 2, misses: 0, limitBytes: 1e6 });
  expect(first.stats().misses).toBe(1);
  expect(await new FeatureDisk(folder, 'd'.repeat(64), 1e6).get('a')).toBeUndefined();
  expect((await readdir(inModel())).sort()).toEqual(['a.features', 'b.features']);
});

test.each([
  ['cut short', (path: string) => truncate(path, fileBytes - 5)],
  ['empty', (path: string) => truncate(path, 0)],
  ['longer', (path: string) => appendFile(path, 'x')],
  [
    'changed in one bit',
    async (path: string) => {
      const bytes = await readFile(path);
      bytes[40] = (bytes[40] as number) ^ 1;
      await writeFile(path, bytes);
    },
  ],
  ['something else', (path: string) => writeFile(path, '<html>')],
  ['gone', (path: string) => rm(path)],
])('a file that is %s is a miss, and is written again', async (_, damage) => {
  const disk = new FeatureDisk(folder, model, 1e6);
  disk.put('a', features(1));
  await disk.settled();
  await damage(fileOf('a'));
  expect(await disk.get('a')).toBeUndefined();
  expect(disk.stats()).toMatchObject({ hits: 0, misses: 1, bytes: 0 });
  disk.put('a', features(1));
  await disk.settled();
  expect(await disk.get('a')).toEqual(features(1));
  expect(disk.stats().bytes).toBe(fileBytes);
});

test('bytes stay within the limit, the least recently used go first, across restarts', async () => {
  const limit = 3 * fileBytes;
  const disk = new FeatureDisk(folder, model, limit);
  for (const id of ['a', 'b', 'c']) disk.put(id, features(1));
  await disk.settled();
  await disk.get('a');
  disk.put('d', features(1));
  await disk.settled();
  expect((await readdir(inModel())).sort()).toEqual(['a.features', 'c.features', 'd.features']);
  expect(disk.stats()).toMatchObject({ bytes: limit, limitBytes: limit });
  const old = new Date(Date.now() - 1e8);
  await utimes(fileOf('d'), old, old);
  const later = new FeatureDisk(folder, model, limit);
  later.put('e', features(1));
  later.put('too-large', features(1, 10_000));
  await later.settled();
  expect((await readdir(inModel())).sort()).toEqual(['a.features', 'c.features', 'e.features']);
});

test('unfinished files of a killed process are no entries and go away with time', async () => {
  const disk = new FeatureDisk(folder, model, 1e6);
  disk.put('a', features(1));
  await disk.settled();
  const [young, old] = [`${fileOf('b')}.1.tmp`, `${fileOf('c')}.2.tmp`];
  await writeFile(young, 'half');
  await writeFile(old, 'half');
  await writeFile(join(inModel(), '%zz.features'), 'not ours');
  const long = new Date(Date.now() - 1e8);
  await utimes(old, long, long);
  const later = new FeatureDisk(folder, model, 1e6);
  expect(await later.get('b')).toBeUndefined();
  expect((await readdir(inModel())).sort()).toEqual(['%zz.features', 'a.features', 'b.features.1.tmp']);
});

test('a folder that cannot be made or written is only a cache that keeps nothing', async () => {
  await writeFile(join(folder, 'file'), '');
  const disk = new FeatureDisk(join(folder, 'file'), model, 1e6);
  disk.put('a', features(1));
  await disk.settled();
  expect(await disk.get('a')).toBeUndefined();
});

test('a forgotten picture is gone from the disk', async () => {
  const disk = new FeatureDisk(folder, model, 1e6);
  disk.put('a', features(1));
  await disk.forget('a');
  expect(await readdir(inModel())).toEqual([]);
  expect(await disk.get('a')).toBeUndefined();
  expect(disk.stats().bytes).toBe(0);
});

test('the file names its own damage', () => {
  const file = featureFile(features(2));
  expect(readFeatureFile(file)).toEqual(features(2));
  for (let byte = 0; byte < file.length; byte++) {
    const damaged = Buffer.from(file);
    damaged[byte] = (damaged[byte] as number) ^ 0x10;
    expect(readFeatureFile(damaged)).toBeUndefined();
  }
});

test('what another process has written since is found', async () => {
  const [one, other] = [new FeatureDisk(folder, model, 1e6), new FeatureDisk(folder, model, 1e6)];
  expect(await other.get('a')).toBeUndefined();
  one.put('a', features(1));
  await one.settled();
  expect(await other.get('a')).toEqual(features(1));
  expect(other.stats()).toMatchObject({ hits: 1, misses: 1, bytes: fileBytes });
});

test('an id that is no file name stays inside the folder', async () => {
  const disk = new FeatureDisk(folder, model, 1e6);
  disk.put('../../outside', features(1));
  await disk.settled();
  expect(await readdir(folder)).toEqual([modelFolderName(model)]);
  expect(await readdir(inModel())).toHaveLength(1);
  expect(await new FeatureDisk(folder, model, 1e6).get('../../outside')).toEqual(features(1));
});

test('all of the key counts: two sizes of pictures of one model are two things', async () => {
  const [large, small] = [`${model}-802816`, `${model}-50176`].map(
    (key) => new FeatureDisk(folder, key, 1e6),
  );
  large?.put('a', features(1));
  await large?.settled();
  expect(await small?.get('a')).toBeUndefined();
  small?.put('a', features(2));
  await small?.settled();
  expect(await large?.get('a')).toEqual(features(1));
});

async function bytesOnDisk(): Promise<number> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return (await Promise.all(files.map((file) => readFile(file)))).reduce(
    (sum, { length }) => sum + length,
    0,
  );
}

test('two programs with one cache keep within the limit together', async () => {
  const limit = 10 * fileBytes;
  const [one, other] = [new FeatureDisk(folder, model, limit), new FeatureDisk(folder, model, limit)];
  for (const disk of [one, other]) await disk.load();
  for (let i = 0; i < 10; i++) one.put(`one-${i}`, features(1));
  await one.settled();
  for (let i = 0; i < 10; i++) other.put(`other-${i}`, features(1));
  await other.settled();
  expect(await bytesOnDisk()).toBe(limit);
  expect(other.stats().bytes).toBe(limit);
  expect(await other.get('other-9')).toBeDefined();
});

test('what another model has left counts, and goes first when it is the older', async () => {
  const before = new FeatureDisk(folder, 'another model', 3 * fileBytes);
  for (const id of ['a', 'b', 'c']) before.put(id, features(1));
  await before.settled();
  const now = new FeatureDisk(folder, model, 3 * fileBytes);
  await now.load();
  expect(now.stats()).toMatchObject({ hits: 0, misses: 0, bytes: 3 * fileBytes });
  now.put('d', features(2));
  now.put('e', features(2));
  await now.settled();
  expect(await bytesOnDisk()).toBe(3 * fileBytes);
  expect((await readdir(inModel())).sort()).toEqual(['d.features', 'e.features']);
  expect(await readdir(join(folder, modelFolderName('another model')))).toEqual(['c.features']);
});

test('pictures are forgotten in every model’s folder without a model, and nothing else is', async () => {
  const cache = join(folder, 'cache');
  await forgetFeatures(cache, ['a']);
  const disks = [model, 'another model'].map((key) => new FeatureDisk(join(cache, 'features'), key, 1e6));
  for (const disk of disks) {
    for (const id of ['a', 'b', 'ab', '../c']) disk.put(id, features(1));
    await disk.settled();
  }
  const inAnother = join(cache, 'features', modelFolderName('another model'));
  await writeFile(join(inAnother, 'a.features.1.tmp'), 'half');
  await forgetFeatures(cache, ['a', '../c', 'never seen']);
  for (const key of [model, 'another model']) {
    const left = await readdir(join(cache, 'features', modelFolderName(key)));
    expect(left.sort()).toEqual(['ab.features', 'b.features']);
  }
  expect(await disks[0]?.get('a')).toBeUndefined();
  expect(await disks[1]?.get('b')).toEqual(features(1));
});
