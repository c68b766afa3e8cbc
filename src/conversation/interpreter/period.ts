/** From words of time to the first and last instant that are meant, on the site's clock. */
import { ChatReidError } from '../../foundation/error.ts';
import { formatDay, instantOf, type WallClock, wallClock } from '../../foundation/site-time.ts';
import type { ReadingContext } from '../interpreter.ts';
import { dayPart, parseMoment } from '../moment.ts';
import { type Clock, minutesOf } from './clock.ts';
import type { Line } from './line.ts';
import type { Reading } from './reading.ts';
import { dayOfShift, shiftedPeriod } from './shifted-period.ts';
import { takeTimeWords, type TimeWords } from './time-words.ts';

export interface Period {
  after?: Date;
  before?: Date;
}

const minutesOfDay = 24 * 60;

/** People say "at three" of a moment that they did not look up: half an hour to either side. */
const slackMinutes = 30;

/** Takes the words of time out of all lines, and restricts to what they mean together. */
export function readPeriod(lines: readonly Line[], reading: Reading): void {
  const words: TimeWords = {};
  const found = lines.filter((line) => takeTimeWords(line, words));
  if (found.length > 0) reading.period(periodOrHint(words, reading));
}

function periodOrHint(words: TimeWords, reading: Reading): Period {
  try {
    return periodOf(words, reading.context);
  } catch (error) {
    if (!(error instanceof ChatReidError)) throw error;
    reading.unclear(`${error.message.replace(/^time /, 'The time ')} ${error.next}`);
    return {};
  }
}

/** @throws ChatReidError OPTION_INVALID where a date is none, or can be read either way round */
export function periodOf(words: TimeWords, on: ReadingContext): Period {
  const context = withPicturesBefore(words, on);
  const { now, timeZone } = context;
  if (words.last !== undefined) return { after: minutesFrom(now, -words.last) };
  if (words.ago !== undefined) return backThen(words.ago, context);
  const shift = words.shift;
  const moved = shift && shiftedPeriod(shift, context);
  if (moved === 'ago') return backThen(-(shift?.minutes ?? 0), context);
  if (moved) return moved;
  const day = shift
    ? dayOfShift(shift, context)
    : words.day === undefined
      ? impliedDay(context)
      : namedDay(words.day, context);
  const explicit = words.day !== undefined || shift !== undefined;
  const partName = words.part ?? shift?.part;
  const part = partName === undefined ? undefined : dayPart(partName);
  const at = (minutes: number): Date => instantOf({ ...day.first, minute: minutes }, timeZone);
  const period = withinDay(partName === undefined ? words : { ...words, part: partName }, part, at);
  if (period === undefined) return wholeDays(words, day, context);
  const start = period.after ?? (period.before && at(0));
  const future = !explicit && !day.held && start !== undefined && start > now;
  const settled = future ? shifted(period, timeZone) : period;
  return explicit && !words.open && !words.partOpen
    ? bounded(settled, day, timeZone)
    : consistent(settled, context);
}

/** What would lie after the newest picture is counted back from that picture: no camera has seen anything since. */
function withPicturesBefore(words: TimeWords, context: ReadingContext): ReadingContext {
  const { lastTime, now } = context;
  if (lastTime === undefined || lastTime >= now) return context;
  const beginning = beginningOf(words, context);
  if (beginning === undefined || beginning <= lastTime) return context;
  const back = { ...context, now: lastTime };
  const earlier = onCalendar.test(words.day ?? '') ? beginningOf(words, back) : undefined;
  // A date that the gallery has in no year is the one of this year.
  return earlier && context.firstTime && earlier < startOf(context.firstTime, context) ? context : back;
}

/** Day and month: "26 November", "26.11." */
const onCalendar = /^(?!the )(?!.* ago)(?=.*\d)/;

function startOf(instant: Date, { timeZone }: ReadingContext): Date {
  return instantOf(midnight(wallClock(instant, timeZone)), timeZone);
}

/** Of what was said to lie so far back; undefined where it is only said when it ended. */
function beginningOf(words: TimeWords, context: ReadingContext): Date | undefined {
  if (words.last !== undefined) return minutesFrom(context.now, -words.last);
  if (words.ago !== undefined) return backThen(words.ago, context).after;
  const ends = words.dayEdge === 'before' || (words.open && !words.from);
  if (words.day === undefined || ends) return undefined;
  return instantOf(namedDay(words.day, context).first, context.timeZone);
}

