/** Words of time that go on from what the search is restricted to: "half an hour later", "the next day", "the evening before". */
import { type Line, taken } from './line.ts';
import { numberNamed, numberWords } from './ranks.ts';

export interface TimeShift {
  /** Minutes on, or back where negative. */
  readonly minutes?: number;
  /** Days on, or back where negative. */
  readonly days?: number;
  /** The same hours of that day. */
  readonly sameHours?: boolean;
  /** "The evening before" */
  readonly part?: string;
  /** "Later that day": from the end of what holds on; `earlier` until its beginning. */
  readonly restOfDay?: 'later' | 'earlier';
}

const lead = "(?<![\\w'])(?:(?:what about|how about|try|maybe|and|on|in|about|around|roughly|only)\\s+){0,3}";
/** What follows is another thing that is said; "an hour later he came back" is a story. */
const end = `(?=\\s*(?:$|[,.;:!?)${taken}]|(?:on|at|in|and|but|or|from|between|after|before|around|near|please|pls|then|too|instead|again|maybe|perhaps|i think)\\b))`;
const part = '((?:(?:early|late|mid)[- ]?)?(?:morning|afternoon|evening|night))';
const amount = `(half an?|an?|a few|few|a couple(?: of)?|couple(?: of)?|\\d{1,3}|${numberWords}|half)`;
const that = '(?: that| this| then| it)?';

const days = new RegExp(
  `${lead}((?:the |at the )?same (?:time|hours?),? (?:on )?)?(?:the )?(?:(next|following) (?:day|${part})|(previous|prior) (?:day|${part})|(?:day|${part}) (?:(after(?:wards)?)|before)(?! (?:yesterday|tomorrow|noon))${that})${end}`,
);
const daysCounted = new RegExp(
  `${lead}${amount} days? (?:(later|after(?:wards)?)|earlier|before)${that}${end}`,
);
const minutes = new RegExp(
  `${lead}${amount}\\s*(minutes?|mins?|min|hours?|hrs?|h)\\b (?:(later|after(?:wards)?)|earlier|before)${that}${end}`,
);
const restOfDay = new RegExp(`${lead}(later|earlier) (?:on )?(?:that|the same) (?:same )?day${end}`);
const sameDay = new RegExp(`${lead}(?:the |that )?same day${end}`);

/** @returns undefined where nothing of this kind is in the line */
export function takeTimeShift(line: Line): TimeShift | undefined {
  const rest = line.take(restOfDay);
  if (rest) return { restOfDay: rest[1] === 'later' ? 'later' : 'earlier' };
  // The day that holds stays.
  if (line.take(sameDay)) return undefined;
  const counted = line.take(daysCounted);
  if (counted) return { days: signed(countOf(counted[1]!), counted[2]) };
  const day = line.take(days);
  if (day) {
    const [, same, next, nextPart, , previousPart, someDay, after] = day;
    const name = nextPart ?? previousPart ?? someDay;
    return {
      days: signed(1, next ?? after),
      ...(same ? { sameHours: true } : {}),
      ...(name ? { part: name } : {}),
    };
  }
  const found = line.take(minutes);
  if (!found) return undefined;
  const hours = found[2]!.startsWith('h');
  return { minutes: signed(countOf(found[1]!) * (hours ? 60 : 1), found[3]) };
}

function signed(amount: number, forwards: string | undefined): number {
  return forwards === undefined ? -amount : amount;
}

function countOf(said: string): number {
  if (/half/.test(said)) return 0.5;
  if (/^an?$/.test(said)) return 1;
  if (/couple/.test(said)) return 2;
  return /few/.test(said) ? 3 : (numberNamed(said) ?? 1);
}
