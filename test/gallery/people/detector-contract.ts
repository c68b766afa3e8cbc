/** What every people detector promises: called by each implementation's own test file. */
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { boxOverlap, type PeopleFound } from '../../../src/foundation/person-box.ts';
import type { Detector } from '../../../src/gallery/people/detector.ts';
import { pngHeader } from '../../foundation/odd-pictures.ts';

/** @param frame path of a JPEG without metadata that shows at least two people */
export function detectorContract(name: string, open: () => Promise<Detector>, frame: string): void {
  describe(`${name} keeps the promises of a detector`, () => {
    let detector: Detector;
    let bytes: Buffer;
    let found: PeopleFound;
    beforeAll(async () => {
      detector = await open();
      bytes = await readFile(frame);
      found = await detector.detect(bytes);
    });
    afterAll(() => detector.close());

    const code = (wanted: string | RegExp) =>
      expect.objectContaining({ code: expect.stringMatching(wanted), next: expect.stringMatching(/\w/) });

    it('gives boxes of whole pixels inside the picture, the surest first', async () => {
      const { width, height } = await sharp(bytes).metadata();
      expect(found).toMatchObject({ width, height });
      expect(found.people.length).toBeGreaterThanOrEqual(2);
      for (const { box, score } of found.people) {
        for (const value of Object.values(box)) expect(Number.isInteger(value)).toBe(true);
        expect(Math.min(box.left, box.top)).toBeGreaterThanOrEqual(0);
        expect(Math.min(box.width, box.height)).toBeGreaterThanOrEqual(1);
        expect(box.left + box.width).toBeLessThanOrEqual(found.width);
        expect(box.top + box.height).toBeLessThanOrEqual(found.height);
        expect(score).toBeGreaterThan(0);
        expect(score).toBeLessThanOrEqual(1);
      }
      const scores = found.people.map(({ score }) => score);
      expect(scores).toEqual([...scores].sort((a, b) => b - a));
    });

    it('gives the same for the same bytes, also when it is asked many times at once', async () => {
      const again = await Promise.all([1, 2, 3].map(() => detector.detect(bytes)));
      for (const one of again) expect(one).toEqual(found);
    });

    it('finds nobody in a picture of nothing, however it is shaped', async () => {
      for (const [width, height] of [
        [320, 200],
        [90, 400],
        [1, 1],
        [2000, 3],
      ] as const) {
        const nothing = await plain(width, height);
        expect(await detector.detect(nothing)).toEqual({ width, height, people: [] });
      }
    });

    it('reads a picture as its EXIF turns it: boxes are of the upright one', async () => {
      const turned = await sharp(bytes).rotate(90).withMetadata({ orientation: 8 }).png().toBuffer();
      const upright = await detector.detect(turned);
      expect(upright).toMatchObject({ width: found.width, height: found.height });
      const [first] = found.people;
      const best = Math.max(...upright.people.map(({ box }) => boxOverlap(box, first!.box)));
      expect(best).toBeGreaterThan(0.8);
    });

    it('says in a sentence what is no picture, and goes on', async () => {
      const cases: [Uint8Array, string][] = [
        [new Uint8Array(), 'PICTURE_EMPTY'],
        [Buffer.from('<!doctype html><html><body>log in</body></html>'), 'PICTURE_NOT_A_PICTURE'],
        [bytes.subarray(0, bytes.length / 2), 'PICTURE_DAMAGED'],
        [pngHeader(30_000, 30_000), 'PICTURE_TOO_LARGE'],
      ];
      for (const [bad, wanted] of cases) await expect(detector.detect(bad)).rejects.toEqual(code(wanted));
      expect(await detector.detect(bytes)).toEqual(found);
    });

    it('stops when it is told to, and may be closed twice', async () => {
      const stopped = detector.detect(bytes, { signal: AbortSignal.abort() });
      await expect(stopped).rejects.toEqual(code('CANCELLED'));
      const other = await open();
      await other.close();
      await other.close();
      await expect(other.detect(bytes)).rejects.toEqual(code('ENGINE_CLOSED'));
    });
  });
}

function plain(width: number, height: number): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: '#8a8f94' } })
    .png()
    .toBuffer();
}
