/** Finds the words of time in a line: days, parts of the day, clock times, ranges and "the last two hours". */
import { anyClock, type Clock, clockPattern, hourPattern, readClock, rosterTime } from './clock.ts';
import { type Line, taken } from './line.ts';
import { numberNamed, numberWords } from './ranks.ts';
import { type TimeShift, takeTimeShift } from './time-shifts.ts';

/** What one message says of time, gathered from all of its sentences. */
export interface TimeWords {
  day?: string;
  /** Of "between Monday and Wednesday". */
  lastDay?: string;
  /** "morning", "late afternoon" */
  part?: string;
  from?: Clock;
  to?: Clock;
  around?: Clock;
  /** "just after 3": the half hour after it, or before. */
  close?: boolean;
  /** "since", "until", "after Monday": nothing is said of the other end of the day. */
  open?: boolean;
  /** "since Monday", "until yesterday": the day is an edge and no stretch. */
  dayEdge?: 'after' | 'before';
  /** "Since this morning": from its beginning on. */
  partOpen?: boolean;
  /** Minutes back from now: from then on, or around then. */
  last?: number;
  ago?: number;
  /** On from what holds already, or back. */
  shift?: TimeShift;
}

const weekday = '(?:mon|tues?|weds|wednes|thurs?|thu|fri|satur|sun)(?:day)?';
const weekdays = `(?:${weekday}(?<=day)|mon|tues?|weds?|thurs?|thu|fri|(?<=on\\s)(?:sat|sun|wed))(?:'?s)?\\b`;
const month =
  '(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\\b';
const year = '(?:,?\\s+20\\d{2})?';
const date = [
  '20\\d{2}-\\d{2}-\\d{2}',
  `\\d{1,2}(?:st|nd|rd|th)?\\.?(?: of)? ${month}${year}`,
  `${month}\\s+\\d{1,2}(?:st|nd|rd|th)?${year}(?![:\\d])`,
  '(?<![\\d.:])(?:[0-2]?\\d|3[01])\\.(?:0?\\d|1[0-2])\\.(?:20\\d{2})?(?![\\d])',
  '(?<![\\d/])\\d{1,2}\\/\\d{1,2}(?:\\/(?:20)?\\d{2})?(?![\\d/])',
].join('|');
const ofMonth =
  '(?<=\\b(?:on|of|since|from|until|after|before)\\s)the \\d{1,2}(?:st|nd|rd|th)\\b(?!\\s+(?:one|guy|man|floor|picture|result|candidate))';
export const dayPattern = `(?:(?:${weekdays},?\\s+(?:the\\s+)?)(?:${date})|(?:the )?day before yesterday|yesterday|today|(?:(?:this|last|past)\\s+)?${weekdays}|(?:(?:two|three|four|five|six|\\d{1,2}) days ago)|(?:(?:this|last|the|over the)\\s+)weekend|this week\\b|${date}|${ofMonth})`;
const partName =
  '(?:(?:early|late|mid)(?:\\s+in the)?[- ]?)?(?:morning|afternoon|evening|night|lunch ?time|lunch(?: break| hour)?)\\b(?!\\s+(?:dress|gown|bag|wear|shirt))';
const part = `(?:(?:during|over|around|at|in|on|that|the|this)\\s+){0,2}(?:${partName})`;
const units: Readonly<Record<string, number>> = { m: 1, h: 60, d: 24 * 60, w: 7 * 24 * 60 };
const unit = '(minutes?|mins?|hours?|hrs?|h|days?|weeks?)\\b';
const amount = `(half an?|an?|few|a few|couple(?: of)?|a couple(?: of)?|\\d{1,3}|${numberWords}|half)`;
const on = '(?:(?:on|from|of|during|for|at|in|it was|that was|was)\\s+)?';
const roughly =
  '(?:(?:about|around|roughly|approx\\.?|approximately|maybe|circa|ca\\.?|exactly|like|say)\\s+)?';

