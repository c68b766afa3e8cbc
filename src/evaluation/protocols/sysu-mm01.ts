/** SYSU-MM01: infrared queries, visible gallery, two cameras that look at one place. */
import type { Protocol } from '../protocol.ts';
import { rowsByPerson } from './person-rows.ts';

/** As the data set numbers them, with or without the `cam` of its folders. */
const isCamera2 = (cameraId: string | undefined): boolean => /^(cam)?2$/.test(cameraId ?? '');
const isCamera3 = (cameraId: string | undefined): boolean => /^(cam)?3$/.test(cameraId ?? '');

/**
 * All-search and indoor-search (Wu et al., ICCV 2017), as Cross-Modal-Re-ID-baseline `eval_metrics.py` `eval_sysu` has
 * them: for a query of camera 3 everything of camera 2 is ignored, whoever it shows, since both look at one place. Nothing
 * else is ignored. Rank-k counts persons, mAP and mINP count pictures.
 *
 * Cameras are `1` to `6`, or `cam1` to `cam6`. The two settings differ in the cameras of the gallery: 1, 2, 4 and 5, or 1 and
 * 2; one picture of each person and camera is drawn, ten times.
 */
export const sysuMm01: Protocol = {
  name: 'sysu-mm01',
  rule: 'for queries of camera 3 all gallery pictures of camera 2 are ignored; Rank-k counts persons, mAP pictures',
  cmc: 'persons',
  prepare: (gallery) => {
    const rows = rowsByPerson(gallery);
    const camera2 = [...gallery.keys()].filter((row) => isCamera2(gallery[row]?.cameraId));
    return (query) => {
      const own = rows.get(query.personId) ?? [];
      if (!isCamera3(query.cameraId)) return { positives: own, ignored: [] };
      return { positives: own.filter((row) => !isCamera2(gallery[row]?.cameraId)), ignored: camera2 };
    };
  },
};
