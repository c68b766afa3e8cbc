/** Pieces that the rules' patterns are made of. Every repetition is bounded or walks one way: no text is slow to read. */
import { taken } from './line.ts';

/** Where a clause begins and ends: at the line's ends, at a comma, at what was taken, at a coordinator. */
export const clauseStart = `(?<=^|[,:;(${taken}]|\\s-|\\b(?:and|but|so|then|also|or)|\\s(?:&|\\+))\\s*`;

export const politeStart =
  "(?:(?:please|pls|plz|kindly|ok|okay|alright|right|so|now|well|hm+|um+|uh|ah+|oh|oops+|ups|whoops|sorry|hey|hi|hello|great|good|nice|cool|perfect|fine|thanks|thank you|thx|ty|no|yes|yeah|yep|yup|wait|and|but|then|just|also|actually|let'?s|let us|let me|can you|could you|can we|could we|can i|could i|may i|would you|will you|i want to|i'd like to|i would like to|we want to|i have to|i got to|we should|should we|you can|you could|you should|we can|i can|we could|i could|i would|we would|i will|i'll|we'll|we will|we must|i must|i want you to|i need to|i need|i want|i'd like|want to|need to|try to|go ahead and)[\\s,]+){0,8}";
const politeEnd =
  '(?:[\\s,]+(?:please|pls|plz|thanks|thank you|thx|now|then|for me|mate|bot|instead|again|ok|okay|here|tho|though|lol|sir|ty|asap|btw|kindly|bro|buddy|right now|quickly|if possible|if you can|anyway|actually|first|after all|altogether|completely|anymore|any more|any longer|maybe|perhaps|probably|possibly|for sure|i think|i guess|i believe|haha|man|mr|guys)){0,6}';

export const clauseEnd = `(?=${politeEnd}\\s*(?:$|[,:;)${taken}]|-\\s|(?:and|but|so|then|also|or|because|cause|cos|though)\\b|&|\\+))`;

/** A pattern that is a clause of its own, with the small words of politeness around it. */
export function clause(source: string): RegExp {
  return new RegExp(`${clauseStart}${politeStart}(?:${source})${politeEnd}${clauseEnd}`);
}

/** The same, of the whole line. */
export function wholeLine(source: string): RegExp {
  return new RegExp(`^[\\s,${taken}]*${politeStart}(?:${source})${politeEnd}[\\s,${taken}]*$`);
}

/** Names as alternatives, the longest first, with any of space, hyphen and underscore between their words. */
export function namesPattern(names: readonly string[]): string {
  return [...names]
    .sort((a, b) => b.length - a.length)
    .map((name) =>
      name
        .toLowerCase()
        .split(/[\s_-]+/)
        .map((word) => word.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'))
        .join('[\\s_-]{0,3}'),
    )
    .join('|');
}
