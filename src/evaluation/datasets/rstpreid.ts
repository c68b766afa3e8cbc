/** RSTPReid: five cameras' pictures of each person of MSMT17, two descriptions each. */
import { textBenchmark } from './text-benchmark.ts';

export const rstpReidCounts = {
  train: { pictures: 18_505, captions: 37_010, persons: 3701 },
  test: { pictures: 1000, captions: 2000, persons: 200 },
} as const;

/**
 * RSTPReid (Zhu et al., "DSSL: Deep Surroundings-person Separation Learning for Text-based Person Retrieval", ACM MM
 * 2021).
 *
 * | split | pictures | captions | persons |                            |
 * |-------|---------:|---------:|--------:|----------------------------|
 * | train |   18,505 |   37,010 |   3,701 |                            |
 * | val   |    1,000 |    2,000 |     200 | not read here              |
 * | test  |    1,000 |    2,000 |     200 | captions look for pictures |
 *
 * `data_captions.json` is a list of `{id, img_path, captions, split}` and paths start in `imgs/`. Five pictures a person
 * from five of 15 cameras, two captions a picture. A name is `PPPP_cC_FFFF.jpg`: person, camera, frame.
 */
export const rstpReid = textBenchmark({
  name: 'rstpreid',
  title: 'RSTPReid',
  next: 'Give the folder RSTPReid that holds imgs/ and data_captions.json.',
  folder: 'RSTPReid',
  files: [{ name: 'data_captions.json' }],
  pathKey: 'img_path',
  cameraOf: (source) => /\/\d{4}_c(\d{1,2})_[^/]+$/.exec(source)?.[1],
  counts: rstpReidCounts,
});
