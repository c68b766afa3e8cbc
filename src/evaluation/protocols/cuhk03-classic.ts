/** CUHK03's first protocol: galleries of one picture a person. */
import { acrossCameras, type Protocol } from '../protocol.ts';

/**
 * CUHK03 classic (Li et al., CVPR 2014), as torchreid and fast-reid `rank.py` `eval_cuhk03` have it: what is right and what
 * is ignored as on Market-1501; Rank-k over ten drawn galleries of one picture a person; mAP over all pictures. Strict
 * draws as NumPy does from the seed; corrected takes the mean over all galleries that can be drawn. CUHK03-NP, the new
 * protocol, is `acrossCameras`.
 */
export const cuhk03Classic: Protocol = {
  name: 'cuhk03-classic',
  rule: 'pictures of the same person in the same camera are ignored; Rank-k over galleries of one picture a person, mAP over all pictures',
  cmc: 'single-shot',
  prepare: acrossCameras.prepare,
};
