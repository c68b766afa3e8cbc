/** Candidates by number: "2", "#3", "number four", "the second one", "1, 2 or 5", "the first two", "1-4". */
import type { PictureRef } from '../act.ts';
import { taken } from './line.ts';

const cardinals = [
  'zero',
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
  'eleven',
  'twelve',
];
const ordinals = [
  ...[
    'zeroth',
    'first',
    'second',
    'third',
    'fourth',
    'fifth',
    'sixth',
    'seventh',
    'eighth',
    'ninth',
    'tenth',
  ],
  ...['eleventh', 'twelfth'],
];

/** "first" to "twelfth", in order. */
export const ordinalNames: readonly string[] = ordinals.slice(1);

const cardinalWord = `(?:${cardinals.slice(1).join('|')})`;
const ordinalWord = `(?:${ordinals.slice(1).join('|')}|\\d{1,3}(?:st|nd|rd|th)|last|top|bottom)`;
/** People and pictures, as candidates are called. */
export const candidateNoun =
  '(?:ones?|guys?|man|men|woman|women|lady|ladies|person|people|girls?|boys?|kids?|child|dudes?|blokes?|suspects?|pictures?|pics?|photos?|images?|results?|candidates?|match(?:es)?|hits?|tiles?|rows?|shots?)';
const label =
  '(?:#\\s?|(?:numbers?|nums?|no\\.?|nos\\.?|nr\\.?|candidates?|pictures?|pics?|photos?|images?|results?|match(?:es)?|hits?|ranks?|tiles?|persons?|people|options?|guys?)\\s*(?:(?:numbers?|no\\.?|nr\\.?)\\s*)?#?\\s?)';
/** What makes a number something else than a rank: a time, an age, a count of people. */
const noRank = `(?!\\w)(?!\\s*(?:%|[.:]\\d|o'?clock|a\\.?m\\b|p\\.?m\\b|years?|yrs?|y\\/?o\\b|mins?\\b|minutes|hours?|hrs?\\b|days?|weeks?|cm\\b|metres?|meters?|ft\\b|foot\\b|feet|people|men\\b|women|guys|persons|kids|bags|times|of them|pairs?))`;
/** An ordinal of something else ("the second floor", "the first time") is no rank. */
const afterOrdinal = `(?=\\s*(?:$|[,.:;!?)${taken}]|-|(?:and|or|nor|but|is|are|was|were|isn'?t|aren'?t|wasn'?t|with|because|for|in|on|as|please|pls|here|instead|again|from|look|looks|looked|like|so|then|now|have|has|had|having|wearing|wears|carrying|carry|not|to|at|too|also|than|that|there|seems|must|could|might|only|does|the|who|i|he|she|higher|lower|ranked|himself|right|similar|can|can'?t|cannot|don'?t|doesn'?t|won'?t|both|all|either|really|definitely|probably|actually|maybe|nor|no|nope|yes|yeah|yep|why|be|got|show|shows|holding|still|tho|though|thx|thanks|doesn'?t|match(?:es)?|fits?|we|it|its|it's|this|if|or|out|away|again|first|lol|ty)\\b|'s\\b))`;

const labelled = `${label}(?:\\d{1,3}|${cardinalWord})\\b${noRank}`;
const bare = `\\d{1,3}${noRank}`;
const ordinal = `(?:(?:the|that|this|our|your)\\s+)?${ordinalWord}(?:\\s+(?:\\d{1,2}|${cardinalWord}))?(?:\\s+${candidateNoun}\\b|\\b${afterOrdinal})`;
const range = `(?:${label})?\\d{1,3}\\s*(?:-|to|thru|through|until)\\s*#?\\d{1,3}${noRank}`;
/** "two" alone is a rank only at a clause's end; "one" alone never is. */
const spelled = `(?<!\\b(?:these|those|the|them|all|both|of|between|first|last|other|top)\\s)(?:two|three|four|five|six|seven|eight|nine|ten)(?=\\s*(?:$|[,.;!?)${taken}]|(?:and|or|nor|but|is|isn'?t|because|please|pls|instead)\\b))`;

