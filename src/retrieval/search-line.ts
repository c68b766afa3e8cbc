/** The state of a search in one line of words: `photo + "red cap" + no backpack − 1 · camera 3 · after 24 Nov 2026 12:00`. */
import type { Trait } from '../foundation/person-attributes.ts';
import { formatTime } from '../foundation/site-time.ts';
import type { Scope } from '../gallery/gallery-store.ts';
import type { Query } from './query.ts';
import { traitPhrase } from './traits/trait-words.ts';

export function searchLine(query: Query, scope: Scope, timeZone: string): string {
  const sought: string[] = [];
  const { pictures, negatives } = query;
  const words = query.words.replace(/\s+/g, ' ').trim();
  if (pictures.length > 0) sought.push(pictures.length === 1 ? 'photo' : `${pictures.length} photos`);
  if (words !== '') sought.push(`"${words}"`);
  sought.push(...unsaidTraits(words, query.traits ?? []));
  let line = sought.join(' + ') || 'nothing yet';
  if (negatives.length > 0) line += ` − ${negatives.length}`;
  const restriction = scopeLine(scope, timeZone);
  return restriction === '' ? line : `${line} · ${restriction}`;
}

/** Phrases of the traits that the words do not say themselves: all denials, and what was answered with a button. */
function unsaidTraits(words: string, traits: readonly Trait[]): string[] {
  const said = ` ${words.toLowerCase().replace(/[^a-z]+/g, ' ')} `;
  const phrases = traits
    .filter(({ name, value, present }) => !present || !said.includes(` ${value === 'yes' ? name : value} `))
    .map(traitPhrase);
  return [...new Set(phrases)];
}

/** @returns '' when nothing is restricted; pictures left out one by one are not mentioned */
export function scopeLine(scope: Scope, timeZone: string): string {
  const parts: string[] = [];
  const list = (name: string, values: readonly string[] | undefined) => {
    if (values && values.length > 0) parts.push(`${name} ${values.join(' or ')}`);
  };
  list('camera', scope.cameras);
  if (scope.places && scope.places.length > 0) parts.push(scope.places.join(' or '));
  list('person', scope.persons);
  list('tagged', scope.tags);
  const { after, before } = scope;
  if (after && before) {
    parts.push(`${formatTime(after, timeZone)} – ${untilText(after, before, timeZone)}`);
  } else if (after) {
    parts.push(`after ${formatTime(after, timeZone)}`);
  } else if (before) {
    parts.push(`before ${formatTime(before, timeZone)}`);
  }
  return parts.join(' · ');
}

function untilText(after: Date, before: Date, timeZone: string): string {
  const from = formatTime(after, timeZone);
  const until = formatTime(before, timeZone);
  const day = from.slice(0, from.lastIndexOf(' ') + 1);
  return until.startsWith(day) ? until.slice(day.length) : until;
}
