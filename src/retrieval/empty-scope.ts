/** What to say when a restriction leaves nothing to search: that is no answer about the person. */
import { formatTime } from '../foundation/site-time.ts';
import type { GallerySummary, Scope } from '../gallery/gallery-store.ts';
import { scopeLine } from './search-line.ts';

/** More names than this are a number. */
const named = 20;

/** @returns what takes the place of the verdict, and a note with what the gallery knows */
export function emptyScope(
  scope: Scope,
  gallery: GallerySummary,
  timeZone: string,
): { sentence: string; note: string } {
  const restriction = scopeLine(scope, timeZone);
  const sentence =
    restriction === ''
      ? `Nothing was searched: no other picture is left in the gallery ${gallery.name}.`
      : `Nothing was searched: no picture of the gallery ${gallery.name} fits ${restriction}.`;
  const facts: string[] = [];
  if (scope.cameras?.length) facts.push(known('camera', scope.cameras, gallery.cameras));
  if (scope.places?.length) facts.push(known('place', scope.places, gallery.places));
  const { firstTime, lastTime } = gallery;
  if (scope.after || scope.before) {
    facts.push(
      firstTime && lastTime
        ? `Its pictures are from ${formatTime(firstTime, timeZone)} to ${formatTime(lastTime, timeZone)}.`
        : 'None of its pictures has a time.',
    );
  }
  return { sentence, note: [sentence, ...facts].join(' ') };
}

function known(noun: string, wanted: readonly string[], names: readonly string[]): string {
  if (names.length === 0) return `None of its pictures has a ${noun}.`;
  const strange = wanted.filter((name) => !names.includes(name));
  const missing =
    strange.length === 0 ? '' : `There is no ${noun} ${strange.map((name) => `"${name}"`).join(' or ')}. `;
  const more = names.length > named ? `, and ${names.length - named} more` : '';
  return `${missing}The ${noun}s it knows: ${names.slice(0, named).join(', ')}${more}.`;
}