/** Of days and weeks the whole day is meant. */
function backThen(minutes: number, { now, timeZone }: ReadingContext): Period {
  const then = minutesFrom(now, -minutes);
  if (minutes < minutesOfDay) return around(then);
  const day = midnight(wallClock(then, timeZone));
  return {
    after: instantOf(day, timeZone),
    before: lastInstant(instantOf({ ...day, day: day.day + 1 }, timeZone)),
  };
}

export interface Day {
  readonly first: WallClock;
  readonly last: WallClock;
  /** The search is restricted to it already. */
  readonly held?: boolean;
}

/** @throws ChatReidError OPTION_INVALID where the gallery has several days to choose from, and none of them is today */
function impliedDay(context: ReadingContext): Day {
  const { held, lastTime, now, timeZone } = context;
  const after = held?.after;
  const before = held?.before;
  const onlyDay = after !== undefined && before !== undefined && hoursBetween(after, before) <= 36;
  if (!onlyDay) refuseSeveralDays(context);
  const first = midnight(wallClock(onlyDay ? new Date(after) : (lastTime ?? now), timeZone));
  return { first, last: first, held: onlyDay };
}

function refuseSeveralDays({ firstTime, lastTime, now, timeZone }: ReadingContext): void {
  if (firstTime === undefined || lastTime === undefined) return;
  if (now.getTime() - lastTime.getTime() <= minutesOfDay * 60_000) return;
  const [first, last] = [formatDay(firstTime, timeZone), formatDay(lastTime, timeZone)];
  if (first === last) return;
  throw new ChatReidError(
    'OPTION_INVALID',
    `That time of day could be on any day from ${first} to ${last}.`,
    `Say on which, as in "${last} after 14:00".`,
  );
}

function hoursBetween(first: string, second: string): number {
  return (Date.parse(second) - Date.parse(first)) / 3_600_000;
}

function namedDay(said: string, context: ReadingContext): Day {
  const { now, timeZone } = context;
  const today = midnight(wallClock(now, timeZone));
  const before = (days: number): Day => {
    const first = { ...today, day: today.day - days };
    return { first, last: first };
  };
  if (/day before yesterday/.test(said)) return before(2);
  if (/weekend/.test(said)) return lastWeekend(today);
  const ofMonth = /^the (\d{1,2})(?:st|nd|rd|th)$/.exec(said);
  if (ofMonth) {
    const first = dayOfMonth(Number(ofMonth[1]), today);
    return { first, last: first };
  }
  if (said === 'this week') return thisWeek(today);
  const text = dateWords(said)
    .replace(/(\d)\.$/, '$1')
    .replace(/^(\d{1,2}\.\d{1,2})$/, (date) => `${date}.${yearOf(date, today)}`);
  const slashed = text.replace(/^(\d{1,2}\/\d{1,2})$/, (date) => `${date}/${yearOf(date, today)}`);
  const read = (edge: 'start' | 'end'): WallClock =>
    midnight(wallClock(parseMoment(slashed, { name: 'time', edge, timeZone, now }), timeZone));
  return { first: read('start'), last: read('end') };
}

/** Day and month without a year are of the last such day that was. */
function yearOf(date: string, today: WallClock): number {
  const [day = 0, month = 0] = date.split(/[./]/).map(Number);
  const later = month > today.month || (month === today.month && day > today.day);
  return today.year - (later ? 1 : 0);
}

