/** ICFG-PEDES: pictures of MSMT17, one long description each. */
import { textBenchmark } from './text-benchmark.ts';

export const icfgPedesCounts = {
  train: { pictures: 34_674, captions: 34_674, persons: 3102 },
  test: { pictures: 19_848, captions: 19_848, persons: 1000 },
} as const;

/**
 * ICFG-PEDES (Ding et al., "Semantically Self-Aligned Network for Text-to-Image Part-aware Person Re-identification",
 * arXiv 2107.12666).
 *
 * | split | pictures | captions | persons |                            |
 * |-------|---------:|---------:|--------:|----------------------------|
 * | train |   34,674 |   34,674 |   3,102 |                            |
 * | test  |   19,848 |   19,848 |   1,000 | captions look for pictures |
 *
 * There is no validation split: people choose by the test split, which flatters. The split is in the records: the
 * folders `imgs/train` and `imgs/test` are MSMT17's and mean nothing here. Names are MSMT17's, too, so the camera is
 * the third field. The file is called `ICFG-PEDES.json` in some places and `ICFG_PEDES.json` in others.
 */
export const icfgPedes = textBenchmark({
  name: 'icfg-pedes',
  title: 'ICFG-PEDES',
  next: 'Give the folder ICFG-PEDES that holds imgs/ and ICFG-PEDES.json.',
  folder: 'ICFG-PEDES',
  files: [{ name: 'ICFG-PEDES.json' }, { name: 'ICFG_PEDES.json' }],
  pathKey: 'file_path',
  cameraOf: (source) => /\/\d{4}_\d{3}_0?(\d{1,2})_[^/]+$/.exec(source)?.[1],
  counts: icfgPedesCounts,
});
