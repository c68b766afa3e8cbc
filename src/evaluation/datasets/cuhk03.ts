/** CUHK03: five pairs of cameras on one campus, two kinds of boxes, two protocols. */
import { resolve } from 'node:path';
import type { Benchmark, BenchmarkRows, Setting } from '../benchmark.ts';
import { acrossCameras } from '../protocol.ts';
import { cuhk03Classic } from '../protocols/cuhk03-classic.ts';
import {
  cuhk03DrawsWhileScoring,
  cuhk03MapOverAllPictures,
  cuhk03ScoresFirstTestSet,
} from '../protocols/reference-quirks.ts';
import { type Boxes, classicSplits, cuhk03Layout, cuhk03Root, newProtocolRows } from './cuhk03-layouts.ts';
import { countDifferences, persons, refusePartial } from './dataset-counts.ts';
import { scorable, union } from './gallery-draws.ts';
import { refuseNone } from './pictures-there.ts';

export const cuhk03Counts = {
  labeled: { trainingPictures: 7368, queries: 1400, gallery: 5328 },
  detected: { trainingPictures: 7365, queries: 1400, gallery: 5332 },
  trainingPersons: 767,
  persons: 700,
  classicPersons: 100,
  classicSplits: 20,
} as const;

const title = cuhk03Layout.title;

const acrossNewProtocol = { protocol: acrossCameras, quirks: [] };
const singleShot = {
  protocol: cuhk03Classic,
  corrected: cuhk03Classic,
  quirks: [cuhk03ScoresFirstTestSet, cuhk03DrawsWhileScoring, cuhk03MapOverAllPictures],
};

const newLabelled: Setting = {
  name: 'np-labelled',
  title: 'new protocol, boxes drawn by hand',
  ...acrossNewProtocol,
};
const newDetected: Setting = {
  name: 'np-detected',
  title: 'new protocol, detected boxes',
  ...acrossNewProtocol,
};
const classicLabelled: Setting = {
  name: 'classic-labelled',
  title: 'classic protocol (single-shot), boxes drawn by hand',
  ...singleShot,
};
const classicDetected: Setting = {
  name: 'classic-detected',
  title: 'classic protocol (single-shot), detected boxes',
  ...singleShot,
};

/**
 * CUHK03 (Li et al., "DeepReID", CVPR 2014), and its new protocol CUHK03-NP (Zhong et al., "Re-ranking Person
 * Re-identification with k-reciprocal Encoding", CVPR 2017). 1,467 persons, each in the two cameras of one pair, about
 * five pictures a camera; boxes drawn by hand (labelled) or found by a detector (detected), scored apart.
 *
 * | new protocol       | labelled | detected | persons |
 * |--------------------|---------:|---------:|--------:|
 * | bounding_box_train |    7,368 |    7,365 |     767 |
 * | query              |    1,400 |    1,400 |     700 |
 * | bounding_box_test  |    5,328 |    5,332 |     700 |
 * | in all             |   14,096 |   14,097 |   1,467 |
 *
 * | classic protocol, each of 20 splits | labelled | detected | persons |
 * |-------------------------------------|---------:|---------:|--------:|
 * | train and test                      |   14,096 |   14,097 |   1,467 |
 * | test, both query and gallery        |          |          |     100 |
 *
 * Counts: the CUHK03-NP page of github.com/zhunzhong07/person-re-ranking; persons of the training part as its public
 * lists have them. How many pictures a classic test set has is published nowhere that we know, and not checked.
 *
 * The default is the new protocol on labelled boxes: what the paper's table 1 counts, 14,096, are the labelled ones (its
 * table 2 does not say). fast-reid's default is the same; torchreid's is the new protocol on detected boxes. Training
 * pictures are those of the new protocol, labelled. Some of them show persons of the classic test sets: a network trained
 * on them must not be scored by the classic protocol.
 *
 * Layouts: torchreid's and fast-reid's prepared folder (images_labeled/, images_detected/, splits_new_*.json and
 * splits_classic_*.json; pictures are `PAIR_PPP_VIEW_NN.png`), or the cropped CUHK03-NP, named like Market-1501's, for
 * the new protocol alone. Names sort as the splits have them, so the draws of the classic protocol fall as torchreid's. A
 * person's camera is 1 or 2 whatever the pair, as in the reference readers.
 */
