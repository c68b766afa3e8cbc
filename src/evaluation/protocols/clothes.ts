/** The settings for people who change clothes: same clothes only, and other clothes only. */
import type { Labelled, Protocol } from '../protocol.ts';
import { rowsByPerson } from './person-rows.ts';

/**
 * LTCC, same clothes (Simple-CCReID `tools/eval_metrics.py` `evaluate_with_clothes`, mode SC): right is the person in
 * another camera and the same clothes; the person's other pictures are ignored. LTCC's general setting, and both of PRCC,
 * are `acrossCameras`.
 */
export const sameClothes: Protocol = {
  name: 'same-clothes',
  rule: 'gallery pictures of the same person in the same camera or in other clothes than the query are ignored',
  prepare: (gallery) => wornAcrossCameras(gallery, (query, row) => query === row),
};

/**
 * LTCC, cloth-changing (Qian et al., ACCV 2020; `evaluate_with_clothes`, mode CC): right is the person in another camera
 * and other clothes; the person's other pictures are ignored.
 */
export const clothChanging: Protocol = {
  name: 'cloth-changing',
  rule: 'gallery pictures of the same person in the same camera or in the same clothes as the query are ignored',
  prepare: (gallery) => wornAcrossCameras(gallery, (query, row) => query !== row),
};

/** A picture of the person is ignored where one of the two does not say what is worn: it cannot be called either. */
function wornAcrossCameras(
  gallery: readonly Labelled[],
  isRight: (query: string, row: string) => boolean,
): ReturnType<Protocol['prepare']> {
  const rows = rowsByPerson(gallery);
  return (query) => {
    const positives: number[] = [];
    const ignored: number[] = [];
    for (const row of rows.get(query.personId) ?? []) {
      const { cameraId, clothesId } = gallery[row]!;
      const sameCamera = query.cameraId !== undefined && cameraId === query.cameraId;
      const known = query.clothesId !== undefined && clothesId !== undefined;
      const right = !sameCamera && known && isRight(query.clothesId, clothesId);
      (right ? positives : ignored).push(row);
    }
    return { positives, ignored };
  };
}
