/** Where the public reference code does what its papers do not say: sentences for `Setting.quirks` and for reports. */

/** PRCC, both settings. Corrected: the ten galleries are scored. */
export const prccScoresWholeGallery =
  'Simple-CCReID draws ten galleries of one picture a person, never uses them, and scores all pictures of camera A at once.';

/** CUHK03 classic. Corrected: all twenty are scored, with the one network. */
export const cuhk03ScoresFirstTestSet =
  'torchreid and fast-reid score the first of the twenty test sets; the authors average over all twenty, with a network trained for each.';

/** CUHK03 classic. Corrected: the mean over all galleries that can be drawn. */
export const cuhk03DrawsWhileScoring =
  'torchreid draws ten other galleries for each query while it scores, so Rank-k depends on the seed and on the order of the queries.';

/** CUHK03 classic. */
export const cuhk03MapOverAllPictures =
  'Rank-k is over galleries of one picture a person, mAP over all their pictures.';

/** SYSU-MM01. */
export const sysuDrawsItsOwnGalleries =
  "The ten galleries are drawn by Python's random module (seeds 0 to 9), not taken from the data set's own exp/rand_perm_cam.mat.";

/** SYSU-MM01. */
export const sysuIgnoresAllOfCamera2 =
  "A query of camera 3 ignores everybody's pictures of camera 2, which looks at the same place; other cameras ignore nothing.";

/** SYSU-MM01. */
export const sysuCountsPersons =
  "Rank-k counts persons (a person's second picture takes no place), mAP and mINP count pictures.";

/** SYSU-MM01, the multi-shot settings. */
export const sysuDrawsTenUnrepeatably =
  'The common code draws the ten pictures with a NumPy generator that no trial seeds, so no two of its runs agree; here random.sample draws them, seeded by the trial.';

/** RegDB. */
export const regdbIgnoresNothing =
  'All queries are given one camera and all of the gallery another, so that nothing is ignored.';

/** CUHK-PEDES, ICFG-PEDES, RSTPReid. */
export const irraStopsWithoutAnswer =
  'IRRA stops with an error on a caption whose person is not in the gallery; here that query is skipped.';
