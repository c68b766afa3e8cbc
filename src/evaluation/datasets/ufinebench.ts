/** UFineBench: pictures of people, each with two long and minute descriptions. Training only. */
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { TrainingSet } from '../benchmark.ts';
import { type CaptionedPicture, captionedPictures } from './captioned-pictures.ts';
import { countDifferences, persons, refusePartial } from './dataset-counts.ts';
import { type Layout, notThisLayout, unreadable } from './dataset-errors.ts';
import { recordName } from './json-records.ts';
import { inSourceOrder } from './list-file.ts';
import { datasetRoot } from './picture-folder.ts';
import { picturesThere } from './pictures-there.ts';

export const ufineBenchCounts = { pictures: 26_206, captions: 52_412, persons: 6926 } as const;

const title = 'UFineBench';
const pictureFolder = 'images';
const layout: Layout = {
  title,
  next: 'Give the folder UFine6926 that holds images/ and the JSON file of its annotations.',
};

/**
 * UFine6926 of UFineBench (Zuo et al., "UFineBench: Towards Text-based Person Retrieval with Ultra-fine Granularity",
 * CVPR 2024), by the authors' own description.
 *
 * | set       | pictures | captions | persons |                                            |
 * |-----------|---------:|---------:|--------:|--------------------------------------------|
 * | UFine6926 |   26,206 |   52,412 |   6,926 | counted whole; its split train is returned |
 * | UFine3C   |    7,446 |   37,939 |   2,250 | not read                                   |
 *
 * A record is `{split, id, file_path, captions}`, and paths start in `images/` already. What the file of records is called
 * is not published: the one JSON file in the folder is taken, or the one with 6926 in its name.
 *
 * The paper's table 1 counts 33,652 pictures and 90,351 captions, which is UFine6926 and UFine3C together. UFine3C is an
 * evaluation set across data sets, so to train on it, or on UFine6926's own test split, is to train on what is asked.
 */
export const ufineBench: TrainingSet = {
  name: 'ufinebench',
  title,
  async readTraining(folder, { allowPartial }) {
    const root = await datasetRoot(resolve(folder), [pictureFolder], ['UFine6926']);
    const path = join(root, await annotationsIn(root));
    const all = await captionedPictures(path, {
      layout,
      pathKey: 'file_path',
      pictureFolder: '',
      splits: true,
    });
    const training = all.filter(({ split }) => split === 'train');
    const { there, differences: missing } = await picturesThere(training, {
      pathOf: ({ source }) => join(root, source),
      sourceOf: ({ source }) => source,
      nameOf: ({ record }) => recordName(path, record),
      allowPartial,
    });
    if (there.length === 0) {
      throw notThisLayout(root, title, 'no picture of the split train is there', layout.next);
    }
    const differences = [...missing, ...differencesOf(all)];
    refusePartial(title, root, differences, allowPartial);
    const rows = there.map(({ source, personId, captions }) => ({
      personId,
      source,
      path: join(root, source),
      captions,
    }));
    return { rows: inSourceOrder(rows), differences };
  },
};

function differencesOf(all: readonly CaptionedPicture[]): string[] {
  const captions = all.reduce((sum, picture) => sum + picture.captions.length, 0);
  return countDifferences([
    { of: 'pictures in all splits', found: all.length, published: ufineBenchCounts.pictures },
    { of: 'captions in all splits', found: captions, published: ufineBenchCounts.captions },
    { of: 'persons in all splits', found: persons(all), published: ufineBenchCounts.persons },
  ]);
}

async function annotationsIn(root: string): Promise<string> {
  const names = await readdir(root).catch((error: unknown) => {
    const missing = 'there is no folder that can be read';
    throw unreadable(root, error) ?? notThisLayout(root, title, missing, layout.next, error);
  });
  const files = names.filter((name) => /^[^.].*\.json$/i.test(name)).sort();
  const named = files.filter((name) => name.includes('6926'));
  const [file, ...others] = named.length > 0 ? named : files;
  if (file !== undefined && others.length === 0) return file;
  const found =
    file === undefined ? 'no JSON file' : `more than one JSON file (${[file, ...others].join(', ')})`;
  throw notThisLayout(root, title, `there is ${found} of annotations in it`, layout.next);
}
