/** The clock of the site that the cameras watch: instants shown on it, and its wall-clock times read as instants. */

/** A wall-clock reading. `month` is 1 to 12. */
export interface WallClock {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** The zone's clock at an instant. @throws RangeError when the zone is not an IANA name */
export function wallClock(instant: Date, timeZone: string): WallClock {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-GB-u-hc-h23', {
      timeZone,
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(timeZone, format);
  }
  const fields: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(instant)) fields[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = fields;
  return { year, month, day, hour, minute, second };
}

/** Minutes that the zone is ahead of UTC at an instant, e.g. 60 in Berlin in winter. */
export function zoneOffset(instant: Date, timeZone: string): number {
  const wholeSeconds = Math.floor(instant.getTime() / 1000) * 1000;
  return (asIfUtc(wallClock(instant, timeZone)) - wholeSeconds) / 60_000;
}

/**
 * The instant at which the zone's clock shows `clock`. Fields may overflow (day 32 is the first of the next month).
 * A reading that the clock skips in spring is taken as if it had not been put forward yet; one that it shows twice in
 * autumn is the first of the two.
 */
export function instantOf(clock: WallClock, timeZone: string): Date {
  const wanted = asIfUtc(clock);
  const dayBefore = zoneOffset(new Date(wanted - 86_400_000), timeZone);
  const dayAfter = zoneOffset(new Date(wanted + 86_400_000), timeZone);
  for (const offset of [Math.max(dayBefore, dayAfter), Math.min(dayBefore, dayAfter)]) {
    const candidate = new Date(wanted - offset * 60_000);
    if (zoneOffset(candidate, timeZone) === offset) return candidate;
  }
  return new Date(wanted - dayBefore * 60_000);
}

/** The zone of this machine's clock. */
export function systemTimeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** e.g. `24 Nov 2026` */
export function formatDay(instant: Date | string, timeZone: string): string {
  const { year, month, day } = wallClock(new Date(instant), timeZone);
  return `${day} ${months[month - 1]} ${year}`;
}

/** e.g. `24 Nov 2026 13:05`, with seconds only where there are any. The same on every machine, whatever its locale. */
export function formatTime(instant: Date | string, timeZone: string): string {
  const { hour, minute, second } = wallClock(new Date(instant), timeZone);
  const seconds = second === 0 ? '' : `:${two(second)}`;
  return `${formatDay(instant, timeZone)} ${two(hour)}:${two(minute)}${seconds}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

function asIfUtc(clock: WallClock): number {
  return Date.UTC(clock.year, clock.month - 1, clock.day, clock.hour, clock.minute, clock.second);
}
