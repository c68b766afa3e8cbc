/** COCAS-Real2, of COCAS+: one season, eleven cameras, people in up to three outfits. Training only. */
import { join, resolve } from 'node:path';
import type { TrainingSet } from '../benchmark.ts';
import { countDifferences, persons, refusePartial } from './dataset-counts.ts';
import { malformedRow, notThisLayout } from './dataset-errors.ts';
import { linesOf, refuseDuplicates } from './list-file.ts';
import { type ListedPicture, trainingRowsOf } from './listed-training.ts';
import { missingPictures } from './missing-pictures.ts';
import { datasetRoot } from './picture-folder.ts';

export const cocasReal2Counts = { pictures: 21_319, persons: 101 } as const;

const layout = {
  title: 'COCAS-Real2',
  next: 'Give the folder that holds images/, query.txt and gallery.txt.',
};
const lists = { 'query.txt': 5, 'gallery.txt': 4 } as const;
const pictureFolder = 'images';

/**
 * COCAS-Real2, the second part of COCAS+ (Li et al., "COCAS+: Large-Scale Clothes-Changing Person Re-Identification with
 * Clothes Templates", IEEE TCSVT); the first COCAS is Yu et al., CVPR 2020.
 *
 * | part        | pictures | persons | cameras | outfits a person |
 * |-------------|---------:|--------:|--------:|-----------------:|
 * | COCAS-Real2 |   21,319 |     101 |      11 |        at most 3 |
 *
 * Counts: the authors' page, github.com/Chenhaobin/COCAS-plus, and the paper's table 1. The set was made for testing: it
 * has no training part, and the paper trains on all of it. That the two lists together name each picture once is our
 * reading of the page; whether they name all 21,319 could not be tried.
 *
 * A line of query.txt is `image_path template_path pid clothes_id camera_id`, one of gallery.txt the same without the
 * template (a picture of clothes, not of a person, and not read); blanks or commas between. A query picture stands once
 * for each template that it is asked with. Paths are from the folder, or from images/.
 */
export const cocasReal2: TrainingSet = {
  name: 'cocas-real2',
  title: layout.title,
  async readTraining(folder, { allowPartial }) {
    const root = await datasetRoot(resolve(folder), Object.keys(lists), ['COCAS-Real2', 'real2']);
    const pictures = new Map<string, ListedPicture>();
    for (const [list, fields] of Object.entries(lists)) {
      for (const picture of await listed(root, list, fields)) {
        const known = pictures.get(picture.source);
        if (known) refuseContradiction(known, picture);
        else pictures.set(picture.source, picture);
      }
    }
    const { rows, differences: leftOut } = await trainingRowsOf(
      root,
      await placed(root, [...pictures.values()]),
      Object.keys(lists).join(' or '),
      layout,
      allowPartial,
    );
    const counts = countDifferences([
      { of: 'pictures', found: rows.length, published: cocasReal2Counts.pictures },
      { of: 'persons', found: persons(rows), published: cocasReal2Counts.persons },
    ]);
    const differences = [...leftOut, ...counts];
    refusePartial(layout.title, root, differences, allowPartial);
    return { rows, differences };
  },
};

async function listed(root: string, list: string, fields: number): Promise<ListedPicture[]> {
  const lines = await linesOf(root, list, layout);
  if (lines.length === 0) throw notThisLayout(root, layout.title, `${list} names no picture`, layout.next);
  const rows = lines.map(({ number, text }) => {
    const row = `${list} line ${number}`;
    const parts = text.split(/[\s,]+/);
    const [personId, clothesId, cameraId] = parts.slice(-3);
    const source = parts[0]?.replaceAll('\\', '/').replace(/^\.\//, '');
    const numbers = [personId, clothesId, cameraId].every((part) => /^\w+$/.test(part ?? ''));
    if (parts.length !== fields || !source || !personId || !clothesId || !cameraId || !numbers) {
      throw malformedRow(
        row,
        `"${text}" has not the ${fields} fields of ${list}`,
        'The page of the data set says which. Restore the list from the data set.',
      );
    }
    return { row, source, personId, clothesId, cameraId, once: parts.slice(0, -3).join(' ') };
  });
  refuseDuplicates(rows.map(({ once, row }) => ({ source: once, row })));
  return rows.map(({ once: _, ...picture }) => picture);
}

/** With paths from the root, whichever of the two ways the lists name them. */
async function placed(root: string, pictures: readonly ListedPicture[]): Promise<ListedPicture[]> {
  const below = (source: string): string => `${pictureFolder}/${source}`;
  const missing = await missingPictures(pictures.map(({ source }) => join(root, below(source))));
  return pictures.map((picture) =>
    missing.has(join(root, below(picture.source))) ? picture : { ...picture, source: below(picture.source) },
  );
}

function refuseContradiction(one: ListedPicture, other: ListedPicture): void {
  if (one.personId === other.personId && one.clothesId === other.clothesId && one.cameraId === other.cameraId)
    return;
  throw malformedRow(
    other.row,
    `${other.source} has another person, other clothes or another camera than in ${one.row}`,
    'Restore the lists from the data set.',
  );
}
