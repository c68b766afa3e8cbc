/** Captions and attributes from files, joined to the pictures that they are about. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { market1501 } from '../../src/evaluation/datasets/market1501.ts';
import { loadRoster } from '../../src/tuning/load-roster.ts';
import { laplacianVariance } from '../../src/tuning/picture-quality.ts';
import { readAttributeFile } from '../../src/tuning/sources/attribute-file.ts';
import { captionTarget } from '../../src/tuning/sources/caption-file.ts';
import { cuhk03Crops } from '../../src/tuning/sources/cuhk03-crops.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chatreid-sources-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function files(names: readonly string[]): Promise<void> {
  for (const name of names) {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), name);
  }
}

describe('captions of CUHK-PEDES', () => {
  it('join to the hand-drawn box of Market-1501, and to CUHK03 by identity', () => {
    expect(captionTarget('Market/0007_c3s3_077419_00.jpg')).toEqual({
      dataset: 'market1501',
      person: '0007',
      handDrawn: '0007_c3s3_077419_00.jpg',
    });
    expect(captionTarget('CUHK03/12_3.jpg')).toEqual({ dataset: 'cuhk03-crops', person: '12' });
    expect(captionTarget('CUHK03/820_1.jpg')).toBeUndefined();
    expect(captionTarget('train_query/p1_s2.jpg')).toEqual({ picture: 'train_query/p1_s2.jpg' });
  });

  it('never bring in a test person or one who is held out', async () => {
    const root = 'Market';
    const names = ['0002_c1s1_000451_03.jpg', '0002_c2s1_000301_01.jpg', '0007_c1s1_000001_01.jpg'];
    await files([
      ...names.map((name) => `${root}/bounding_box_train/${name}`),
      `${root}/bounding_box_test/0001_c1s1_000001_01.jpg`,
      `${root}/query/0001_c2s1_000001_00.jpg`,
      ...['0002_c3s1_000551_00.jpg', '0001_c1s1_001051_00.jpg', '0007_c2s1_000002_00.jpg'].map(
        (name) => `${root}/gt_bbox/${name}`,
      ),
      'crops/train/0011_00.jpg',
      'crops/train/0011_05.jpg',
      'crops/val/0000_00.jpg',
    ]);
    await writeFile(
      join(folder, 'captions.json'),
      JSON.stringify([
        { file_path: 'Market/0002_c3s1_000551_00.jpg', captions: 'training person' },
        { file_path: 'Market/0002_c9s1_000551_00.jpg', captions: 'of a box that is not there' },
        { file_path: 'Market/0001_c1s1_001051_00.jpg', captions: 'test person' },
        { file_path: 'Market/0007_c2s1_000002_00.jpg', captions: 'held out' },
        { file_path: 'CUHK03/12_1.jpg', captions: 'index 11' },
        { file_path: 'CUHK03/744_1.jpg', captions: 'first of val' },
      ]),
    );
    await writeFile(join(folder, 'held-out.txt'), 'market1501/7\n');
    const { roster, counts } = await loadRoster({
      sources: [
        { label: 'market1501', set: market1501, path: join(folder, root) },
        { label: 'cuhk03-crops', set: cuhk03Crops, path: join(folder, 'crops') },
      ],
      captionFiles: [join(folder, 'captions.json')],
      excludeFile: join(folder, 'held-out.txt'),
      allowPartial: true,
    });
    expect(roster.people.map(({ id }) => id)).toEqual(['market1501/2', 'cuhk03-crops/12']);
    const [market, cuhk] = roster.people;
    expect(market!.captions).toEqual(['training person', 'of a box that is not there']);
    const drawn = market!.pictures.find(({ path }) => path.includes('gt_bbox'))!;
    expect(drawn).toMatchObject({ camera: '3', captions: ['training person'] });
    expect(cuhk).toMatchObject({ captions: ['index 11'] });
    expect(cuhk!.pictures.map(({ camera }) => camera)).toEqual(['1', '2']);
    expect(roster.pictures.some(({ path }) => /0001_|0007_|val/.test(path))).toBe(false);
    expect(counts).toMatchObject({ captionsOfPictures: 1, captionsOfPeople: 2, captionsOfOthers: 3 });
  });
});

describe('attribute files', () => {
  it('are JSON by person, or CSV by person or picture, with columns or tags', async () => {
    const json = join(folder, 'a.json');
    await writeFile(json, JSON.stringify({ '0002': { gender: 'female', top: 'red' } }));
    expect((await readAttributeFile(json)).people.get('2')).toEqual({ gender: 'woman', top: 'red' });
    const csv = join(folder, 'a.csv');
    await writeFile(csv, 'Person ID,Gender,upper_color\n0003,male,blue\n');
    expect((await readAttributeFile(csv)).people.get('3')).toEqual({ gender: 'man', top: 'blue' });
    const tags = join(folder, 'tags.csv');
    await writeFile(tags, 'path,person_id,tags\na.jpg,1,gender=male;bag=none\n');
    expect((await readAttributeFile(tags)).pictures.get('a.jpg')).toEqual({ gender: 'man', bag: 'no' });
  });

  it('that are something else are refused by name', async () => {
    const file = join(folder, 'bad.json');
    await writeFile(file, '{"0002": "red"}');
    await expect(readAttributeFile(file)).rejects.toThrow(/bad\.json.*0002/);
    await writeFile(file, 'gender\nman\n');
    await expect(readAttributeFile(file)).rejects.toThrow(/row 2 names neither/);
    await expect(readAttributeFile(join(folder, 'none.json'))).rejects.toMatchObject({
      code: 'DATASET_INVALID',
    });
  });
});

describe('sharpness', () => {
  it('is the variance of the Laplacian: nothing on a plain picture, most on a chessboard', () => {
    const plain = new Uint8Array(64).fill(90);
    const chess = Uint8Array.from({ length: 64 }, (_, i) => ((i + Math.floor(i / 8)) % 2 ? 255 : 0));
    expect(laplacianVariance(plain, 8, 8)).toBe(0);
    // Every inner pixel is plus or minus 4 x 255, half of each.
    expect(laplacianVariance(chess, 8, 8)).toBeCloseTo(1020 ** 2, 3);
  });
});
