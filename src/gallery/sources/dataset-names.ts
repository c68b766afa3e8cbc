/** Facts that a file name tells in the Market-1501 style; other names are left alone. */
import type { PictureFacts } from './import-source.ts';

/** `0002_c1s1_000451_03.jpg`: person, camera, sequence, frame, box. -1 is junk, 0000 a distractor: both kept as given. */
const market = /^(-1|\d{4})_c(\d{1,2})s(\d{1,2})_(\d{6,7})_(\d{2})(?:\.jpg)?\.(?:jpe?g|png)$/i;

const marketSplits: Readonly<Record<string, string>> = {
  bounding_box_train: 'train',
  bounding_box_test: 'gallery',
  query: 'query',
};

/** @param source relative path with forward slashes */
export function factsOfName(source: string): PictureFacts {
  const folders = source.split('/');
  const parts = market.exec(folders.pop() ?? '');
  const [, person, camera, sequence] = parts ?? [];
  if (person === undefined || camera === undefined || sequence === undefined) return {};
  const split = folders.map((folder) => marketSplits[folder]).find((known) => known !== undefined);
  return {
    personId: person,
    cameraId: camera,
    tags: [`sequence-${sequence}`],
    ...(split === undefined ? {} : { split }),
  };
}