const relative = new RegExp(
  `(?<![\\w'])(?:(?:in|within|during|over|from|for|only)\\s+){0,2}(?:the\\s+)?(?:last|past)\\s+(?:${amount}\\s*)?${unit}(?:\\s+only)?`,
);
const ago = new RegExp(
  `(?<![\\w'])${roughly}(?:the last )?${amount}\\s*${unit}\\s+(?:or (?:so|two) )?(?:ago|back|earlier)\\b`,
);
const to = '\\s*(?:and|n\\b|to|until|till|til|through|-)\\s*';
const dayRange = new RegExp(
  `(?<![\\w'])(?:(?:between|from|anywhere between|either|on)\\s+)?(${dayPattern})(?:${to}|\\s+or\\s+(?:on\\s+)?)(${dayPattern})`,
);
const notThatDay = new RegExp(`(?<![\\w'])not (?:on )?(?:${dayPattern})\\s*(?:,|\\bbut\\b)`);
const ratherThanDay = new RegExp(
  `(?<=\\w)(?:,\\s*|\\s+)(?:and )?(?:not|instead of|rather than) (?:on )?(?:${dayPattern})(?=\\s*(?:$|[,.;]))`,
);
/** "9 to 5": a time beside a day or where nothing else is said. */
const bareRange = new RegExp(
  `(?<=^|[,;:(${taken}]|\\s)\\s*(?:(?:time|(?:working|office|business|opening|shop|shift) hours)\\s*[:,]?\\s*)?(${hourPattern})\\s*(?:-|to|till?|until|through)\\s*(${hourPattern})(?:\\s+only)?(?:\\s+(?:please|pls|thanks))?(?=\\s*(?:$|[,;:.)${taken}]|(?:and|but|on|in|at|near|with)\\b))`,
);
const clockRange = new RegExp(
  `(?<![\\w'])(?:(?:anywhere |sometime |somewhere )?(?:between|from|betwen|btw|btwn)\\s+${roughly}(${anyClock})${to}${roughly}(${anyClock})|(${clockPattern})${to}(${anyClock})|(${hourPattern})\\s*(?:-|to|till|until)\\s*(${clockPattern})|(${rosterTime})${to}(${rosterTime}))`,
);
const afterWords =
  'after|since|from|past|later than|no earlier than|not earlier than|not before|starting(?: at| from)?|as of';
const beforeWords =
  'before|until|till|til|by|up to|earlier than|no later than|not later than|at the latest(?: by)?|latest|not after';
