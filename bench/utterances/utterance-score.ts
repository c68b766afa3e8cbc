/** How far acts that were read agree with the labels: acts by name, and every slot of theirs. */
import type { Act, PictureRef } from '../../src/conversation/act.ts';
import type { Label, LabelledUtterance } from './labelled-utterance.ts';
import { siteTime } from './situations.ts';

/** `right` of `of`: labelled or read, whichever is more, so that what was read beyond the labels counts against it. */
export interface Count {
  readonly right: number;
  readonly of: number;
}

export interface UtteranceScore {
  readonly acts: Count;
  readonly slots: Count;
  /** Slots with their act's name, as they are compared. */
  readonly wanted: readonly string[];
  readonly read: readonly string[];
}

export function scoreUtterance(utterance: LabelledUtterance, acts: readonly Act[]): UtteranceScore {
  const wanted = utterance.acts.flatMap(labelSlots);
  const read = acts.flatMap(actSlots);
  return {
    acts: agreement(
      utterance.acts.map(labelName),
      acts.map(({ act }) => act),
    ),
    slots: agreement(wanted, read),
    wanted: [...utterance.acts.map(labelName), ...wanted],
    read: [...acts.map(({ act }) => act), ...read],
  };
}

export function sum(counts: readonly Count[]): Count {
  return {
    right: counts.reduce((total, { right }) => total + right, 0),
    of: counts.reduce((total, { of }) => total + of, 0),
  };
}

export function share({ right, of }: Count): number {
  return of === 0 ? 1 : right / of;
}

function agreement(wanted: readonly string[], read: readonly string[]): Count {
  const left = [...wanted];
  let right = 0;
  for (const one of read) {
    const at = left.indexOf(one);
    if (at < 0) continue;
    left.splice(at, 1);
    right++;
  }
  return { right, of: Math.max(wanted.length, read.length) };
}

function labelName(label: Label): string {
  return typeof label === 'string' ? label : Object.keys(label)[0]!;
}

function labelSlots(label: Label): string[] {
  if (typeof label === 'string') return [];
  const slot = (field: string, value: string | number): string => `${labelName(label)} ${field} ${value}`;
  if ('clue' in label)
    return [slot('words', said(label.clue)), ...label.traits.map((trait) => slot('trait', whole(trait)))];
  if ('show' in label)
    return [...label.show.map((one) => slot('picture', one)), ...(label.add ? [slot('add', 'yes')] : [])];
  if ('exclude' in label) return label.exclude.map((one) => slot('picture', one));
  if ('forget' in label) return label.forget.map((one) => slot('picture', one));
  if ('choose' in label) return [slot('picture', label.choose)];
  if ('describe' in label) return [slot('picture', label.describe)];
  if ('ask' in label) return [slot('picture', label.ask)];
  if ('why' in label) return label.why === null ? [] : [slot('picture', label.why)];
  if ('compare' in label) return label.compare.map((one) => slot('picture', one));
  if ('verify' in label) return label.verify.map((one) => slot('picture', one));
  if ('lift' in label) {
    const [part, value] = typeof label.lift === 'string' ? [label.lift] : label.lift;
    return [slot('part', part), ...(value === undefined ? [] : [slot('value', said(value))])];
  }
  if ('answer' in label) return [slot('value', label.answer)];
  if ('person' in label) return [slot('number', label.person)];
  if ('case' in label) return [slot('purpose', said(label.case))];
  if ('register' in label) {
    const { pictures, time, ...rest } = label.register;
    return [
      ...pictures.map((one) => slot('picture', one)),
      ...Object.entries(rest).flatMap(([field, value]) => (value === undefined ? [] : [slot(field, value)])),
      ...(time ? [slot('time', minute(siteTime(time)))] : []),
    ];
  }
  const { cameras = [], places = [], after, before, gallery } = label.constrain;
  return [
    ...cameras.map((one) => slot('camera', one)),
    ...places.map((one) => slot('place', one)),
    ...(after ? [slot('after', minute(siteTime(after)))] : []),
    ...(before ? [slot('before', minute(siteTime(before)))] : []),
    ...(gallery ? [slot('gallery', gallery)] : []),
  ];
}

function actSlots(act: Act): string[] {
  const slot = (field: string, value: string | number): string => `${act.act} ${field} ${value}`;
  switch (act.act) {
    case 'clue':
      return [
        slot('words', said(act.words)),
        ...(act.traits ?? []).map(({ name, value, present }) =>
          slot('trait', `${present ? '' : 'not '}${name}=${value}`),
        ),
      ];
    case 'show':
      return [
        ...act.pictures.map((one) => slot('picture', named(one))),
        ...(act.add ? [slot('add', 'yes')] : []),
      ];
    case 'exclude':
    case 'forget':
      return act.pictures.map((one) => slot('picture', named(one)));
    case 'choose':
    case 'describe':
    case 'ask':
      return [slot('picture', named(act.picture))];
    case 'why':
      return act.picture ? [slot('picture', named(act.picture))] : [];
    case 'compare':
    case 'verify':
      return [slot('picture', named(act.first)), slot('picture', named(act.second))];
    case 'lift':
      return [slot('part', act.part), ...(act.value === undefined ? [] : [slot('value', said(act.value))])];
    case 'answer':
      return [slot('value', act.value)];
    case 'person':
      return [slot('number', act.number)];
    case 'case':
      return [slot('purpose', said(act.purpose))];
    case 'register': {
      const { camera, place, person, time } = act;
      return [
        ...act.pictures.map((one) => slot('picture', named(one))),
        ...Object.entries({ camera, place, person }).flatMap(([field, value]) =>
          value === undefined ? [] : [slot(field, value)],
        ),
        ...(time ? [slot('time', minute(new Date(time)))] : []),
      ];
    }
    case 'constrain':
      return [
        ...(act.cameras ?? []).map((one) => slot('camera', one)),
        ...(act.places ?? []).map((one) => slot('place', one)),
        ...(act.after ? [slot('after', minute(new Date(act.after)))] : []),
        ...(act.before ? [slot('before', minute(new Date(act.before)))] : []),
        ...(act.gallery ? [slot('gallery', act.gallery)] : []),
      ];
    default:
      return [];
  }
}

function named(picture: PictureRef): string {
  if ('rank' in picture) return String(picture.rank);
  if ('attachment' in picture) return `sent ${picture.attachment + 1}`;
  return 'query' in picture ? 'query' : picture.pictureId;
}

/** The last millisecond of an hour is that hour's end. */
function minute(date: Date): string {
  return new Date(Math.round(date.getTime() / 60_000) * 60_000).toISOString();
}

function whole(trait: string): string {
  return trait.includes('=') ? trait : `${trait}=yes`;
}

/** Words that lead into a description or trail after it and say nothing of a person. */
const small = new Set(
  "a an the and but also so he she they it he's she's hes shes its it's i'm was were is are has had have did wearing wore with in this that please pls i think guess maybe not-sure someone anyone somebody anybody".split(
    ' ',
  ),
);

/** Words as they are compared: without case, punctuation and the small words at either end. */
function said(words: string): string {
  const all =
    words
      .toLowerCase()
      .replace(/[\u2018\u2019]/g, "'")
      .match(/[\p{L}\p{N}'<>|_/-]+/gu) ?? [];
  let from = 0;
  let to = all.length;
  while (from < to && small.has(all[from]!)) from++;
  while (to > from && small.has(all[to - 1]!)) to--;
  return all.slice(from, to).join(' ');
}
