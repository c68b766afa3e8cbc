/** The shipped people detector: the contract, frames whose people are known, and crops that pass untouched. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PeopleDetector } from '../../../src/engine/people-detector.ts';
import { detectionScore } from '../../../src/evaluation/people/detection-score.ts';
import { labelledFrames } from '../../../src/evaluation/people/labelled-frames.ts';
import { packageRoot } from '../../../src/foundation/package-root.ts';
import type { Detector } from '../../../src/gallery/people/detector.ts';
import { isOnePerson } from '../../../src/gallery/people/one-person.ts';
import { writeTinyFilter } from '../../support/tiny-filter.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { detectorContract } from './detector-contract.ts';

const model = join(packageRoot(), 'model/chatreid-tiny');
const frames = join(packageRoot(), 'test/fixtures/people');

async function open(): Promise<Detector> {
  const detector = await PeopleDetector.open({ model });
  if (!detector) throw new Error('the shipped model has no people detector');
  return detector;
}

detectorContract('PeopleDetector', open, join(frames, 'scenes/0001.jpg'));

describe('the shipped people detector', () => {
  let detector: Detector;
  beforeAll(async () => {
    detector = await open();
  });
  afterAll(() => detector.close());

  it('finds the people of rendered frames', async () => {
    const labelled = await labelledFrames(frames);
    const scored = await Promise.all(
      labelled.map(async ({ path, people }) => ({
        people,
        found: (await detector.detect(await readFile(path))).people,
      })),
    );
    const { recall, precision, people } = detectionScore(scored);
    expect(people).toBeGreaterThan(20);
    expect(recall).toBeGreaterThan(0.8);
    expect(precision).toBeGreaterThan(0.7);
  });

  it('leaves pictures of the demo gallery alone', async () => {
    const folder = join(packageRoot(), 'model/demo/pictures');
    const names = (await readdir(folder)).filter((name) => name.endsWith('.jpg')).sort();
    const some = names.filter((_, at) => at % 60 === 0);
    const alone = await Promise.all(
      some.map(async (name) => isOnePerson(await detector.detect(await readFile(join(folder, name))))),
    );
    expect(alone.filter(Boolean).length).toBeGreaterThan(0.85 * some.length);
  });
});

describe('a model folder', () => {
  it('without a detector has none', async () => {
    const folder = await temporaryFolder();
    await writeTinyFilter(folder);
    expect(await PeopleDetector.open({ model: folder })).toBeUndefined();
  });

  it('whose detector is missing, changed or described wrongly is named', async () => {
    const folder = await temporaryFolder();
    const people = { file: 'onnx/people.onnx', side: 416, score: 0.4, overlap: 0.5 };
    await writeTinyFilter(folder, { manifest: { people } });
    await expect(PeopleDetector.open({ model: folder })).rejects.toMatchObject({ code: 'MODEL_MISSING' });
    await writeTinyFilter(folder, { manifest: { people: { ...people, side: 0 } } });
    await expect(PeopleDetector.open({ model: folder })).rejects.toMatchObject({ code: 'MODEL_DAMAGED' });
    const filter = 'onnx/filter_image.onnx';
    await writeTinyFilter(folder, {
      manifest: { people: { ...people, file: filter }, checksums: { [filter]: 'sha256:0' } },
    });
    await expect(PeopleDetector.open({ model: folder })).rejects.toMatchObject({ code: 'MODEL_DAMAGED' });
  });
});
