/** What the text-to-image benchmarks have in common: captions look for pictures, whatever the camera. */
import { join, resolve } from 'node:path';
import type { Benchmark, BenchmarkRows, TrainingRows } from '../benchmark.ts';
import { anyCamera } from '../protocol.ts';
import { irraStopsWithoutAnswer } from '../protocols/reference-quirks.ts';
import { type CaptionedPicture, type CaptionLayout, captionedPictures } from './captioned-pictures.ts';
import { countDifferences, persons, refusePartial } from './dataset-counts.ts';
import { notThisLayout } from './dataset-errors.ts';
import { recordName } from './json-records.ts';
import { inSourceOrder } from './list-file.ts';
import { datasetRoot, everythingIn } from './picture-folder.ts';
import { picturesThere } from './pictures-there.ts';

export interface SplitCounts {
  readonly pictures: number;
  readonly captions: number;
  readonly persons: number;
}

export interface TextDataset {
  /** For the command line. */
  readonly name: string;
  /** For people. */
  readonly title: string;
  /** One sentence: which folder to give. */
  readonly next: string;
  /** The folder that holds the data set, as it is unpacked beside others. */
  readonly folder: string;
  /** Files of captions, the first that is there counts; some hold one split and do not say so in their records. */
  readonly files: readonly { readonly name: string; readonly only?: 'train' | 'val' | 'test' }[];
  readonly pathKey: CaptionLayout['pathKey'];
  /** The camera that a picture's name tells. */
  readonly cameraOf?: (source: string) => string | undefined;
  readonly counts: { readonly train: SplitCounts; readonly test: SplitCounts };
}

const pictureFolder = 'imgs';

/**
 * As IRRA `datasets/*.py` reads them: the gallery is every picture of the test split, the queries are all of its
 * captions, and every picture of the person is right. The validation split, where there is one, is not read.
 */
export function textBenchmark(dataset: TextDataset): Benchmark {
  return {
    name: dataset.name,
    title: dataset.title,
    settings: [
      { name: 'any-camera', title: 'text to image', protocol: anyCamera, quirks: [irraStopsWithoutAnswer] },
    ],
    read: (folder, { allowPartial }) => readTest(dataset, resolve(folder), allowPartial),
    readTraining: (folder, { allowPartial }) => readTraining(dataset, resolve(folder), allowPartial),
  };
}

async function readTest(dataset: TextDataset, folder: string, allowPartial: boolean): Promise<BenchmarkRows> {
  const { root, pictures, differences } = await splitOf(dataset, folder, 'test', allowPartial);
  const gallery = pictures.map(({ source, personId }) => ({
    personId,
    ...cameraOf(dataset, source),
    source,
    path: join(root, source),
  }));
  const queries = pictures.flatMap(({ source, personId, captions }) =>
    captions.map((caption, at) => ({ personId, source: captionSource(source, at), caption })),
  );
  refusePartial(dataset.title, root, differences, allowPartial);
  return { queries: inSourceOrder(queries), gallery: inSourceOrder(gallery), differences };
}

/** `imgs/cam_a/001.jpg#01` is the first caption of its picture. One picture of CUHK-PEDES has ten. */
function captionSource(source: string, at: number): string {
  return `${source}#${String(at + 1).padStart(2, '0')}`;
}

async function readTraining(
  dataset: TextDataset,
  folder: string,
  allowPartial: boolean,
): Promise<TrainingRows> {
  const { root, pictures, differences } = await splitOf(dataset, folder, 'train', allowPartial);
  const rows = pictures.map(({ source, personId, captions }) => ({
    personId,
    ...cameraOf(dataset, source),
    source,
    path: join(root, source),
    captions,
  }));
  refusePartial(dataset.title, root, differences, allowPartial);
  return { rows: inSourceOrder(rows), differences };
}

async function splitOf(
  dataset: TextDataset,
  folder: string,
  split: 'train' | 'test',
  allowPartial: boolean,
): Promise<{ root: string; pictures: readonly CaptionedPicture[]; differences: string[] }> {
  const { title, next } = dataset;
  const root = await datasetRoot(
    folder,
    dataset.files.map(({ name }) => name),
    [dataset.folder],
  );
  const here = await everythingIn(root);
  const file = dataset.files.find(({ name, only = split }) => here.has(name) && only === split);
  if (file === undefined) {
    const names = dataset.files.filter(({ only = split }) => only === split).map(({ name }) => name);
    throw notThisLayout(root, title, `there is no file ${names.join(' or ')} that can be read`, next);
  }
  const path = join(root, file.name);
  const all = await captionedPictures(path, {
    layout: { title, next },
    pathKey: dataset.pathKey,
    pictureFolder: `${pictureFolder}/`,
    splits: file.only === undefined,
  });
  const wanted = file.only === undefined ? all.filter((picture) => picture.split === split) : all;
  if (wanted.length === 0) {
    throw notThisLayout(root, title, `${file.name} has no record of the split ${split}`, next);
  }
  if (!here.has(pictureFolder)) {
    throw notThisLayout(root, title, `there is no folder ${pictureFolder} that can be read`, next);
  }
  const { there, differences } = await picturesThere(wanted, {
    pathOf: ({ source }) => join(root, source),
    sourceOf: ({ source }) => source,
    nameOf: ({ record }) => recordName(path, record),
    allowPartial,
  });
  if (there.length === 0) {
    throw notThisLayout(root, title, `no picture of the split ${split} is in ${pictureFolder}`, next);
  }
  return { root, pictures: there, differences: [...differences, ...countsOf(dataset, split, there)] };
}

function countsOf(
  { counts }: TextDataset,
  split: 'train' | 'test',
  pictures: readonly CaptionedPicture[],
): string[] {
  const published = counts[split];
  const captions = pictures.reduce((sum, picture) => sum + picture.captions.length, 0);
  return countDifferences([
    { of: `captions of the split ${split}`, found: captions, published: published.captions },
    { of: `pictures of the split ${split}`, found: pictures.length, published: published.pictures },
    { of: `persons of the split ${split}`, found: persons(pictures), published: published.persons },
  ]);
}

function cameraOf(dataset: TextDataset, source: string): { cameraId?: string } {
  const cameraId = dataset.cameraOf?.(source);
  return cameraId === undefined ? {} : { cameraId };
}
