/** Clauses that no pattern knows but whose every word is about candidates: "the third can be ruled out", "bingo, number 3". */
import type { Line } from './line.ts';
import { withoutRanks } from './ranks.ts';

/** Ranks beside a word of denial are excluded, beside words of agreement chosen; one foreign word, and it is a clue. */
export type Judgement = 'exclude' | 'choose' | 'exclude all';

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

const denials = words(
  "no not nope nah isn't isnt aren't arent wasn't wasnt ain't cant can't cannot don't dont doesn't doesnt never neither nor none nobody " +
    'wrong out ruled rule ruling eliminate eliminated disregard dismiss dismissed excluded exclude different negative false incorrect ' +
    'reject rejected rejecting remove removed removing drop dropped kick kicked toss tossed throw thrown chuck trash filter skip ditch discard discarded scrap minus except bin unlikely impossible wrongly nowhere cross crossed strike',
);
const agreements = words(
  'confirmed confirm possible exactly agree agreed absolutely gotcha suspect bet ' +
    'him her it he she yes yep yeah right correct match matches matching bingo found got use choose pick take select query search recognise ' +
    'recognize promising good best likely similar like closest perfect positive spot definitely probably certainly sure must want go matches fits follow same',
);
const small = words(
  "a an the is are was were be been being am i i'm im we us me my our you they them those these this that that's thats there here in on at of to " +
    "for from with as and or but so too also just only both all any one ones one's guy guys man men woman women person people lady girl boy kid " +
    'suspect candidate candidates picture pictures photo photos image images result results number numbers option page list set who ' +
    "who's whom which what i'd i'll it's its he's she's hes shes they're has have had having can could might may will would should must " +
    'look looks looking looked seem seems think thought guess believe reckon bet say said mean meant know pretty quite very really clearly ' +
    'obviously surely absolutely totally actually again now please pls then well ok okay oh hey hmm yes sorry wait maybe perhaps possibly ' +
    'already definitely probably either even if though tho anyway let lets us do does did done make made set keep target him her his he she it rather more most',
);
const everybody = /\b(?:none|nobody|no one|neither|no match(?:es)?|all|these|those|them|here|page)\b/;

const clauseBreak =
  /[;!?]|,(?!\s*(?:and\s+|or\s+)?(?:#|\d|number|no\.|the\s+(?:\w+th|first|second|third|last)\b))|\s(?:but|and then|then)\s/g;

/** @param judge what is done with a clause's ranks and its judgement; true where it took them */
export function readLooseRanks(
  line: Line,
  shown: number,
  judge: (judgement: Judgement, clause: string) => boolean,
): void {
  for (const { from, to } of line.rest()) {
    for (const [start, end] of clauses(line.text.slice(from, to))) {
      const clause = line.text.slice(from + start, from + end);
      const judgement = judgementOf(clause, shown);
      if (judgement && judge(judgement, clause)) line.blank(from + start, from + end);
    }
  }
}

function clauses(text: string): [number, number][] {
  const found: [number, number][] = [];
  let start = 0;
  for (const { 0: mark, index } of text.matchAll(clauseBreak)) {
    found.push([start, index]);
    start = index + mark.length;
  }
  return [...found, [start, text.length]];
}

function judgementOf(clause: string, shown: number): Judgement | undefined {
  // Longer ones tell a story.
  if (clause.length > 80) return undefined;
  const { rest, ranked } = withoutRanks(clause);
  const all = rest.match(/[\p{L}\p{N}'<>|_]+/gu) ?? [];
  if (!all.every((word) => denials.has(word) || agreements.has(word) || small.has(word))) return undefined;
  const denied = all.some((word) => denials.has(word));
  if (ranked) return denied ? 'exclude' : all.some((word) => agreements.has(word)) ? 'choose' : undefined;
  return shown > 0 && denied && everybody.test(rest) && all.length > 1 ? 'exclude all' : undefined;
}
