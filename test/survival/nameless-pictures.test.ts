/** A process that ended between keeping a picture that was sent and naming its talk leaves nothing behind for good. */
import { rmSync, utimesSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Uploads } from '../../src/conversation/uploads.ts';
import { pictureId } from '../../src/foundation/picture.ts';
import { PictureFiles } from '../../src/gallery/picture-files.ts';
import { picture } from '../gallery/test-pictures.ts';
import { filesBelow } from './home-invariants.ts';
import { scratchFolder } from './scratch.ts';

let folder: string;
beforeEach(() => {
  folder = scratchFolder();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('it goes after a day, unless its message comes again', async () => {
  const now = Date.parse('2026-11-29T12:00:00.000Z');
  const uploads = await Uploads.open(folder);
  const [nameless, again, young] = await Promise.all([1, 2, 3].map(picture));
  const bytes = [nameless, again, young].map((one) => one ?? Buffer.alloc(0));
  const ids = bytes.map((one) => pictureId(one));
  await new PictureFiles(folder).write(
    bytes.map((one, at) => ({ pictureId: ids[at] ?? '', extension: 'png', bytes: one })),
  );
  for (const [at, path] of filesBelow(folder).entries()) {
    const hours = path.includes(ids[2] ?? '') ? 1 : 30 + at;
    utimesSync(path, new Date(now), new Date(now - hours * 3_600_000));
  }
  await uploads.keep('test:talk', bytes[1] ?? Buffer.alloc(0));
  await uploads.expire(now);
  expect(await uploads.path(ids[0] ?? '')).toBeUndefined();
  expect(await uploads.path(ids[1] ?? '')).toBeDefined();
  expect(await uploads.path(ids[2] ?? '')).toBeDefined();
});
