/** The shipped pictures as a stand-in knows them: by their manifest, without a model. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { packageRoot } from '../../../src/foundation/package-root.ts';
import { pictureId } from '../../../src/foundation/picture.ts';
import { formatTime } from '../../../src/foundation/site-time.ts';

export interface DemoPicture {
  readonly pictureId: string;
  readonly path: string;
  readonly source: string;
  readonly personId: string;
  readonly cameraId: string;
  readonly place: string;
  /** ISO 8601 in UTC. */
  readonly time: string;
  /** On the site's clock. */
  readonly shownTime: string;
  readonly split: string;
  readonly caption: string;
}

const folder = join(packageRoot(), 'model', 'demo');

export const demoPictures: readonly DemoPicture[] = (
  parse(readFileSync(join(folder, 'manifest.csv')), { columns: true }) as Record<string, string>[]
).map((row) => {
  const path = join(folder, row.path ?? '');
  const time = `${row.time}.000Z`;
  return {
    pictureId: pictureId(readFileSync(path)),
    path,
    source: row.path ?? '',
    personId: row.person_id ?? '',
    cameraId: row.camera_id ?? '',
    place: row.place ?? '',
    time,
    shownTime: formatTime(time, 'UTC'),
    split: row.split ?? '',
    caption: row.caption ?? '',
  };
});

export const demoGallery = demoPictures.filter(({ split }) => split === 'gallery');
export const demoQueries = demoPictures.filter(({ split }) => split === 'query');

export function distinct(name: 'cameraId' | 'place' | 'personId'): string[] {
  return [...new Set(demoGallery.map((picture) => picture[name]))].sort();
}