/** As the date parser reads them: "tues" in full, "Nov 23" as 23 Nov, a weekday beside a date left out. */
function dateWords(said: string): string {
  const weekday = /^(mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?(?:'?s)?(?:,?\s+(?:the\s+)?(.*\d.*))?$/.exec(said);
  if (weekday) return weekday[2] ?? weekdays.find((name) => name.startsWith(weekday[1]!))!;
  return said.replace(/^([a-z]{3,9})\s+(\d{1,2})(?:st|nd|rd|th)?(?=$|,|\s)/, '$2 $1');
}

const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

function thisWeek(today: WallClock): Day {
  const monday = { ...today, day: today.day - ((weekdayOf(today) + 6) % 7) };
  return { first: monday, last: { ...monday, day: monday.day + 6 } };
}

function weekdayOf(day: WallClock): number {
  return new Date(Date.UTC(day.year, day.month - 1, day.day)).getUTCDay();
}

function dayOfMonth(day: number, today: WallClock): WallClock {
  return { ...today, month: today.month - (day > today.day ? 1 : 0), day };
}

function lastWeekend(today: WallClock): Day {
  const saturday = { ...today, day: today.day - ((weekdayOf(today) + 1) % 7) };
  return { first: saturday, last: { ...saturday, day: saturday.day + 1 } };
}

function withinDay(
  { from, to, around: near, close, part: partName, partOpen }: TimeWords,
  part: readonly [number, number] | undefined,
  at: (minutes: number) => Date,
): Period | undefined {
  const minutes = (clock: Clock): number => minutesOf(clock, part);
  if (from && to) {
    const start = minutes(from);
    const end = minutes(to);
    const later = end > start ? end : end + 12 * 60 > start && !to.certain ? end + 12 * 60 : end + 24 * 60;
    return { after: at(start), before: at(later) };
  }
  // "In the morning, not after eleven" begins with the morning.
  if (part && !close && from && minutes(from) < part[1] * 60)
    return { after: at(minutes(from)), before: lastInstant(at(part[1] * 60)) };
  if (part && !close && to && minutes(to) > part[0] * 60)
    return { after: at(part[0] * 60), before: at(minutes(to)) };
  if (from)
    return { after: at(minutes(from)), ...(close ? { before: at(minutes(from) + slackMinutes) } : {}) };
  if (to) return { ...(close ? { after: at(minutes(to) - slackMinutes) } : {}), before: at(minutes(to)) };
  if (near) return around(at(minutes(near)));
  if (partName === undefined || part === undefined) return undefined;
  const [first, end] = part;
  if (partOpen) return { after: at(first * 60) };
  return { after: at(first * 60), before: lastInstant(at(end * 60)) };
}

function wholeDays(words: TimeWords, { first, last }: Day, context: ReadingContext): Period {
  const { timeZone } = context;
  const end = words.lastDay === undefined ? last : namedDay(words.lastDay, context).last;
  const after = instantOf(first, timeZone);
  const before = lastInstant(instantOf({ ...end, day: end.day + 1 }, timeZone));
  if (words.dayEdge === 'after') return { after };
  return words.dayEdge === 'before' ? { before } : { after, before };
}

/** "Yesterday after five" ends with yesterday; "Tuesday before nine" begins with Tuesday. */
function bounded(period: Period, { first, last }: Day, timeZone: string): Period {
  return {
    after: period.after ?? instantOf(first, timeZone),
    before: period.before ?? lastInstant(instantOf({ ...last, day: last.day + 1 }, timeZone)),
  };
}

/** One edge that lies beyond the other one, which holds already, moves that to the day's end. */
function consistent(period: Period, { held, timeZone }: ReadingContext): Period {
  const { after, before } = period;
  if (after && !before && held?.before !== undefined && after >= new Date(held.before)) {
    const day = midnight(wallClock(after, timeZone));
    return { after, before: lastInstant(instantOf({ ...day, day: day.day + 1 }, timeZone)) };
  }
  if (before && !after && held?.after !== undefined && before <= new Date(held.after)) {
    return { after: instantOf(midnight(wallClock(before, timeZone)), timeZone), before };
  }
  return period;
}

function shifted({ after, before }: Period, timeZone: string): Period {
  const dayBefore = (date: Date): Date => {
    const clock = wallClock(date, timeZone);
    return new Date(instantOf({ ...clock, day: clock.day - 1 }, timeZone).getTime() + date.getMilliseconds());
  };
  return { ...(after ? { after: dayBefore(after) } : {}), ...(before ? { before: dayBefore(before) } : {}) };
}

function around(date: Date): Period {
  return { after: minutesFrom(date, -slackMinutes), before: minutesFrom(date, slackMinutes) };
}

function minutesFrom(date: Date, minutes: number): Date {
  return new Date(date.getTime() + minutes * 60_000);
}

function lastInstant(end: Date): Date {
  return new Date(end.getTime() - 1);
}

function midnight(clock: WallClock): WallClock {
  return { ...clock, hour: 0, minute: 0, second: 0 };
}
