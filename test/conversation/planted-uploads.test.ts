/** What a camera wrote into a picture that is sent in a talk: nowhere on the disk, and in nothing that is given out. */
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fittedPicture } from '../../src/foundation/picture.ts';
import { Uploads } from '../../src/conversation/uploads.ts';
import { planted, plantedPictures } from '../foundation/planted.ts';

let folder: string;
let uploads: Uploads;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chatreid-planted-'));
  uploads = await Uploads.open(join(folder, 'pictures'), { timeZone: 'Europe/Berlin' });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('pictures of every format are kept and posted without it, under the same id each time', async () => {
  const pictures = await plantedPictures();
  for (const [where, bytes] of pictures) {
    expect(bytes.length).toBeGreaterThan(0);
    const kept = await uploads.keep('test:a', bytes);
    expect({ where, id: (await uploads.keep('test:b', bytes)).id }).toEqual({ where, id: kept.id });
    if (where.startsWith('EXIF') && !/tiff/.test(where)) {
      expect({ where, time: kept.time }).toEqual({ where, time: '2026-11-24T12:05:00.000Z' });
    }
    // As the page and the platforms show people.
    const posted = await fittedPicture(await readFile(kept.path), {
      width: 240,
      height: 480,
      enlarge: false,
    });
    expect((await posted.png().toBuffer()).includes(planted)).toBe(false);
  }
  // The planted name is in most of what was sent as it stands: looking for it can fail.
  expect([...pictures.values()].filter((bytes) => bytes.includes(planted)).length).toBeGreaterThan(15);
  const files = await filesBelow(folder);
  expect(files.length).toBeGreaterThan(pictures.size / 2);
  for (const file of files)
    expect({ file, planted: (await readFile(file)).includes(planted) }).toEqual({ file, planted: false });
});

async function filesBelow(at: string): Promise<string[]> {
  const names = await readdir(at, { recursive: true });
  const paths = names.map((name) => join(at, name));
  const found = await Promise.all(paths.map(async (path) => ((await stat(path)).isFile() ? [path] : [])));
  return found.flat();
}
