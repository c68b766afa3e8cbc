/** What "half an hour later" and "the next day" mean, from the period that the search is restricted to already. */
import { ChatReidError } from '../../foundation/error.ts';
import { instantOf, type WallClock, wallClock } from '../../foundation/site-time.ts';
import type { ReadingContext } from '../interpreter.ts';
import type { Day, Period } from './period.ts';
import type { TimeShift } from './time-shifts.ts';

const hour = 3_600_000;

/**
 * The period where the shift tells it alone; `ago` where nothing holds and minutes back can only be counted from now;
 * undefined where it names a day, of which hours may be said beside.
 *
 * @throws ChatReidError OPTION_INVALID where there is nothing to go on from
 */
export function shiftedPeriod(shift: TimeShift, context: ReadingContext): Period | 'ago' | undefined {
  const { after, before } = heldPeriod(context);
  if (shift.restOfDay) return restOfDay(shift.restOfDay, context);
  if (shift.minutes !== undefined) {
    if (!after && !before) {
      if (shift.minutes < 0) return 'ago';
      throw nothingHeld('later');
    }
    if (!after || !before || before.getTime() - after.getTime() >= 20 * hour) throw noHours();
    return { after: later(after, shift.minutes), before: later(before, shift.minutes) };
  }
  if (!shift.sameHours || !after || !before) return undefined;
  return {
    after: daysOn(after, shift.days ?? 0, context),
    before: daysOn(before, shift.days ?? 0, context),
  };
}

/** @throws ChatReidError OPTION_INVALID for "the next day" where no day holds */
export function dayOfShift({ days = 0 }: TimeShift, context: ReadingContext): Day {
  const { after, before } = heldPeriod(context);
  const { lastTime, now, timeZone } = context;
  if (!after && !before && days > 0) throw nothingHeld('next day');
  // A night belongs to the day that it begins on.
  const long = after && before && before.getTime() - after.getTime() > 36 * hour;
  const from = days > 0 && long ? before : (after ?? before ?? lastTime ?? now);
  const first = { ...dayStart(wallClock(from, timeZone)) };
  const day = { ...first, day: first.day + days };
  return { first: day, last: day };
}

function restOfDay(way: 'later' | 'earlier', context: ReadingContext): Period {
  const { after, before } = heldPeriod(context);
  const edge = way === 'later' ? (before ?? after) : (after ?? before);
  if (!edge) throw nothingHeld(`${way} that day`);
  const { timeZone } = context;
  const day = dayStart(wallClock(edge, timeZone));
  return way === 'later'
    ? { after: edge, before: new Date(instantOf({ ...day, day: day.day + 1 }, timeZone).getTime() - 1) }
    : { after: instantOf(day, timeZone), before: edge };
}

function heldPeriod({ held }: ReadingContext): Period {
  return {
    ...(held?.after ? { after: new Date(held.after) } : {}),
    ...(held?.before ? { before: new Date(held.before) } : {}),
  };
}

function daysOn(instant: Date, days: number, { timeZone }: ReadingContext): Date {
  const clock = wallClock(instant, timeZone);
  return new Date(
    instantOf({ ...clock, day: clock.day + days }, timeZone).getTime() + instant.getMilliseconds(),
  );
}

function later(instant: Date, minutes: number): Date {
  return new Date(instant.getTime() + minutes * 60_000);
}

function dayStart(clock: WallClock): WallClock {
  return { ...clock, hour: 0, minute: 0, second: 0 };
}

function nothingHeld(said: string): ChatReidError {
  return new ChatReidError(
    'OPTION_INVALID',
    `No time is searched in yet that "${said}" could go on from.`,
    'Say when, as in "Tuesday after 14:00".',
  );
}

function noHours(): ChatReidError {
  return new ChatReidError(
    'OPTION_INVALID',
    'The search is not within hours of one day, so that earlier and later say nothing.',
    'Say when, as in "between 14:00 and 15:00".',
  );
}
