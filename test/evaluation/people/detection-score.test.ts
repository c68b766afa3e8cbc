/** Recall and precision of boxes, by hand. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { detectionScore } from '../../../src/evaluation/people/detection-score.ts';
import { labelledFrames } from '../../../src/evaluation/people/labelled-frames.ts';
import { temporaryFolder } from '../../gallery/temporary-folder.ts';

const box = (left: number, top = 0, width = 40, height = 100) => ({ left, top, width, height });
const person = (left: number, shown = 1) => ({ box: box(left), shown });
const said = (left: number, score = 0.9) => ({ box: box(left), score });

describe('the score of a detector', () => {
  it('counts a person once: a second box on them is wrong', () => {
    const frames = [{ people: [person(0), person(200)], found: [said(0), said(5)] }];
    expect(detectionScore(frames)).toEqual({ frames: 1, people: 2, boxes: 2, recall: 0.5, precision: 0.5 });
  });

  it('needs half an overlap', () => {
    const near = detectionScore([{ people: [person(0)], found: [said(13)] }]);
    const wide = detectionScore([{ people: [person(0)], found: [said(14)] }]);
    expect([near.recall, wide.recall, wide.precision]).toEqual([1, 0, 0]);
  });

  it('gives a box to the person it overlaps most', () => {
    const frames = [{ people: [person(0), person(12)], found: [said(11), said(1)] }];
    expect(detectionScore(frames)).toMatchObject({ recall: 1, precision: 1 });
  });

  it('neither asks for nor blames people who hardly show or are small', () => {
    const small = { box: box(300, 0, 14, 39), shown: 1 };
    const people = [person(0, 0.49), person(100, 0.5), small];
    const found = [said(0), said(100), { box: small.box, score: 0.5 }];
    expect(detectionScore([{ people, found }])).toEqual({
      frames: 1,
      people: 1,
      boxes: 1,
      recall: 1,
      precision: 1,
    });
  });

  it('has a value where there is nobody', () => {
    expect(detectionScore([{ people: [], found: [] }])).toMatchObject({ recall: 0, precision: 1 });
    expect(detectionScore([{ people: [], found: [said(0)] }])).toMatchObject({ recall: 0, precision: 0 });
  });
});

describe('labelled frames', () => {
  it('are read with whole boxes inside the picture', async () => {
    const folder = await temporaryFolder();
    const line = {
      file: 'scenes/1.jpg',
      width: 100,
      height: 50,
      people: [{ full: [-3.2, 1.5, 20.1, 60], shown: 0.7 }],
    };
    await writeFile(join(folder, 'scenes.jsonl'), `${JSON.stringify(line)}\n\n`);
    expect(await labelledFrames(folder)).toEqual([
      {
        path: join(folder, 'scenes/1.jpg'),
        place: '',
        width: 100,
        height: 50,
        people: [{ box: { left: 0, top: 1, width: 21, height: 49 }, shown: 0.7 }],
      },
    ]);
  });

  it('that cannot be read are named', async () => {
    const folder = await temporaryFolder();
    await expect(labelledFrames(folder)).rejects.toMatchObject({ code: 'DATASET_INVALID' });
    await writeFile(join(folder, 'scenes.jsonl'), '{"file": 3}\n');
    await expect(labelledFrames(folder)).rejects.toMatchObject({ code: 'DATASET_INVALID' });
  });
});
