/** A point in time as people write it: ISO 8601, "yesterday 14:00", "Tuesday afternoon", read on the site's clock. */
import type { ParsedComponents } from 'chrono-node';
// The whole package loads a dozen languages, half a second of it.
import { GB as english } from 'chrono-node/en';
import { ChatReidError } from '../foundation/error.ts';
import { instantOf, type WallClock, wallClock, zoneOffset } from '../foundation/site-time.ts';

/** A stretch of time is meant from its first instant (`--after`) or to its last (`--before`). */
export type Edge = 'start' | 'end';

export interface MomentOptions {
  /** The option or field that the text came from, for the error. */
  readonly name: string;
  readonly edge: Edge;
  readonly timeZone: string;
  readonly now: Date;
  /** Where the range begins: a time without a date is then the first one after it. */
  readonly notBefore?: Date;
  /** Of the newest picture: a time without a date is on its day, where that is not in the future. */
  readonly lastTime?: Date;
}

/** Hours of the site's day, the narrower part first; the night's end lies on the next day. */
const dayParts: readonly (readonly [RegExp, number, number])[] = [
  [/\bearly (?:in the )?morning\b/i, 5, 8],
  [/\blate (?:in the )?morning\b|\bmid[- ]?morning\b/i, 9, 12],
  [/\bmorning\b/i, 6, 12],
  [/\bearly (?:in the )?afternoon\b/i, 12, 15],
  [/\blate (?:in the )?afternoon\b/i, 15, 18],
  [/\bafternoon\b/i, 12, 18],
  [/\bearly (?:in the )?evening\b/i, 18, 20],
  [/\blate (?:in the )?evening\b/i, 20, 24],
  [/\bevening\b/i, 18, 22],
  [/\blunch(?: ?time| break| hour)?\b/i, 12, 14],
  [/\b(night|tonight)\b/i, 22, 30],
];

/** First hour of a named part of the day and the hour it ends at, 0 to 30; undefined where none is named. */
export function dayPart(text: string): readonly [number, number] | undefined {
  const part = dayParts.find(([name]) => name.test(text));
  return part && [part[1], part[2]];
}

const hours = 'one two three four five six seven eight nine ten eleven twelve'.split(' ');
const hourInWords = new RegExp(`^(${hours.join('|')})(?:\\s+o['’]?clock)?$`, 'i');

/** "After two" of people in cameras' pictures is two in the afternoon: one to six are, seven to twelve are not. */
function hourNamed(name: string): number {
  const hour = hours.indexOf(name.toLowerCase()) + 1;
  return hour <= 6 ? hour + 12 : hour;
}

const iso =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,3}))?)?)?\s*(Z|[+-]\d{2}:?\d{2})?$/i;

/**
 * A date alone is the whole day, `Tuesday afternoon` is 12 to 18 o'clock; which end of it is taken, `edge` says. A
 * weekday or time of day that could be past or future is past: cameras have no pictures of the future.
 *
 * @throws ChatReidError OPTION_INVALID naming the value, also where day and month could be meant either way round
 */
export function parseMoment(text: string, options: MomentOptions): Date {
  const value = text.trim();
  const stretch = isoStretch(value, options) ?? spokenStretch(value, options);
  if (stretch === undefined) {
    throw unreadable(`${options.name} "${text}" is not a time that can be read.`);
  }
  return options.edge === 'start' ? stretch[0] : stretch[1];
}

/** First and last millisecond of what is meant. */
type Stretch = readonly [Date, Date];

function isoStretch(value: string, options: MomentOptions): Stretch | undefined {
  const match = iso.exec(value);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction, zone] = match;
  const clock = {
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: Number(hour ?? 0),
    minute: Number(minute ?? 0),
    second: Number(second ?? 0),
  };
  if (!isReal(clock)) {
    throw unreadable(`${options.name} "${value}" is not on the calendar or the clock.`);
  }
  if (hour === undefined) return wholeDays(clock, 1, options.timeZone);
  const milliseconds = Number((fraction ?? '').padEnd(3, '0'));
  const instant =
    zone === undefined
      ? instantOf(clock, options.timeZone)
      : new Date(asUtc(clock) - offsetMinutes(zone) * 60_000);
  return moment(new Date(instant.getTime() + milliseconds));
}

function spokenStretch(value: string, options: MomentOptions): Stretch | undefined {
  const text = value
    .replace(/^(?:since|from|until|till|after|before|on|at|in)\s+/i, '')
    .replace(/^the\s+/i, '')
    .replace(hourInWords, (_all, hour: string) => `${hourNamed(hour)}:00`);
  refuseEitherWayRound(text, options.name);
  const reference = { instant: options.now, timezone: zoneOffset(options.now, options.timeZone) };
  const [parsed, ...more] = english.parse(text, reference);
  if (parsed === undefined || more.length > 0 || parsed.end || parsed.text.length !== text.length) {
    return undefined;
  }
  const start = parsed.start;
  if (start.isCertain('hour')) {
    const instant = start.isCertain('timezoneOffset')
      ? start.date()
      : instantOf(inThePast(start, componentsOf(start), options), options.timeZone);
    return moment(dated(start, instant, options));
  }
  const day = startOfDay(componentsOf(start));
  const part = dayPart(text);
  if (part) {
    const [from, to] = part;
    return shifted(start, options, (clock) => [
      instantOf({ ...clock, hour: from }, options.timeZone),
      new Date(instantOf({ ...clock, hour: to }, options.timeZone).getTime() - 1),
    ]);
  }
  if (start.isCertain('month') && !start.isCertain('day')) {
    return wholeMonth(inThePast(start, { ...day, day: 1 }, options), options.timeZone);
  }
  return shifted(start, options, (clock) => wholeDays(clock, 1, options.timeZone));
}

