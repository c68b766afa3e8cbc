/** Pieces that the rules' patterns are made of. Every repetition is bounded or walks one way: no text is slow to read. */
import { taken } from './line.ts';

/** Where a clause begins and ends: at the line's ends, at a comma, at what was taken, at a coordinator. */
export const clauseStart = `(?<=^|[,:;(${taken}]|\\s-|\\b(?:and|but|so|then|also|or)|\\s(?:&|\\+))\\s*`;
export const clauseEnd = `(?=\\s*(?:$|[,:;)${taken}]|-\\s|(?:and|but|so|then|also|or|because|cause|cos|though)\\b|&|\\+))`;

const politeStart =
  "(?:(?:please|pls|plz|ok|okay|alright|right|so|now|well|hmm+|um+|uh|oh|oops|sorry|hey|no|yes|yeah|wait|and|but|then|just|actually|let'?s|let us|let me|can you|could you|can we|could we|can i|could i|would you|i want to|i'd like to|i would like to|i wanna|we should|you can|i want you to|i need to|i need|want to)[\\s,]+)*";
const politeEnd =
  '(?:[\\s,]+(?:please|pls|plz|thanks|thank you|thx|now|then|for me|mate|bot|instead|again|ok|okay|here|tho|though|lol|sir))*';

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
        .join('[\\s_-]{1,3}'),
    )
    .join('|');
}
