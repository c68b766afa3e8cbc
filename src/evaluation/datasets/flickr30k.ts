/** Flickr30k: photographs of everyday life, five descriptions each. Nobody is identified. Training only. */
import { join, resolve } from 'node:path';
import type { TrainingSet } from '../benchmark.ts';
import { captionOf } from './captioned-pictures.ts';
import { countDifferences, refusePartial } from './dataset-counts.ts';
import { type Layout, malformedRow, notThisLayout } from './dataset-errors.ts';
import { inSourceOrder, jsonOf, linesOf } from './list-file.ts';
import { datasetRoot, everythingIn, isPictureName } from './picture-folder.ts';
import { picturesThere } from './pictures-there.ts';

export const flickr30kCounts = {
  whole: { pictures: 31_783, captions: 158_915 },
  karpathy: { pictures: 31_014, captions: 155_070 },
} as const;

const title = 'Flickr30k';
const karpathy = 'dataset_flickr30k.json';
const lists = ['results_20130124.token', 'results.csv'];
const pictureFolders = ['flickr30k-images', 'flickr30k_images', 'images'];
const layout: Layout = {
  title,
  next: `Give the folder that holds the pictures' folder (${pictureFolders.join(', ')}) and ${lists.join(' or ')}.`,
};

interface DescribedPicture {
  /** Where its first caption stands, e.g. `results.csv line 2`. */
  readonly row: string;
  readonly name: string;
  readonly captions: readonly string[];
}

/**
 * Flickr30k (Young et al., "From image descriptions to visual denotations", TACL 2014).
 *
 * | file                                  | pictures | captions |                                            |
 * |---------------------------------------|---------:|---------:|--------------------------------------------|
 * | results_20130124.token or results.csv |   31,783 |  158,915 | all are returned                           |
 * | dataset_flickr30k.json (Karpathy)     |   31,014 |  155,070 | counted whole; its split train is returned |
 *
 * The first of these files that is there is read. The line of a .token file is `NAME.jpg#0<tab>caption`; of results.csv, as
 * a well-known copy has it, `NAME.jpg| 0| caption` under a header, not quoted. In that copy the fourth caption of
 * 2199200615.jpg lacks its second bar; it is read all the same.
 */
export const flickr30k: TrainingSet = {
  name: 'flickr30k',
  title,
  async readTraining(folder, { allowPartial }) {
    const files = [...lists, karpathy];
    const root = await datasetRoot(resolve(folder), files, ['flickr30k', 'flickr30k_images']);
    const here = await everythingIn(root);
    const file = files.find((name) => here.has(name));
    if (file === undefined) {
      throw notThisLayout(
        root,
        title,
        `there is no file ${files.join(' or ')} that can be read`,
        layout.next,
      );
    }
    const pictureFolder = pictureFolders.find((name) => here.has(name));
    if (pictureFolder === undefined) {
      const names = pictureFolders.join(' or ');
      throw notThisLayout(root, title, `there is no folder ${names} that can be read`, layout.next);
    }
    const { training, counts } = await (file === karpathy ? karpathyPictures : listedPictures)(root, file);
    const { there, differences: missing } = await picturesThere(
      training.map(({ name, ...picture }) => ({ ...picture, source: `${pictureFolder}/${name}` })),
      {
        pathOf: ({ source }) => join(root, source),
        sourceOf: ({ source }) => source,
        nameOf: ({ row }) => row,
        allowPartial,
      },
    );
    if (there.length === 0) {
      throw notThisLayout(root, title, `no picture that ${file} describes is there`, layout.next);
    }
    const differences = [...missing, ...counts];
    refusePartial(title, root, differences, allowPartial);
    const rows = there.map(({ source, captions }) => ({ source, path: join(root, source), captions }));
    return { rows: inSourceOrder(rows), differences };
  },
};

interface Described {
  readonly training: readonly DescribedPicture[];
  /** Where the counts of the file are not the published ones. */
  readonly counts: readonly string[];
}

/** `NAME.jpg#0<tab>caption` or `NAME.jpg| 0| caption`. */
async function listedPictures(root: string, file: string): Promise<Described> {
  const found = new Map<string, { row: string; captions: Map<number, string> }>();
  for (const { number, text } of await linesOf(root, file, layout)) {
    if (number === 1 && text.startsWith('image_name')) continue;
    const row = `${file} line ${number}`;
    const wrong = (what: string): Error => malformedRow(row, what, 'Restore the line from the data set.');
    const [, name, at, written] = /^([^|#/\\]+)[|#]\s*(\d+)[\s|]\s*(.*)$/.exec(text) ?? [];
    if (name === undefined || !isPictureName(name))
      throw wrong('it is not a picture, a number and a caption');
    const caption = captionOf(written, wrong);
    const picture = found.get(name) ?? { row, captions: new Map<number, string>() };
    if (picture.captions.has(Number(at))) throw wrong(`caption ${at} of ${name} is there a second time`);
    picture.captions.set(Number(at), caption);
    found.set(name, picture);
  }
  const training = [...found].map(([name, { row, captions }]) => ({
    row,
    name,
    captions: [...captions].sort(([a], [b]) => a - b).map(([, caption]) => caption),
  }));
  return { training, counts: differencesOf(training, flickr30kCounts.whole) };
}

/** `{images: [{filename, split, sentences: [{raw}]}]}`: the division that Karpathy made. */
async function karpathyPictures(root: string, file: string): Promise<Described> {
  const list = (await jsonOf(root, file, layout)) as { images?: unknown } | null;
  if (!Array.isArray(list?.images)) throw malformedRow(file, 'it holds no list of images', layout.next);
  const seen = new Map<string, string>();
  const all = list.images.map((image: unknown, at): DescribedPicture & { split: string } => {
    const row = `${file} image ${at + 1}`;
    const wrong = (what: string): Error => malformedRow(row, what, 'Restore the file from the data set.');
    const { filename, split, sentences } = (image ?? {}) as Readonly<Record<string, unknown>>;
    if (typeof filename !== 'string' || !isPictureName(filename) || /[/\\]/.test(filename)) {
      throw wrong('it has no filename of a picture');
    }
    const earlier = seen.get(filename);
    if (earlier !== undefined) throw wrong(`${filename} is there a second time, first in ${earlier}`);
    seen.set(filename, row);
    if (split !== 'train' && split !== 'val' && split !== 'test') throw wrong('it has no split');
    if (!Array.isArray(sentences) || sentences.length === 0) throw wrong('it has no sentences');
    const captions = sentences.map((sentence: { raw?: unknown } | null) => captionOf(sentence?.raw, wrong));
    return { row, name: filename, captions, split };
  });
  return {
    training: all.filter(({ split }) => split === 'train'),
    counts: differencesOf(all, flickr30kCounts.karpathy),
  };
}

function differencesOf(
  all: readonly DescribedPicture[],
  published: { readonly pictures: number; readonly captions: number },
): string[] {
  const captions = all.reduce((sum, picture) => sum + picture.captions.length, 0);
  return countDifferences([
    { of: 'pictures', found: all.length, published: published.pictures },
    { of: 'captions', found: captions, published: published.captions },
  ]);
}