/** The stretch on the named day; where the day is not certain, one that lies in the past. */
function shifted(
  start: ParsedComponents,
  options: MomentOptions,
  stretchOn: (day: WallClock) => Stretch,
): Stretch {
  const day = startOfDay(componentsOf(start));
  if (start.isCertain('day')) return stretchOn(inThePast(start, day, options));
  const { lastTime, timeZone } = options;
  const onLastDay = lastTime !== undefined && !start.isCertain('weekday');
  const base = onLastDay ? startOfDay(wallClock(lastTime, timeZone)) : day;
  const stretch = stretchOn(base);
  if (stretch[0] <= options.now) return stretch;
  return stretchOn({ ...base, day: base.day - (start.isCertain('weekday') ? 7 : 1) });
}

/** A date without a year is the last one that was: on 24 November, 12 December is last year's. */
function inThePast(start: ParsedComponents, clock: WallClock, options: MomentOptions): WallClock {
  const yearless = start.isCertain('month') && !start.isCertain('year');
  const future = yearless && instantOf(clock, options.timeZone) > options.now;
  return future ? { ...clock, year: clock.year - 1 } : clock;
}

function dated(start: ParsedComponents, instant: Date, options: MomentOptions): Date {
  if (start.isCertain('day')) return instant;
  const on = (days: number) => {
    const clock = wallClock(instant, options.timeZone);
    return instantOf({ ...clock, day: clock.day + days }, options.timeZone);
  };
  if (start.isCertain('weekday')) return instant > options.now ? on(-7) : instant;
  if (options.notBefore) {
    const gap = (options.notBefore.getTime() - instant.getTime()) / 86_400_000;
    return on(Math.ceil(gap));
  }
  if (options.lastTime) {
    const { year, month, day } = wallClock(options.lastTime, options.timeZone);
    const clock = { ...wallClock(instant, options.timeZone), year, month, day };
    const onLastDay = instantOf(clock, options.timeZone);
    if (onLastDay <= options.now) return onLastDay;
  }
  // "before 18:00", asked at noon, means today up to now; "after 18:00" can only be yesterday.
  return options.edge === 'start' && instant > options.now ? on(-1) : instant;
}

function refuseEitherWayRound(text: string, name: string): void {
  const match = /\b(\d{1,2})\/(\d{1,2})(?:\/\d{2,4})?\b/.exec(text);
  if (match === null) return;
  const [, first, second] = match.map(Number);
  if (first !== undefined && second !== undefined && first <= 12 && second <= 12 && first !== second) {
    throw unreadable(`${name} "${text}" could be day/month or month/day.`, 'Write it as year-month-day.');
  }
}

function componentsOf(start: ParsedComponents): WallClock {
  const get = (name: 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second') => start.get(name) ?? 0;
  return {
    year: get('year'),
    month: get('month'),
    day: get('day'),
    hour: get('hour'),
    minute: get('minute'),
    second: get('second'),
  };
}

function startOfDay(clock: WallClock): WallClock {
  return { ...clock, hour: 0, minute: 0, second: 0 };
}

function wholeDays(clock: WallClock, days: number, timeZone: string): Stretch {
  const next = instantOf({ ...clock, day: clock.day + days }, timeZone);
  return [instantOf(clock, timeZone), new Date(next.getTime() - 1)];
}

function wholeMonth(clock: WallClock, timeZone: string): Stretch {
  const first = { ...clock, day: 1 };
  const next = instantOf({ ...first, month: first.month + 1 }, timeZone);
  return [instantOf(first, timeZone), new Date(next.getTime() - 1)];
}

function moment(instant: Date): Stretch {
  return [instant, instant];
}

function isReal(clock: WallClock): boolean {
  const date = new Date(asUtc(clock));
  return (
    date.getUTCMonth() + 1 === clock.month &&
    date.getUTCDate() === clock.day &&
    clock.hour < 24 &&
    clock.minute < 60 &&
    clock.second < 60
  );
}

function asUtc(clock: WallClock): number {
  return Date.UTC(clock.year, clock.month - 1, clock.day, clock.hour, clock.minute, clock.second);
}

function offsetMinutes(zone: string): number {
  if (zone.toUpperCase() === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return zone.startsWith('-') ? -minutes : minutes;
}

function unreadable(
  message: string,
  next = 'Write it as 2026-11-24T13:00, 2026-11-24, "yesterday 14:00" or "Tuesday afternoon".',
): ChatReidError {
  return new ChatReidError('OPTION_INVALID', message, next);
}