const clockEdge = new RegExp(
  `(?<![\\w'])(?<!\\b(?:half|quarter|five|ten|twenty|minutes|\\d)\\s+)(?:(?:sometime|anytime|any time|some time|only)\\s+)?(?:(just|shortly|right|soon|a bit|a little|immediately)\\s+)?(${afterWords}|${beforeWords})\\s+${roughly}(${anyClock})(?![-/\\d])(?:\\s*(?:onwards?|or later|or so|latest)\\b)?`,
);
const lunchEdge =
  /(?<![\w'])(?:sometime |some time |right |just |shortly )?(after|before) (?:the )?lunch(?: ?time| break)?\b/;
const onwards = new RegExp(`(?<![\\w'])(${clockPattern})\\s+(?:onwards?|or later|and later)\\b`);
const dayEdge = new RegExp(
  `(?<![\\w'])(?<!\\bday\\s+)(${afterWords}|${beforeWords})\\s+(?:the\\s+)?(${dayPattern})(?!\\s+(?:morning|afternoon|evening|night|at|\\d))`,
);
const around = new RegExp(
  `(?<![\\w'])(?:(?:at|around|round|about|approx\\.?|approximately|roughly|circa|ca\\.?|near|@|~|was|like)\\s+){0,2}(${clockPattern})(?:\\s*(?:ish|or so|sharp)\\b)?`,
);
const aroundHour = new RegExp(
  `(?<![\\w'])(?<!look\\s|looking\\s)(?:at|around|round|@)\\s+(?:about |around )?(${hourPattern})(?:\\s*(?:ish|or so|sharp)\\b)?(?!\\s*(?:,|and|or|&|-)\\s*\\d)`,
);
/** "Approx 1630": "about 3" alone may be of anything. */
const aroundRoster = new RegExp(
  `(?<![\\w'])(?:approx\\.?|approximately|about|roughly|circa|ca\\.?)\\s+(${rosterTime}|${hourPattern}(?=\\s*,?\\s*${taken}))`,
);
const hourish = new RegExp(`(?<![\\w'])(${hourPattern.replace('|\\w|', '|')})\\s?-?ish\\b`);
const partEdge = new RegExp(
  `(?<![\\w'])(?:since|as of|from)\\s+(?=(?:this|yesterday|tuesday|monday|wednesday)\\s+(?:${partName})(?! to\\b))`,
);
const dayNight = new RegExp(
  `(?<![\\w'])${on}(?:(last night)|(tonight)|(?:(early|late) )?this (${partName})|(?:the night before))`,
);
const dayWords = new RegExp(`(?<![\\w'])${on}(?:the\\s+)?(${dayPattern})(?:'s)?(?:\\s+only)?`);
const partWords = new RegExp(`(?<![\\w'])(?:only\\s+)?${part}(?:\\s+only)?`);

/** @returns whether anything of time was in the line */
export function takeTimeWords(line: Line, words: TimeWords): boolean {
  const before = line.text;
  const shift = takeTimeShift(line);
  if (shift) words.shift = shift;
  takeRelative(line, words);
  takeRanges(line, words);
  takeEdges(line, words);
  takeDays(line, words);
  takeMoments(line, words);
  return line.text !== before;
}

function takeRelative(line: Line, words: TimeWords): void {
  const lasting = line.take(relative);
  if (lasting) words.last = minutesIn(lasting[1], lasting[2]!);
  const back = /\bdays? (?:ago|back|earlier)/.test(line.text) ? undefined : line.take(ago);
  if (back) words.ago = minutesIn(back[1], back[2]!);
}

function minutesIn(said: string | undefined, name: string): number {
  const each = units[name[0]!] ?? 60;
  if (said === undefined || /^an?$/.test(said)) return each;
  if (/half/.test(said)) return each / 2;
  if (/couple/.test(said)) return 2 * each;
  return (/few/.test(said) ? 3 : (numberNamed(said) ?? 1)) * each;
}

function takeRanges(line: Line, words: TimeWords): void {
  // "Not yesterday, today"
  line.take(notThatDay);
  // "It was Tuesday, not Monday"
  const rather = ratherThanDay.exec(line.text);
  if (rather && dayWords.test(line.text.slice(0, rather.index))) line.take(ratherThanDay);
  const days = line.take(dayRange);
  if (days) {
    words.day = days[1]!;
    words.lastDay = days[2]!;
  }
  const clocks = line.take(clockRange) ?? (besideTime(line, words) ? line.take(bareRange) : undefined);
  if (!clocks) return;
  const first = readClock(clocks[1] ?? clocks[3] ?? clocks[5] ?? clocks[7] ?? '');
  const second = readClock(clocks[2] ?? clocks[4] ?? clocks[6] ?? clocks[8] ?? '');
  if (first && second) Object.assign(words, rangeOf(first, second));
}

/** Whether two bare hours can be nothing but a stretch of time: beside a day or a part of it, or alone. */
function besideTime(line: Line, { day, part: partOfDay }: TimeWords): boolean {
  const named =
    day !== undefined || partOfDay !== undefined || dayWords.test(line.text) || partWords.test(line.text);
  if (named || clauseOfHours(line.text)) return true;
  const left = line.text
    .replace(bareRange, '')
    .replace(
      /\b(?:restrict|limit|set|change|put|make|the|time|it|to|only|search|from|show|filter|range|on|by|just|please|pls)\b|[^a-z0-9]+/g,
      '',
    );
  return left === '';
}

const clauseBefore = new RegExp(`(?:^|[,;:${taken}])\\s*(?:only\\s*)?$`);
const clauseAfter = new RegExp(`^\\s*(?:$|[,;:.)${taken}])`);

/** "Man in a blue coat, 10 to 12": a clause of its own, which of a child would be the age. */
function clauseOfHours(text: string): boolean {
  const hours = bareRange.exec(text);
  if (!hours || /\b(?:boy|girl|child|kid|teen|teenager|son|daughter|toddler|aged?)s?\b/.test(text))
    return false;
  const before = text.slice(0, hours.index);
  const after = text.slice(hours.index + hours[0].length);
  return clauseBefore.test(before) && clauseAfter.test(after);
}

/** "Between 2 and 3 pm" is in the afternoon from its start; "11 to 1 pm" is not. */
function rangeOf(first: Clock, second: Clock): Pick<TimeWords, 'from' | 'to'> {
  const noon = 12 * 60;
  // "11-12 am" ends at noon.
  if (!first.certain && second.certain && second.minutes < 60 && first.minutes > second.minutes)
    return { from: { ...first, certain: true }, to: { ...second, minutes: second.minutes + noon } };
  if (!first.certain && second.certain && second.minutes >= noon) {
    const later = { minutes: first.minutes + noon, certain: true };
    const from = first.minutes < noon && later.minutes < second.minutes ? later : { ...first, certain: true };
    return { from, to: second };
  }
  if (!first.certain && second.certain) return { from: { ...first, certain: true }, to: second };
  if (first.certain && !second.certain && first.minutes < noon && second.minutes > first.minutes) {
    return { from: first, to: { ...second, certain: true } };
  }
  return { from: first, to: second };
}

function takeEdges(line: Line, words: TimeWords): void {
  const meal = line.take(lunchEdge);
  if (meal)
    words[meal[1] === 'after' ? 'from' : 'to'] = {
      minutes: (meal[1] === 'after' ? 13 : 12) * 60,
      certain: true,
    };
  for (let edge = line.take(clockEdge); edge; edge = line.take(clockEdge)) {
    const [, close, word = '', said = ''] = edge;
    const clock = readClock(said);
    if (!clock) continue;
    words[new RegExp(`^(?:${beforeWords})$`).test(word) ? 'to' : 'from'] = clock;
    if (close) words.close = true;
    // "Until 6 pm yesterday" is one moment; "yesterday until 6 pm" is a part of yesterday.
    if (
      /since|until|till?|from|as of/.test(word) &&
      new RegExp(`^\\u0001*\\s*${on}${dayPattern}`).test(line.text.slice(edge.index))
    )
      words.open = true;
  }
  const onward = line.take(onwards);
  const clock = onward && readClock(onward[1]!);
  if (clock) words.from = clock;
  const edge = line.take(dayEdge);
  if (!edge) return;
  words.day = edge[2]!;
  words.dayEdge = new RegExp(`^(?:${beforeWords})$`).test(edge[1]!) ? 'before' : 'after';
}

function takeDays(line: Line, words: TimeWords): void {
  if (line.take(partEdge)) words.partOpen = true;
  const night = line.take(dayNight);
  if (night) {
    const [, last, tonight, edge, named] = night;
    const partOfToday = named && edge ? `${edge} ${named}` : named;
    words.day =
      last !== undefined || (partOfToday === undefined && tonight === undefined) ? 'yesterday' : 'today';
    words.part = partOfToday ?? 'night';
  }
  const found = line.take(dayWords);
  if (found) words.day = found[1]!.replace(/^(?:this|last|past)\s+(?=\w+day)/, '');
}

function takeMoments(line: Line, words: TimeWords): void {
  const clock = line.take(hourish) ?? line.take(around) ?? line.take(aroundRoster) ?? line.take(aroundHour);
  const read = clock && readClock(clock[1]!);
  if (read && !words.from && !words.to) words.around = read;
  const found = line.take(partWords);
  if (found) words.part = found[0].trim();
}
