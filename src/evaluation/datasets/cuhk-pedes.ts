/** CUHK-PEDES: people of five older data sets, described in words by others. */
import { textBenchmark } from './text-benchmark.ts';

export const cuhkPedesCounts = {
  train: { pictures: 34_054, captions: 68_126, persons: 11_003 },
  test: { pictures: 3074, captions: 6156, persons: 1000 },
} as const;

/**
 * CUHK-PEDES (Li et al., "Person Search with Natural Language Description", CVPR 2017).
 *
 * | split | pictures | captions | persons |                            |
 * |-------|---------:|---------:|--------:|----------------------------|
 * | train |   34,054 |   68,126 |  11,003 |                            |
 * | val   |    3,078 |    6,158 |   1,000 | not read here              |
 * | test  |    3,074 |    6,156 |   1,000 | captions look for pictures |
 *
 * `reid_raw.json` is a list of `{split, captions, file_path, processed_tokens, id}` and paths start in `imgs/`. Two
 * captions a picture, nine pictures with more (one has ten). Without that file, `caption_train.json` and
 * `caption_test.json` are read: one caption a record and no split in it. A public copy of them divides the persons
 * otherwise (test: 3,078 pictures, 6,156 captions), so its numbers are not those of the literature, and it is read only
 * where a part may be.
 *
 * No camera is named. Of the five sources, three are re-identification data sets in their own right (CUHK03,
 * Market-1501, CUHK01): a model trained on their training persons may have seen persons of this test split.
 */
export const cuhkPedes = textBenchmark({
  name: 'cuhk-pedes',
  title: 'CUHK-PEDES',
  next: 'Give the folder CUHK-PEDES that holds imgs/ and reid_raw.json.',
  folder: 'CUHK-PEDES',
  files: [
    { name: 'reid_raw.json' },
    { name: 'caption_test.json', only: 'test' },
    { name: 'caption_train.json', only: 'train' },
  ],
  pathKey: 'file_path',
  counts: cuhkPedesCounts,
});
