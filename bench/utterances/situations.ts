/** The situations that utterances are read in: three sites, and what was going on when they were written. */
import type { ReadingContext } from '../../src/conversation/interpreter.ts';
import { instantOf } from '../../src/foundation/site-time.ts';

export const timeZone = 'Europe/Berlin';

/** `11-24 14:00` of 2026, or with a year of its own, on the site's clock. */
export function siteTime(text: string): Date {
  const [minute = 0, hour = 0, day = 1, month = 1, year = 2026] = text.split(/[- :]/).map(Number).reverse();
  return instantOf({ year, month, day, hour, minute, second: 0 }, timeZone);
}

type Site = Pick<ReadingContext, 'cameras' | 'places' | 'galleries' | 'lastTime'>;

const numbered = (count: number): string[] => Array.from({ length: count }, (_, at) => String(at + 1));

const demo: Site = {
  cameras: numbered(6),
  places: ['garden path', 'main hall', 'car park', 'library entrance', 'bus stop', 'north gate'],
  galleries: ['demo'],
  lastTime: siteTime('11-24 18:40'),
};

const sites: Readonly<Record<string, Site>> = {
  demo,
  three: demo,
  mall: {
    cameras: numbered(12),
    places: ['food court', 'main entrance', 'escalator', 'toy store', 'parking garage', 'level 2'],
    galleries: ['mall'],
    lastTime: siteTime('11-26 15:10'),
  },
  campus: {
    cameras: ['gate-north', 'gate-south', 'lib-1', 'lib-2', 'garage'],
    places: ['library', 'cafeteria', 'gym', 'main gate'],
    galleries: ['campus', 'archive'],
    lastTime: siteTime('11-25 21:00'),
  },
};

type Going = Pick<ReadingContext, 'attachments' | 'shown' | 'people' | 'asked' | 'searching' | 'held'>;

const start: Going = { attachments: 0, shown: 0, people: 0, searching: false };
const results: Going = { attachments: 0, shown: 10, people: 0, searching: true };

function asking(name: 'backpack' | 'hat', text: string): Going {
  return { ...results, asked: { id: name, name, value: 'yes', text, gain: 0.5 } };
}

const refined: Going = {
  ...results,
  held: {
    cameras: ['3'],
    places: [],
    clues: [
      {
        messageId: '1',
        words: 'black jacket and a cap',
        traits: [
          { name: 'top', value: 'black', present: true },
          { name: 'hat', value: 'yes', present: true },
        ],
      },
    ],
  },
};

const situations: Readonly<Record<string, Going>> = {
  start,
  results,
  refined,
  /** The search is on Monday already. */
  monday: {
    ...results,
    held: {
      cameras: [],
      places: [],
      clues: [],
      after: siteTime('11-23 00:00').toISOString(),
      before: new Date(siteTime('11-24 00:00').getTime() - 1).toISOString(),
    },
  },
  /** Monday between two and three already. */
  clocked: {
    ...results,
    held: {
      cameras: [],
      places: [],
      clues: [],
      after: siteTime('11-23 14:00').toISOString(),
      before: siteTime('11-23 15:00').toISOString(),
    },
  },
  photo: { ...start, attachments: 1 },
  photos: { ...start, attachments: 2 },
  'photo-later': { ...results, attachments: 1 },
  'photos-later': { ...results, attachments: 2 },
  people: { ...start, people: 3 },
  asked: asking('backpack', 'Was the person carrying a backpack?'),
  'asked-hat': asking('hat', 'Was the person wearing a hat?'),
};

/** @param name `mall results`; of the site `three` only three candidates are shown. @throws Error for an unknown one */
export function situation(name: string): ReadingContext {
  const [site = '', going = ''] = name.split(' ');
  const place = sites[site];
  const state = situations[going];
  if (place === undefined || state === undefined) throw new Error(`There is no situation "${name}".`);
  const shown = site === 'three' && state.shown > 0 ? 3 : state.shown;
  return { ...place, ...state, shown, now: siteTime('11-26 15:20'), timeZone };
}