export const cuhk03: Benchmark = {
  name: 'cuhk03',
  title,
  settings: [newLabelled, newDetected, classicLabelled, classicDetected],
  async read(folder, { allowPartial, setting = newLabelled, corrected = false }) {
    const root = await cuhk03Root(resolve(folder));
    const boxes: Boxes = setting.name.endsWith('detected') ? 'detected' : 'labeled';
    const rows =
      setting.protocol === cuhk03Classic
        ? await classicRows(root, boxes, allowPartial, corrected)
        : await newRows(root, boxes, allowPartial);
    refusePartial(title, root, rows.differences, allowPartial);
    return rows;
  },
  async readTraining(folder, { allowPartial }) {
    const root = await cuhk03Root(resolve(folder));
    const { there, differences: leftOut } = await newProtocolRows(root, 'labeled', ['train'], allowPartial);
    const pictures = there.flat();
    const published = cuhk03Counts.labeled.trainingPictures;
    const counts = countDifferences([
      { of: 'labelled training pictures', found: pictures.length, published },
      { of: 'persons in them', found: persons(pictures), published: cuhk03Counts.trainingPersons },
    ]);
    const differences = [...leftOut, ...counts];
    refusePartial(title, root, differences, allowPartial);
    return { rows: pictures.map((row) => ({ ...row, captions: [] })), differences };
  },
};

async function newRows(root: string, boxes: Boxes, allowPartial: boolean): Promise<BenchmarkRows> {
  const { there, differences } = await newProtocolRows(root, boxes, ['query', 'gallery'], allowPartial);
  const [queries = [], gallery = []] = there;
  const published = cuhk03Counts[boxes];
  const counts = countDifferences([
    { of: `${boxes} query pictures`, found: queries.length, published: published.queries },
    { of: 'persons in them', found: persons(queries), published: cuhk03Counts.persons },
    { of: `${boxes} gallery pictures`, found: gallery.length, published: published.gallery },
    { of: 'persons in the gallery', found: persons(gallery), published: cuhk03Counts.persons },
  ]);
  return { queries, gallery, differences: [...differences, ...counts] };
}

/** A test set is both queries and gallery: a query's own picture is of its person and camera, and so ignored. */
async function classicRows(
  root: string,
  boxes: Boxes,
  allowPartial: boolean,
  corrected: boolean,
): Promise<BenchmarkRows> {
  const { there, differences: leftOut } = await classicSplits(root, boxes, allowPartial);
  const { pictures, testSets } = there;
  const first = testSets[0] ?? [];
  const { trainingPictures, queries, gallery } = cuhk03Counts[boxes];
  const counts = countDifferences([
    { of: 'classic splits', found: testSets.length, published: cuhk03Counts.classicSplits },
    {
      of: `${boxes} pictures in the first split`,
      found: pictures,
      published: trainingPictures + queries + gallery,
    },
    { of: 'persons in its test set', found: persons(first), published: cuhk03Counts.classicPersons },
  ]);
  const differences = [...leftOut, ...counts];
  if (!corrected) {
    refuseNone(root, cuhk03Layout, first, 'no picture of the first classic test set is there');
    return { queries: first, gallery: first, differences };
  }
  const sets = testSets.map((rows, at) => ({ number: at + 1, queries: rows, gallery: rows }));
  const { kept, differences: emptied } = scorable(sets, 'classic test set');
  refuseNone(root, cuhk03Layout, kept, 'no picture of a classic test set is there');
  const { rows, of } = union(kept.map(({ queries }) => queries));
  const trials = of.map((numbers) => ({ queries: numbers, gallery: numbers }));
  return { queries: rows, gallery: rows, trials, differences: [...leftOut, ...emptied, ...counts] };
}
