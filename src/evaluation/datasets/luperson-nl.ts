/** LUPerson-NL: ten million pictures of street videos, with the identities that a tracker gave. Training only. */
import { resolve } from 'node:path';
import type { TrainingRow, TrainingSet } from '../benchmark.ts';
import { countDifferences, persons, refusePartial } from './dataset-counts.ts';
import { malformedRow, notThisLayout } from './dataset-errors.ts';
import { inSourceOrder } from './list-file.ts';
import { datasetRoot, everythingIn, foldersIn, picturesIn } from './picture-folder.ts';

export const lupersonNlCounts = { pictures: 10_683_716, persons: 433_997 } as const;

const layout = {
  title: 'LUPerson-NL',
  next: 'Give the folder that extract.py of the authors writes: COUNTRY/CITY/VIDEO/PERSON_FRAME_BOX.jpg.',
};
const packed = ['lmdb', 'keys.pkl', 'data.mdb', 'lupnl_lmdb'];
const none: readonly string[] = [];

/**
 * LUPerson-NL, noisy labels (Fu et al., "Large-Scale Pre-training for Person Re-identification with Noisy Labels", CVPR
 * 2022).
 *
 * |     |   pictures | persons | videos |
 * |-----|-----------:|--------:|-------:|
 * | all | 10,683,716 | 433,997 | 21,697 |
 *
 * Counts: the paper, and table 1 of ours. Identities are a tracker's and noisy: they hold within a video, numbered
 * through all of them. There are no cameras.
 *
 * Layout: the folders that `LUP-NL/extract.py` of github.com/DengpanFu/LUPerson-NL writes. A video that lies in two
 * cities is read in the first alone, as in `LUP-NL/convert_lmdb.py`. What that script packs (lmdb/ and keys.pkl) is
 * refused. The whole set takes about five gigabytes of memory (`NODE_OPTIONS=--max-old-space-size=8192`).
 */
export const lupersonNl: TrainingSet = {
  name: 'luperson-nl',
  title: layout.title,
  async readTraining(folder, { allowPartial }) {
    const root = resolve(folder);
    const base = await datasetRoot(root, packed, ['lup-nl']);
    const here = await everythingIn(base);
    const pack = packed.find((name) => here.has(name));
    if (pack !== undefined) {
      throw notThisLayout(base, layout.title, `${pack} is the packed form, a database`, layout.next);
    }
    const rows = await pictures(base);
    const differences = countDifferences([
      { of: 'pictures', found: rows.length, published: lupersonNlCounts.pictures },
      { of: 'persons', found: persons(rows), published: lupersonNlCounts.persons },
    ]);
    refusePartial(layout.title, base, differences, allowPartial);
    return { rows, differences };
  },
};

async function pictures(root: string): Promise<TrainingRow[]> {
  const rows: TrainingRow[] = [];
  const read = new Set<string>();
  for (const country of await foldersIn(root, '.', layout)) {
    for (const city of await foldersIn(root, country, layout)) {
      for (const video of await foldersIn(root, `${country}/${city}`, layout)) {
        if (read.has(video)) continue;
        read.add(video);
        const folder = `${country}/${city}/${video}`;
        for (const name of await picturesIn(root, folder, layout)) rows.push(rowOf(root, folder, name));
      }
    }
  }
  if (rows.length > 0) return inSourceOrder(rows);
  throw notThisLayout(root, layout.title, 'there is no COUNTRY/CITY/VIDEO/ with pictures', layout.next);
}

function rowOf(root: string, folder: string, name: string): TrainingRow {
  const source = `${folder}/${name}`;
  const [, person] = /^(\d{6,})_\d+_\d+\.\w+$/.exec(name) ?? [];
  if (person === undefined) {
    throw malformedRow(
      source,
      'the name is not one of LUPerson-NL: person, frame and box are not in it',
      'Names look like 000012_0001234_00.jpg. Take the file out of the folder or restore its name.',
    );
  }
  // Joined by hand: ten million joined paths would take twice the memory.
  return { source, path: `${root}/${source}`, personId: person, captions: none };
}
