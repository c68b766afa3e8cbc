/** Galleries in a table, and the state of their index in words. */

import { formatTime } from '../foundation/site-time.ts';
import type { GallerySummary } from '../gallery/gallery-store.ts';
import { grouped, type Output } from './output.ts';

export function printGalleries(galleries: readonly GallerySummary[], out: Output, timeZone: string): void {
  out.table(
    [
      { title: 'gallery' },
      { title: 'pictures', align: 'right' },
      { title: 'persons', align: 'right' },
      { title: 'cameras' },
      { title: 'from' },
      { title: 'to' },
      { title: 'index' },
    ],
    galleries.map((gallery) => [
      gallery.name,
      grouped(gallery.pictures),
      grouped(gallery.persons),
      few(gallery.cameras),
      gallery.firstTime ? formatTime(gallery.firstTime, timeZone) : '',
      gallery.lastTime ? formatTime(gallery.lastTime, timeZone) : '',
      indexState(gallery),
    ]),
  );
}

/** Of the space that searches use. */
export function indexedPictures(gallery: GallerySummary): number {
  return gallery.spaces.find(({ space }) => space === gallery.liveSpace)?.pictures ?? 0;
}

export function indexState(gallery: GallerySummary): string {
  if (gallery.pictures === 0) return 'empty';
  const indexed = indexedPictures(gallery);
  if (indexed === 0) return 'none';
  if (indexed < gallery.pictures) return `${grouped(indexed)} of ${grouped(gallery.pictures)}`;
  return 'complete';
}

function few(names: readonly string[]): string {
  return names.length <= 8 ? names.join(', ') : `${names.slice(0, 7).join(', ')}, … (${names.length})`;
}
