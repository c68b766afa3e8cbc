/** Cutting frames into people, and registering them. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeRgb } from '../../../src/foundation/picture.ts';
import { EmbeddedGalleryStore } from '../../../src/gallery/embedded-store.ts';
import { importPictures } from '../../../src/gallery/importer.ts';
import { type CutPicture, cutPeople } from '../../../src/gallery/people/cut-people.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { StubDetector } from './stub-detector.ts';

const red = { left: 200, top: 40, width: 40, height: 100 };
const blue = { left: 20, top: 10, width: 50, height: 120 };
const far = { left: 120, top: 5, width: 10, height: 24 };

/** A grey frame with a red and a blue person. */
function frame(): Promise<Buffer> {
  const block = (colour: string, { width, height, left, top }: typeof red) => ({
    input: { create: { width, height, channels: 3 as const, background: colour } },
    left,
    top,
  });
  return sharp({ create: { width: 320, height: 180, channels: 3, background: '#808080' } })
    .composite([block('#ff0000', red), block('#0000ff', blue)])
    .png()
    .toBuffer();
}

async function middle(bytes: Uint8Array): Promise<number[]> {
  const { width, height, data } = await decodeRgb(bytes);
  const at = 3 * (Math.floor(height / 2) * width + Math.floor(width / 2));
  return [...data.subarray(at, at + 3)];
}

const people = (cut: CutPicture) => (cut.kind === 'frame' ? cut.people : []);

describe('a frame', () => {
  it('is cut from left to right, with a narrow margin, without those who are too small', async () => {
    const cut = people(await cutPeople(new StubDetector([red, far, blue]), await frame()));
    expect(cut.map(({ box }) => box)).toEqual([
      { left: 16, top: 6, width: 58, height: 128 },
      { left: 197, top: 37, width: 46, height: 106 },
    ]);
    const [first, second] = await Promise.all(cut.map(({ bytes }) => middle(bytes)));
    expect(first![2]).toBeGreaterThan(240);
    expect(second![0]).toBeGreaterThan(240);
    for (const { bytes, box } of cut) {
      expect(await sharp(bytes).metadata()).toMatchObject({ width: box.width, height: box.height });
    }
  });

  it('gives the same bytes when it is cut again', async () => {
    const twice = await Promise.all(
      [1, 2].map(async () => people(await cutPeople(new StubDetector([red]), await frame()))),
    );
    expect(twice[0]).toEqual(twice[1]);
  });

  it('is cut in the pixels of the upright picture', async () => {
    const turned = await sharp(await frame())
      .rotate(90)
      .withMetadata({ orientation: 8 })
      .png()
      .toBuffer();
    const [person] = people(await cutPeople(new StubDetector([red]), turned));
    expect((await middle(person!.bytes))[0]).toBeGreaterThan(240);
  });

  it('without people has none, and a crop is left alone', async () => {
    expect(await cutPeople(new StubDetector([]), await frame())).toEqual({ kind: 'frame', people: [] });
    const crop = await sharp(await frame())
      .extract(blue)
      .png()
      .toBuffer();
    const whole = { left: 0, top: 0, width: 50, height: 120 };
    expect(await cutPeople(new StubDetector([whole]), crop)).toEqual({ kind: 'crop' });
  });
});

describe('registering frames', () => {
  async function site(manifest: string) {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'frame.png'), await frame());
    await writeFile(join(folder, 'site.csv'), manifest);
    const store = await EmbeddedGalleryStore.open(await temporaryFolder());
    const add = (boxes: readonly (typeof red)[]) =>
      importPictures({
        store,
        gallery: 'site',
        sources: [join(folder, 'site.csv')],
        timeZone: 'UTC',
        detector: new StubDetector(boxes),
      });
    return { store, add };
  }
  const manifest = 'path,camera_id,time,person_id\nframe.png,3,2026-05-12T10:00:00Z,7\n';

  it('keeps camera and time on each person, and says of nobody in it who it is', async () => {
    const { store, add } = await site(manifest);
    expect(await add([red, blue])).toMatchObject({ added: 2, already: 0, failed: [] });
    const records = await store.list('site');
    expect(records.map(({ source }) => source).sort()).toEqual(['frame.png#1', 'frame.png#2']);
    for (const record of records) {
      expect(record).toMatchObject({ cameraId: '3', time: '2026-05-12T10:00:00.000Z' });
      expect(record.personId).toBeUndefined();
    }
    expect(await add([red, blue])).toMatchObject({ added: 0, already: 2, failed: [] });
    await store.close();
  });

  it('knows the person of a frame with one, and notes a frame with nobody', async () => {
    const { store, add } = await site(manifest);
    expect(await add([red])).toMatchObject({ added: 1 });
    expect(await store.list('site')).toMatchObject([{ source: 'frame.png#1', personId: '7' }]);
    const nobody = await add([]);
    expect(nobody).toMatchObject({ added: 0, failed: [] });
    expect(nobody.notes).toEqual([expect.stringMatching(/^1 frame shows nobody/)]);
    await store.close();
  });
});
