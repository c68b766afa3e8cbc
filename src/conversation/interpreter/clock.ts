/** Times of day in words: "14:30", "2 pm", "half past two", "noon"; and what an hour without am or pm means. */
import { numberNamed, numberWords } from './ranks.ts';

/** Minutes from midnight, and whether it was said beyond doubt which half of the day. */
export interface Clock {
  readonly minutes: number;
  readonly certain: boolean;
}

const meridiem = '(?:\\s?(?:a\\.?m|p\\.?m)\\b\\.?)';
const day = "(?:\\s+(?:o'?clock|in the (?:morning|afternoon|evening)|at night))";
const digits = '(?:[01]?\\d|2[0-4])';
const spokenMinutes =
  '(?:half|quarter|a quarter|(?:5|10|15)(?=\\s+past)|five|ten|twenty|twenty five|twenty-five|20|25|\\d{1,2} minutes?)';
const spoken = `${spokenMinutes}\\s+(?:past|to|after|before)\\s+(?:${numberWords}|${digits}(?![:\\d]))${meridiem}?|half (?:${numberWords}|${digits}(?![:\\d]))(?![\\w-])`;

/** Said as a time beyond doubt. */
export const clockPattern = `(?:${spoken}|(?<![\\d.:/])${digits}[:.h][0-5]\\d(?![\\d./])${meridiem}?(?:\\s?h\\b)?|(?<![\\d.:/])${digits}${meridiem}|(?<![\\d.:/])${digits}\\s?(?:o'?clock|hrs\\b|h\\b)|(?<![\\d.:/])[01]\\d[0-5]\\d\\s?(?:hrs|hours|h)\\b|(?:${numberWords})\\s?(?:o'?clock|${meridiem})|noon|midday|mid-day|midnight)`;
/** "1400": four digits, as on a duty roster. */
export const rosterTime =
  '(?:(?<![\\w.:/#]|[a-z]-)(?:[01]\\d|2[0-3])[0-5]\\d(?:\\s?(?:hrs|hours|h)\\b)?(?![\\w:/]|[.,]\\d))';
/** A number that is a time after "between" or "after" only. */
export const hourPattern = `(?:${rosterTime}|(?<![\\d.:/])${digits}(?![\\d:]|[./]\\d|\\w|\\s*(?:years?|yrs?|y\\/?o|minutes?|mins?|hours|days?|weeks?|people|men|women|%|cm|m\\b|st\\b|nd\\b|rd\\b|th\\b|of\\b|pictures?|cameras?))|(?:${numberWords})\\b(?!\\s*(?:of|people|men|women|minutes?|hours?|days?|years?|other|others|bags|guys|cameras?)))`;
export const anyClock = `(?:${clockPattern}|${hourPattern})${day}?`;

/** @param text what one of the patterns matched */
export function readClock(text: string): Clock | undefined {
  const said = text.trim();
  if (/\b(?:noon|midday|mid-day)\b/.test(said)) return { minutes: 12 * 60, certain: true };
  if (/\bmidnight\b/.test(said)) return { minutes: 24 * 60, certain: true };
  const half = /\bp\.?m\b|afternoon|evening|night/.test(said)
    ? 'pm'
    : /\ba\.?m\b|morning/.test(said)
      ? 'am'
      : undefined;
  const past =
    /(half|quarter|five|ten|twenty[ -]five|twenty|\d{1,2})(?: minutes?)?\s+(past|to|after|before)\s+(\w+)/.exec(
      said,
    );
  if (past) {
    const [, amount = '', way, hour = ''] = past;
    const minutes = minutesNamed(amount);
    const base = (numberNamed(hour.replace(/[ap]m$/, '')) ?? Number.parseInt(hour, 10)) * 60;
    return withHalf(base + (way === 'past' || way === 'after' ? minutes : -minutes), half, false);
  }
  const halfHour = /^half (\w+)$/.exec(said);
  if (halfHour) return withHalf((numberNamed(halfHour[1]!) ?? 0) * 60 + 30, half, false);
  const military = /^([01]\d|2[0-3])([0-5]\d)\s?(?:hrs|hours|h)?$/.exec(said);
  if (military) return { minutes: Number(military[1]) * 60 + Number(military[2]), certain: true };
  const plain = /^(\d{1,2}|[a-z]+)(?:[:.h](\d{2}))?/.exec(said);
  const hour = plain ? numberNamed(plain[1]!) : undefined;
  if (hour === undefined || hour > 24) return undefined;
  return withHalf(hour * 60 + Number(plain![2] ?? 0), half, /^0\d/.test(said));
}

function minutesNamed(amount: string): number {
  if (amount === 'half') return 30;
  if (amount === 'quarter') return 15;
  if (amount === 'twenty') return 20;
  return /twenty/.test(amount) ? 25 : (numberNamed(amount) ?? 0);
}

function withHalf(minutes: number, half: 'am' | 'pm' | undefined, twoDigits: boolean): Clock {
  const noon = 12 * 60;
  if (half === 'pm') return { minutes: minutes < noon ? minutes + noon : minutes, certain: true };
  if (half === 'am')
    return { minutes: minutes >= noon && minutes < noon + 60 ? minutes - noon : minutes, certain: true };
  return { minutes, certain: twoDigits || minutes >= 13 * 60 };
}

/**
 * Minutes from midnight. Without am or pm, one to half past six of people in cameras' pictures are in the afternoon, and seven to
 * twelve are as said; a part of the day that was named decides otherwise.
 */
export function minutesOf(clock: Clock, part: readonly [number, number] | undefined): number {
  if (clock.certain) return clock.minutes;
  if (part === undefined) return clock.minutes < 7 * 60 ? clock.minutes + 12 * 60 : clock.minutes;
  const [from, to] = part;
  const turns = [0, 12, 24].map((hours) => clock.minutes + hours * 60);
  return turns.find((minutes) => minutes >= from * 60 && minutes <= to * 60) ?? minutesOf(clock, undefined);
}