const bareOrdinal = `(?:(?:the|that|this)\\s+)?${ordinalWord}${afterOrdinal}`;
export const oneRank = `(?:${labelled}|(?:the\\s+)?${bare}|${ordinal}|${spelled}|(?:the|that|this)\\s+${candidateNoun}\\s+(?:in|on|at)\\s+(?:${labelled}|${bare}))`;
const glue =
  '(?:\\s*(?:,|\\/|&|\\+)\\s*(?:(?:and|or|nor|not|neither)\\s+){0,2}|\\s+(?:(?:and|or|nor|also|not|neither|n)\\s+){1,3}|\\s+(?=#|\\d{1,2}(?!\\w)))';
const item = `(?:${range}|${bareOrdinal}(?=\\s+(?:and|or|nor)\\s)|${oneRank})`;
/** One rank or several. Not without end: numbers that fill a message are tried from each of them on. */
export const rankList = `${item}(?:${glue}(?:${item})){0,99}`;
const everyRank = new RegExp(`(?<![\\w.:])(?:${item})`, 'g');

/** The numbers that a stretch names, in its order; candidates beyond the shown ones are among them. */
export function ranksIn(text: string, shown: number): number[] {
  return [...new Set(everyRankIn(text, shown))];
}

/** The same, with those that are named twice. */
export function everyRankIn(text: string, shown: number): number[] {
  return [...text.matchAll(everyRank)].flatMap(({ 0: part }) => ranksOf(part, shown));
}

/** The words beside the ranks, and whether there are ranks. */
export function withoutRanks(text: string): { readonly rest: string; readonly ranked: boolean } {
  const rest = text.replace(everyRank, ' ');
  return { rest, ranked: rest !== text };
}

/** Whether anything in it is a rank. */
export function hasRank(text: string): boolean {
  return text.search(everyRank) >= 0;
}

export function everyShown(shown: number): number[] {
  return span(1, shown);
}

export function refs(ranks: readonly number[]): PictureRef[] {
  return ranks.map((rank) => ({ rank }));
}

function ranksOf(part: string, shown: number): number[] {
  const numbers = [...part.matchAll(/\d{1,3}/g)].map(({ 0: digits }) => Number(digits));
  const [first, second] = numbers;
  if (/\d\s*(?:-|to|thru|through|until)\s*#?\d/.test(part) && first !== undefined && second !== undefined) {
    return span(Math.min(first, second), Math.min(Math.max(first, second), first + 99));
  }
  const words = part.split(/[^a-z0-9]+/);
  const count = words.map(counted).find((value) => value > 0);
  if (words.includes('last') || words.includes('bottom')) {
    const many = count ?? 1;
    return span(Math.max(1, shown - many + 1), Math.max(1, shown));
  }
  if (words.includes('top') || words.includes('first')) return span(1, count ?? 1);
  if (first !== undefined) return [first];
  const place = words.map((word) => ordinals.indexOf(word)).find((value) => value > 0);
  return place !== undefined ? [place] : count !== undefined ? [count] : [];
}

/** A count after "first", "top", "last"; "one" is a person there, and only after "number" a number. */
function counted(word: string, at: number, words: readonly string[]): number {
  if (/^\d{1,3}$/.test(word)) return Number(word);
  const value = cardinals.indexOf(word);
  return value === 1 && !/^(?:num|no|nr|rank)/.test(words[at - 1] ?? '') ? 0 : value;
}

function span(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, offset) => from + offset);
}

/** "two" to "twelve" and digits as numbers; undefined for anything else. */
export function numberNamed(word: string): number | undefined {
  const value = /^\d+$/.test(word) ? Number(word) : cardinals.indexOf(word);
  return value >= 0 ? value : undefined;
}

/** "third" and "3rd" as `3`; undefined for anything else. */
export function ordinalNumber(word: string): string | undefined {
  const place = ordinals.indexOf(word);
  return place > 0 ? String(place) : /^(\d{1,3})(?:st|nd|rd|th)$/.exec(word)?.[1];
}

export const numberWords = cardinalWord;
