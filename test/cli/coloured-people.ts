/** A small gallery of drawn people, each in one colour, with a manifest that says who, where and when. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { calibrationNumbers } from '../support/calibration-numbers.ts';

export interface Drawn {
  readonly name: string;
  readonly colour: string;
  readonly person: string;
  readonly camera: string;
  readonly time: string;
  readonly place: string;
}

/** Times are on the clock of Berlin, 24 November 2026. */
export const people: readonly Drawn[] = [
  '#d01010',
  '#10c010',
  '#1010d0',
  '#c0c010',
  '#10c0c0',
  '#c010c0',
].flatMap((colour, person) =>
  [1, 2, 3].map((camera) => ({
    name: `cam${camera}/p${person + 1}.png`,
    colour,
    person: `00${person + 1}`,
    camera: String(camera),
    time: `2026-11-24 ${9 + camera}:0${person}`,
    place: camera === 3 ? 'Hall' : 'Lobby',
  })),
);

export async function drawPerson(colour: string, shade = 0): Promise<Buffer> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="48" height="96"><rect width="48" height="96" fill="#545454"/><rect x="10" y="${12 + shade}" width="28" height="76" fill="${colour}"/></svg>`;
  return sharp(Buffer.from(svg)).png().toBuffer();
}

/** @returns paths of the folder with manifest.csv and of a model folder that holds a calibration and a filter's card */
export async function drawPeople(root: string): Promise<{ pictures: string; model: string }> {
  const pictures = join(root, 'pictures');
  const lines = ['path,person_id,camera_id,time,place'];
  for (const { name, colour, person, camera, time, place } of people) {
    await mkdir(join(pictures, `cam${camera}`), { recursive: true });
    await writeFile(join(pictures, name), await drawPerson(colour, Number(camera)));
    lines.push([name, person, camera, time, place].join(','));
  }
  await writeFile(join(pictures, 'manifest.csv'), `${lines.join('\n')}\n`);

  const model = join(root, 'model');
  await mkdir(model, { recursive: true });
  const filter = {
    ...calibrationNumbers,
    dimension: 3,
    image: { file: 'onnx/filter_image.onnx', width: 48, height: 96 },
    text: { file: 'onnx/filter_text.onnx', tokenizer: 'filter_tokenizer.json' },
  };
  await writeFile(join(model, 'chatreid.json'), JSON.stringify({ name: 'colours', licence: 'MIT', filter }));
  return { pictures, model };
}
