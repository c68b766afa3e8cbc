/** A small site: people who are a colour each, in two cameras, with attributes and captions, as files in a temp folder. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { manifestBenchmark } from '../../src/evaluation/datasets/manifest.ts';
import type { Source } from '../../src/tuning/load-roster.ts';

const tops = ['red', 'green', 'blue', 'white', 'black', 'yellow'];

export interface TestSite {
  readonly folder: string;
  readonly manifest: string;
  readonly attributes: string;
  readonly source: Source;
  remove(): Promise<void>;
}

/** @param people each has four pictures, two a camera; every third has a caption on its first picture */
export async function testSite(people = 12): Promise<TestSite> {
  const folder = await mkdtemp(join(tmpdir(), 'chatreid-tuning-'));
  await mkdir(join(folder, 'pictures'));
  const rows = ['path,person_id,camera_id,split,caption,clothes_id'];
  const attributes: Record<string, Record<string, string>> = {};
  for (let person = 1; person <= people; person++) {
    const id = String(person).padStart(4, '0');
    const top = tops[person % tops.length]!;
    attributes[id] = {
      gender: person % 2 ? 'woman' : 'man',
      age: 'adult',
      hair: person % 2 ? 'long' : 'short',
      hat: person % 4 === 0 ? 'yes' : 'no',
      top,
      sleeves: 'short',
      bottom: tops[(person + 2) % tops.length]!,
      legwear: 'trousers',
      backpack: person % 3 === 0 ? 'yes' : 'no',
      bag: 'no',
      handbag: 'no',
    };
    for (let picture = 1; picture <= 4; picture++) {
      const name = `pictures/${id}_c${picture < 3 ? 1 : 2}_${picture}.png`;
      await writeFile(join(folder, name), await pedestrian(top, person * 10 + picture));
      const caption = person % 3 === 0 && picture === 1 ? `Person ${person} is seen in a ${top} shirt.` : '';
      rows.push([name, id, picture < 3 ? '1' : '2', 'train', caption, ''].join(','));
    }
  }
  const manifest = join(folder, 'manifest.csv');
  const attributeFile = join(folder, 'attributes.json');
  await writeFile(manifest, `${rows.join('\n')}\n`);
  await writeFile(attributeFile, JSON.stringify(attributes));
  return {
    folder,
    manifest,
    attributes: attributeFile,
    source: { label: 'site', set: manifestBenchmark(), path: manifest, attributes: attributeFile },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** 32 x 64 pixels of the colour with a pattern of its own, so that no two files are alike. */
async function pedestrian(colour: string, pattern: number): Promise<Buffer> {
  const stripes = Array.from(
    { length: 8 },
    (_, at) =>
      `<rect x="${(pattern * (at + 3)) % 28}" y="${at * 8}" width="4" height="4" fill="#${((pattern * 37 + at * 11) % 999).toString().padStart(3, '0')}"/>`,
  ).join('');
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="32" height="64"><rect width="32" height="64" fill="${colour}"/>${stripes}</svg>`;
  return sharp(Buffer.from(svg)).png().toBuffer();
}
